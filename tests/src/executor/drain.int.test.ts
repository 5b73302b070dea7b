import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineHandler } from '@jobflow/sdk';
import { describe, expect, it } from 'vitest';
import { type House, startHouse } from './house.js';
import { readLedger, startWorkerProcess } from './worker-process.js';

const filesOf = (house: House) => ({ ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') });

describe('a worker that is told to stop', () => {
  it('lets a handler finish that does so in time', async () => {
    await using house = await startHouse();
    await using worker = await startWorkerProcess({
      natsUrl: house.backing.natsUrl,
      ...filesOf(house),
      drainMs: 20_000,
    });
    const runId = await house.enqueue({ job: 'held' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    const stopped = worker.stop();
    await writeFile(filesOf(house).gate, '');
    expect(await stopped).toBe(0);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, delivery: 0 });
  });

  it('gives back what does not finish, and another worker carries it out at once', async () => {
    await using house = await startHouse();
    await using first = await startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house), drainMs: 200 });
    const runId = await house.enqueue({ job: 'held' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    await using second = await startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house) });
    expect(await first.stop()).toBe(0);
    await house.fold.when(runId, (state) => state.status === 'RUNNING' && state.delivery === 1);
    await writeFile(filesOf(house).gate, '');
    // It costs no attempt.
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, delivery: 1 });
    const executions = await readLedger(filesOf(house).ledger);
    expect(executions.map(({ pid }) => pid)).toEqual([first.pid, second.pid]);
    expect(house.fold.events(runId).map(({ event }) => event.type)).toContain('RunReturned');
  });

  it('does not give back what has begun and may run once only', async () => {
    await using house = await startHouse();
    await using first = await startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house), drainMs: 200 });
    const runId = await house.enqueue({ job: 'held', guarantee: 'AT_MOST_ONCE' });
    await house.fold.when(runId, (state) => state.status === 'RUNNING');
    expect(await first.stop()).toBe(0);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED', delivery: 0 });
    expect(house.fold.events(runId).at(-1)?.event).toMatchObject({
      ...{ type: 'RunAttemptFailed', status: 'LOST', error: { code: 'WORKER_LOST' } },
      next: { kind: 'dead', reason: 'expired-lease' },
    });
  });

  it('gives back what it has claimed and not started: it is neither lost nor waited for', async () => {
    await using house = await startHouse({ redis: true });
    const limits = { concurrency: 1 };
    const gate = Promise.withResolvers<void>();
    // Their job says it as well: what it allows today holds, and a worker registers it as its handler is defined.
    const held = defineHandler('one.at.a.time', { limits }, () => gate.promise);
    await house.worker({ handlers: [held], queues: ['held'] });
    const holder = await house.enqueue({ job: 'one.at.a.time', queue: 'held', limits });
    await house.fold.when(holder, (state) => state.status === 'RUNNING');

    // It is claimed before it starts, since it may run once only, and then waits for its permit.
    const first = await house.worker({ handlers: [held], queues: ['waiting'] });
    const once = { job: 'one.at.a.time', queue: 'waiting', limits, guarantee: 'AT_MOST_ONCE' } as const;
    const runId = await house.enqueue(once);
    await house.fold.when(runId, (state) => state.claim > 0);
    await first.stop();
    gate.resolve();
    await house.worker({ handlers: [held], queues: ['waiting'] });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
    const begins = house.fold.events(runId).map(({ event }) => event.type);
    expect(begins.slice(0, 3)).toEqual(['RunQueued', 'RunClaimed', 'RunReturned']);
  });
});
