import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { queueConsumer, queuedSubject, RUNS_STREAM } from '@jobflow/contracts';
import { ensureQueueLevel } from '@jobflow/platform';
import { defineHandler } from '@jobflow/sdk';
import { describe, expect, it } from 'vitest';
import { definitionOf, type House, startHouse } from './house.js';
import { readLedger, startWorkerProcess } from './worker-process.js';

const filesOf = (house: House) => ({ ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') });
const processOf = (house: House) => startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house) });

const RECLAIM_WINDOW_MS = 5_000;

/** The server waits 30 s for a silent worker; the tests need not. */
async function ackWait(house: House, seconds: number): Promise<void> {
  await ensureQueueLevel(house.link, house.store, house.log, { queue: 'default', priority: 5 }, { createQueue: true });
  const { name } = queueConsumer('default', 5);
  await house.link.jsm.consumers.update(RUNS_STREAM, name, { ack_wait: seconds * 1_000_000_000 });
}

describe.concurrent('when a worker is killed in mid-run', () => {
  it('its run goes on elsewhere, once, and the outcome of its next attempts counts', async () => {
    await using house = await startHouse();
    await ackWait(house, 12);
    await using first = await processOf(house);
    const held = await house.enqueue({ job: 'held' });
    const failing = await house.enqueue({ job: 'held-then-fails' });
    for (const id of [held, failing]) await house.fold.when(id, (state) => state.status === 'RUNNING');
    await using second = await processOf(house);
    await using third = await processOf(house);
    await first.kill9();
    await house.fold.when(held, (state) => state.claim === 1);
    await house.fold.when(failing, (state) => state.claim === 1);
    await writeFile(filesOf(house).gate, '');

    expect(await house.fold.whenEnded(held)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, claim: 1, losses: 1 });
    expect(await house.fold.whenEnded(failing)).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
    const executions = (await readLedger(filesOf(house).ledger)).filter(({ runId }) => runId === held);
    expect(executions).toHaveLength(2);
    expect(executions[0]?.pid).toBe(first.pid);
    expect([second.pid, third.pid]).toContain(executions[1]?.pid);
  });

  it('a handler in a process of its own ends with it, and the run goes on elsewhere', async () => {
    await using house = await startHouse();
    await ackWait(house, 12);
    await using first = await processOf(house);
    const runId = await house.enqueue({ job: 'apart' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    const child = async () => (await readLedger(filesOf(house).ledger)).length;
    while ((await child()) === 0) await wait(20);
    await using _second = await processOf(house);
    await first.kill9();
    await house.fold.when(runId, (state) => state.claim === 1 && state.started);
    while ((await child()) === 1) await wait(20);
    await writeFile(filesOf(house).gate, '');
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, losses: 1 });
    expect(await child()).toBe(2);
  });

  it('a run whose time passes before another worker has it expires, and is not started', async () => {
    await using house = await startHouse();
    await ackWait(house, 2);
    await using first = await startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house), concurrency: 1 });
    const held = await house.enqueue({ job: 'blocks', input: { ms: 60_000 } });
    while ((await readLedger(filesOf(house).ledger)).length === 0) await wait(20);
    // Its loop is blocked: whatever it asked for is delivered, and not started.
    const runId = await house.enqueue({ job: 'counted', expiresAt: Date.now() + 2_000 });
    await wait(2_000);
    await first.kill9();
    await using _second = await processOf(house);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'EXPIRED' });
    expect((await readLedger(filesOf(house).ledger)).map((one) => one.runId)).not.toContain(runId);
    await house.cancel(held);
  });

  it('a run that may run at most once ends as lost instead', async () => {
    await using house = await startHouse();
    await ackWait(house, 12);
    await using first = await processOf(house);
    const runId = await house.enqueue({ job: 'held', guarantee: 'AT_MOST_ONCE' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    await first.kill9();
    await using _second = await processOf(house);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED' });
    const last = house.fold.events(runId).at(-1)?.event;
    expect(last).toMatchObject({ error: { code: 'WORKER_LOST' }, next: { kind: 'dead', reason: 'expired-lease' } });
    expect(await readLedger(filesOf(house).ledger)).toHaveLength(1);
  });
});

/** Enqueues so many runs of `counted` as one unit, however often that must be tried. */
async function enqueueMany(house: House, count: number): Promise<string[]> {
  const runs = Array.from({ length: count }, () => definitionOf({ job: 'counted' }));
  const messages = runs.map((run) => ({
    subject: queuedSubject(run.queue, run.priority),
    events: [{ type: 'RunQueued' as const, run, attempt: 1, delivery: 0 }],
  }));
  // The outcome of an append that the crash cut off is unknown: repeated with the same id, it is stored once.
  const unit = { messages, msgId: `unit-${runs[0]?.id}` };
  while (!(await house.log.append(unit).catch(() => undefined))?.ok) await wait(50);
  return runs.map(({ id }) => id);
}

