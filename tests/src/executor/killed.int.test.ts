import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { queueConsumer, queuedSubject, RUNS_STREAM } from '@jobflow/contracts';
import { ensureQueueLevel } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { definitionOf, type House, startHouse } from './house.js';
import { readLedger, startWorkerProcess } from './worker-process.js';

const filesOf = (house: House) => ({ ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') });
const processOf = (house: House) => startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house) });

/** The server waits 30 s for a silent worker; the tests need not. */
async function shortAckWait(house: House): Promise<void> {
  await ensureQueueLevel(house.link, house.store, house.log, 'default', 5, { createQueue: true });
  const { name } = queueConsumer('default', 5);
  await house.link.jsm.consumers.update(RUNS_STREAM, name, { ack_wait: 12_000_000_000 });
}

describe('when a worker is killed in mid-run', () => {
  it('its run goes on elsewhere, once, and the outcome of its next attempts counts', async () => {
    await using house = await startHouse();
    await shortAckWait(house);
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

  it('a run that may run at most once ends as lost instead', async () => {
    await using house = await startHouse();
    await shortAckWait(house);
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

describe('when nats-server is killed in mid-load', () => {
  it('no acknowledged run is lost, and none runs twice, also not one that was running', async () => {
    await using house = await startHouse({ fsync: true });
    await using _first = await processOf(house);
    await using _second = await processOf(house);
    const held = await Promise.all([1, 2, 3].map(() => house.enqueue({ job: 'held' })));
    for (const id of held) await house.fold.when(id, (state) => state.status === 'RUNNING');

    const acknowledged: string[] = [];
    let killed: Promise<void> | undefined;
    for (let batch = 0; batch < 30; batch++) {
      const runs = Array.from({ length: 100 }, () => definitionOf({ job: 'counted' }));
      const messages = runs.map((run) => ({
        subject: queuedSubject(run.queue, run.priority),
        events: [{ type: 'RunQueued' as const, run, attempt: 1, delivery: 0 }],
      }));
      const unit = { messages, msgId: `batch-${batch}` };
      // The outcome of an append that the crash cut off is unknown: repeated with the same id, it is stored once.
      while (!(await house.log.append(unit).catch(() => undefined))?.ok) await wait(50);
      acknowledged.push(...runs.map(({ id }) => id));
      if (batch === 10) killed = house.backing.nats.kill9();
    }
    await killed;
    // What was running is claimed again by the worker that runs it.
    for (const id of held) await house.fold.when(id, (state) => state.claim > 0);
    await writeFile(filesOf(house).gate, '');
    const ids = [...acknowledged, ...held];
    const states = await Promise.all(ids.map((id) => house.fold.whenEnded(id)));
    expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);

    const times = new Map<string, number>();
    for (const { runId } of await readLedger(filesOf(house).ledger)) times.set(runId, (times.get(runId) ?? 0) + 1);
    expect([...times.values()].every((n) => n === 1)).toBe(true);
    expect(times.size).toBe(ids.length);
    for (const id of held) {
      expect(house.fold.events(id).some(({ event }) => event.type === 'RunClaimed' && event.reclaim === true)).toBe(
        true,
      );
    }
  });
});
