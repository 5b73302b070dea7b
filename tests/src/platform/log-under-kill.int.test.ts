import { outcomeSubject, parseCommit, queuedSubject, RUNS_STREAM } from '@jobflow/contracts';
import { createEventLog, createOrderedReader, LogUnavailableError, newId } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { backedByNats, silent, until } from './backed.js';
import { runQueued, runSucceeded } from './events.js';

const KILLS = 3;

it.each([{ fsync: true }, { fsync: false }])(
  'a server killed under load (fsync: $fsync) loses nothing acknowledged and stores nothing twice',
  { timeout: 120_000 },
  async ({ fsync }) => {
    await using backed = await backedByNats({ fsync });
    const log = createEventLog(backed.link, { actor: 'system:test', logger: silent, silenceMs: 20_000 });
    const acknowledged = new Set<string>();
    const unknown = new Set<string>();
    let going = true;

    const acknowledge = (ids: string[]) => {
      for (const id of ids) acknowledged.add(id);
    };
    const one = async () => {
      const id = newId();
      const messages = [{ subject: queuedSubject('default', 5), events: [runQueued(id)] }];
      const answer = await log.append({ messages, msgId: `${id}:0` }).catch(outcomeUnknown([id]));
      if (answer?.ok) acknowledge([id]);
    };
    const many = async () => {
      const ids = Array.from({ length: 50 }, () => newId());
      const messages = ids.map((id) => ({ subject: queuedSubject('many', 5), events: [runQueued(id, 'many')] }));
      const answer = await log.append({ messages, msgId: `${ids[0]}:0` }).catch(outcomeUnknown(ids));
      if (answer?.ok) acknowledge(ids);
    };
    const fact = async () => {
      const id = newId();
      await log.record(outcomeSubject('default'), [runSucceeded(id)]);
      acknowledge([id]);
    };
    const outcomeUnknown = (ids: string[]) => (error: unknown) => {
      if (!(error instanceof LogUnavailableError)) throw error;
      for (const id of ids) unknown.add(id);
      return undefined;
    };
    const loops = [...Array(60).fill(one), ...Array(4).fill(many), ...Array(60).fill(fact)].map(
      async (append: () => Promise<void>) => {
        while (going) await append();
      },
    );
    for (let kill = 0; kill < KILLS; kill++) {
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 3_000, 'the load goes on');
      await backed.backing.nats.kill9();
      await backed.backing.nats.whenReady();
    }
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 1_000, 'the load goes on after the last kill');
    going = false;
    await Promise.all(loops);
    expect(log.depth()).toBe(0);
    await log.stop();

    const found = await everyRunOf(backed.link);
    const lost = [...acknowledged].filter((id) => !found.has(id));
    const twice = [...found].filter(([, times]) => times > 1);
    expect(lost).toEqual([]);
    expect(twice).toEqual([]);
    expect([...found.keys()].filter((id) => !acknowledged.has(id) && !unknown.has(id))).toEqual([]);
  },
);

async function everyRunOf(link: Awaited<ReturnType<typeof backedByNats>>['link']): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const { state } = await link.jsm.streams.info(RUNS_STREAM);
  const reader = createOrderedReader(link, {
    stream: RUNS_STREAM,
    fromSeq: 1,
    logger: silent,
    async onBatch(messages) {
      for (const { data } of messages) {
        const parsed = parseCommit('run', data);
        if (!parsed.ok) throw new Error(parsed.reason);
        for (const event of parsed.commit.events) {
          const id = event.type === 'RunQueued' ? event.run.id : event.type === 'RunSucceeded' ? event.runId : '?';
          found.set(id, (found.get(id) ?? 0) + 1);
        }
      }
    },
  });
  await reader.start();
  await until(() => reader.nextSeq() > state.last_seq, 'everything is read');
  await reader.stop();
  return found;
}
