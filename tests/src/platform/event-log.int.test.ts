import { outcomeSubject, parseCommit, queuedSubject, RUNS_STREAM, tickSubject } from '@jobflow/contracts';
import { type Appended, createEventLog, type EventLog, LogUnavailableError, newId } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backed, backedByNats, silent } from './backed.js';
import { runQueued, runSucceeded } from './events.js';

let backed: Backed;
let log: EventLog;
beforeAll(async () => {
  backed = await backedByNats();
  log = createEventLog(backed.link, { actor: 'system:test', logger: silent });
});
afterAll(async () => {
  await log?.stop();
  await backed?.[Symbol.asyncDispose]();
});

const stored = async () => (await backed.link.jsm.streams.info(RUNS_STREAM)).state.messages;
const enqueue = (id = newId(), queue = 'default') => ({
  messages: [{ subject: queuedSubject(queue, 5), events: [runQueued(id, queue)] }],
  msgId: `${id}:0`,
});

describe('an append', () => {
  it('is one commit, readable by its schema, under the actor of the log', async () => {
    const unit = enqueue();
    const appended = await log.append(unit);
    expect(appended).toMatchObject({ ok: true, duplicate: false });
    const message = await backed.link.jsm.streams.getMessage(RUNS_STREAM, { seq: appended.ok ? appended.seq : 0 });
    const parsed = parseCommit('run', message?.data ?? '');
    expect(parsed).toMatchObject({ ok: true, commit: { id: unit.msgId, by: { actor: 'system:test' } } });
  });

  it('repeated under the same id is stored once, and says so with the first sequence', async () => {
    const unit = enqueue();
    const first = await log.append(unit);
    expect(await log.append(unit)).toEqual({ ...first, duplicate: true });
  });

  it('of many messages is stored whole, in order', async () => {
    const ids = Array.from({ length: 700 }, () => newId());
    const messages = ids.map((id) => ({ subject: queuedSubject('many', 5), events: [runQueued(id, 'many')] }));
    const before = await stored();
    const appended = await log.append({ messages, msgId: 'many-1' });
    expect(appended.ok && appended.seq).toBe(before + 700);
    const third = await backed.link.jsm.streams.getMessage(RUNS_STREAM, { seq: before + 3 });
    expect(parseCommit('run', third?.data ?? '')).toMatchObject({ commit: { events: [{ run: { id: ids[2] } }] } });
    expect(await log.append({ messages, msgId: 'many-1' })).toMatchObject({ ok: true, duplicate: true });
    expect(await stored()).toBe(before + 700);
  });

  it('that expects a sequence is no conflict with itself when it is repeated', async () => {
    const event = { type: 'ScheduleTicked' as const, scheduleId: 'again', tick: 1, outcome: 'fired' as const };
    const messages = [{ subject: tickSubject('default', 'again'), events: [event], expectLastSubjectSeq: 0 }];
    const first = await log.append({ messages, msgId: 'again-1' });
    expect(await log.append({ messages, msgId: 'again-1' })).toEqual({ ...first, duplicate: true });
    expect(await log.append({ messages, msgId: 'again-2' })).toEqual({ ok: false, reason: 'conflict' });
  });

  it('that no schema accepts is thrown back at its author', async () => {
    const messages = [{ subject: queuedSubject('default', 5), events: [{ ...runQueued(), attempt: 0 }] }];
    await expect(log.append({ messages })).rejects.toThrow(/attempt/);
  });

  it('larger than the server takes is refused alone', async () => {
    const big = runQueued();
    big.run.input = 'x'.repeat(9 * 1024 * 1024);
    const [refused, fine] = await Promise.allSettled([
      log.append({ messages: [{ subject: queuedSubject('default', 5), events: [big] }] }),
      log.append(enqueue()),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
    expect(fine).toMatchObject({ status: 'fulfilled', value: { ok: true } });
  });
});

describe('appends that gather', () => {
  it('each get their own sequence, without gaps', async () => {
    const before = await stored();
    const answers = await Promise.all(Array.from({ length: 5_000 }, () => log.append(enqueue())));
    const seqs = answers.map((answer) => (answer.ok ? answer.seq : -1)).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 5_000 }, (_, i) => before + 1 + i));
    expect(log.depth()).toBe(0);
  });

  it('do not suffer from a duplicate, a conflict or each other', async () => {
    const known = enqueue();
    await log.append(known);
    const guarded = (tick: number, expect: number) => ({
      messages: [
        {
          subject: tickSubject('default', 'sched-1'),
          events: [{ type: 'ScheduleTicked' as const, scheduleId: 'sched-1', tick, outcome: 'fired' as const }],
          expectLastSubjectSeq: expect,
        },
        { subject: queuedSubject('default', 5), events: [runQueued()] },
      ],
      msgId: newId(),
    });
    const before = await stored();
    const units = [
      ...Array.from({ length: 40 }, () => enqueue()),
      known,
      guarded(1, 0),
      guarded(2, 0),
      ...Array.from({ length: 40 }, () => enqueue()),
      guarded(3, 999_999),
      known,
    ];
    const answers = await Promise.all([log.append(enqueue()), ...units.map((unit) => log.append(unit))]);
    const [, ...rest] = answers;
    const kinds = rest.map((answer) => (answer.ok ? (answer.duplicate ? 'duplicate' : 'stored') : answer.reason));
    const wanted = [...Array(40).fill('stored'), 'duplicate', 'stored', 'conflict', ...Array(40).fill('stored')];
    expect(kinds).toEqual([...wanted, 'conflict', 'duplicate']);
    expect(await stored()).toBe(before + 1 + 80 + 2);
  });

  it('of three logs at once all arrive, and racing ticks are recorded once each', async () => {
    const links = await Promise.all([1, 2, 3].map(() => backed.connect()));
    const logs = links.map((link) => createEventLog(link, { actor: 'system:race', logger: silent }));
    const subject = tickSubject('default', 'race');
    const tally = { won: 0, lost: 0 };
    const before = await stored();
    await Promise.all(
      logs.map(async (one) => {
        let expected = 0;
        for (let tick = 1; tick <= 200; ) {
          const event = { type: 'ScheduleTicked' as const, scheduleId: 'race', tick, outcome: 'fired' as const };
          const ticked = { subject, events: [event], expectLastSubjectSeq: expected };
          const queued = { subject: queuedSubject('default', 5), events: [runQueued()] };
          const answer = await one.append({ messages: [ticked, queued] });
          if (answer.ok) tally.won++;
          else tally.lost++;
          const last = await backed.link.jsm.streams.getMessage(RUNS_STREAM, { last_by_subj: subject });
          expected = last?.seq ?? 0;
          const parsed = parseCommit('run', last?.data ?? '');
          const [newest] = parsed.ok ? parsed.commit.events : [];
          tick = newest?.type === 'ScheduleTicked' ? newest.tick + 1 : 1;
        }
      }),
    );
    expect(tally.won).toBe(200);
    expect(await stored()).toBe(before + 400);
    await Promise.all(logs.map((one) => one.stop()));
  });
});