it('what a worker took of a backlog after a restart of nats-server, and has no slot for, another one carries out', async () => {
  await using house = await startHouse({ fsync: true });
  const gate = Promise.withResolvers<void>();
  const begun = new Map<string, string[]>();
  const bothBusy = Promise.withResolvers<void>();
  const handlerOf = (who: string) =>
    defineHandler('slow', {}, async ({ runId }) => {
      begun.set(who, [...(begun.get(who) ?? []), runId]);
      if ([...begun.values()].filter(({ length }) => length === 2).length === 2) bothBusy.resolve();
      await gate.promise;
    });
  const ids = await Promise.all(Array.from({ length: 8 }, () => house.enqueue({ job: 'slow' })));
  await house.backing.nats.kill9();
  await house.worker({ handlers: [handlerOf('first')], concurrency: 2, prefetch: 0 });
  // All of it waits there until it may be checked.
  const { name } = queueConsumer('default', 5);
  const pending = async () =>
    (await house.link.jsm.consumers.info(RUNS_STREAM, name).catch(() => undefined))?.num_pending;
  while ((await pending()) !== 0) await wait(20);
  await house.worker({ handlers: [handlerOf('second')], concurrency: 2, prefetch: 0 });
  await bothBusy.promise;
  gate.resolve();
  const states = await Promise.all(ids.map((id) => house.fold.whenEnded(id)));
  expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
  expect([...begun.values()].flat().sort()).toEqual([...ids].sort());
});

describe('when the message of a run is given to another worker', () => {
  it('while its own worker lives, it is not started again', async () => {
    await using house = await startHouse();
    await ackWait(house, 1);
    const gate = Promise.withResolvers<void>();
    const started: string[] = [];
    const handlerOf = (who: string) =>
      defineHandler('slow', {}, async () => {
        started.push(who);
        await gate.promise;
      });
    // Its only slot is taken, so the message can only come to the other one again.
    await house.worker({ handlers: [handlerOf('first')], concurrency: 1, prefetch: 0 });
    const runId = await house.enqueue({ job: 'slow' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    await house.worker({ handlers: [handlerOf('second')] });
    const { name } = queueConsumer('default', 5);
    while ((await house.link.jsm.consumers.info(RUNS_STREAM, name)).num_redelivered === 0) await wait(50);
    await wait(1_500);
    gate.resolve();
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', claim: 0 });
    expect(started).toEqual(['first']);
    // The other one drops it once it is over.
    while ((await house.link.jsm.consumers.info(RUNS_STREAM, name)).num_ack_pending > 0) await wait(50);
  });
});

// With fsync the server also keeps its acknowledgements; without it forgets many when it is killed.
describe.each([{ fsync: true }, { fsync: false }])(
  'when nats-server is killed in mid-load (fsync: $fsync)',
  ({ fsync }) => {
    it('no acknowledged run is lost, and none runs twice, also not one that was running', async () => {
      await using house = await startHouse({ fsync });
      await using _first = await processOf(house);
      await using _second = await processOf(house);
      const acknowledged: string[] = [];
      let killed: Promise<void> | undefined;
      let held: string[] = [];
      for (let round = 0; round < 12; round++) {
        // What was delivered last is what the server forgets.
        if (round === 5) {
          held = await Promise.all(Array.from({ length: 10 }, () => house.enqueue({ job: 'held' })));
          for (const id of held) await house.fold.when(id, (state) => state.status === 'RUNNING');
        }
        const four = Promise.all([1, 2, 3, 4].map(() => enqueueMany(house, 250)));
        if (round === 6) killed = house.backing.nats.kill9();
        acknowledged.push(...(await four).flat());
      }
      await killed;
      // What was running is claimed again by the worker that runs it.
      for (const id of held) await house.fold.when(id, (state) => state.claim > 0);
      // Whoever is given one of them meanwhile asks, and leaves it alone.
      await wait(RECLAIM_WINDOW_MS + 2_000);
      await writeFile(filesOf(house).gate, '');
      const ids = [...acknowledged, ...held];
      const states = await Promise.all(ids.map((id) => house.fold.whenEnded(id)));
      expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);

      const times = new Map<string, number>();
      for (const { runId } of await readLedger(filesOf(house).ledger)) times.set(runId, (times.get(runId) ?? 0) + 1);
      expect([...times.values()].filter((n) => n !== 1)).toEqual([]);
      expect(times.size).toBe(ids.length);
      for (const id of held) {
        const claims = house.fold
          .events(id)
          .flatMap(({ event }) => (event.type === 'RunClaimed' ? [event.reclaim] : []));
        expect(claims).toEqual([true]);
      }
    });
  },
);