describe('facts', () => {
  it('of one subject share commits, and each learns its sequence', async () => {
    const before = await stored();
    const ids = Array.from({ length: 2_000 }, () => newId());
    const answers = await Promise.all(ids.map((id) => log.record(outcomeSubject('default'), [runSucceeded(id)])));
    const messages = (await stored()) - before;
    expect(messages).toBeLessThan(50);
    const found: string[] = [];
    for (let seq = before + 1; seq <= before + messages; seq++) {
      const message = await backed.link.jsm.streams.getMessage(RUNS_STREAM, { seq });
      const parsed = parseCommit('run', message?.data ?? '');
      if (!parsed.ok) throw new Error(parsed.reason);
      for (const event of parsed.commit.events) found.push(event.type === 'RunSucceeded' ? event.runId : '?');
    }
    expect(found.sort()).toEqual(ids.sort());
    expect(Math.max(...answers.map(({ seq }) => seq))).toBe(before + messages);
  });

  it('never make a commit of more than 256 KiB, unless a single one is larger', async () => {
    const before = await stored();
    const text = 'x'.repeat(100 * 1024);
    await Promise.all(
      Array.from({ length: 9 }, () => log.record(outcomeSubject('big'), [runSucceeded(newId(), text)])),
    );
    await log.record(outcomeSubject('big'), [runSucceeded(newId(), 'x'.repeat(300 * 1024))]);
    const last = await stored();
    for (let seq = before + 1; seq < last; seq++) {
      const message = await backed.link.jsm.streams.getMessage(RUNS_STREAM, { seq });
      expect(message?.data.length).toBeLessThanOrEqual(256 * 1024);
    }
  });
});

describe('a log that cannot keep up', () => {
  it('refuses appends beyond its bound and lets facts wait', async () => {
    const narrow = createEventLog(backed.link, { actor: 'system:test', logger: silent, maxPendingUnits: 100 });
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => narrow.append(enqueue())));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(200);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(LogUnavailableError);
    const facts = Array.from({ length: 1_000 }, () => narrow.record(outcomeSubject('default'), [runSucceeded()]));
    expect((await Promise.all(facts)).length).toBe(1_000);
    await narrow.stop();
  });

  it('stores what waits when it is stopped, and nothing after', async () => {
    const own = createEventLog(backed.link, { actor: 'system:test', logger: silent });
    const before = await stored();
    const answers: Promise<Appended>[] = Array.from({ length: 500 }, () => own.append(enqueue()));
    await own.stop();
    expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(true);
    expect(await stored()).toBe(before + 500);
    await expect(own.append(enqueue())).rejects.toBeInstanceOf(LogUnavailableError);
    await own.stop();
  });
});
