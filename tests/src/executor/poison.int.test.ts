import { join } from 'node:path';
import { queueConsumer, RUNS_STREAM } from '@jobflow/contracts';
import { ensureQueueLevel } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { type House, retryOnce, startHouse } from './house.js';
import { readLedger, startWorkerProcess, type WorkerProcess } from './worker-process.js';

const filesOf = (house: House) => ({ ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') });
const processOf = (house: House) => startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house) });
/** The server waits 30 s for a silent worker; a worker is taken for dead after 10 s anyway. */
async function ackWait(house: House, seconds: number): Promise<void> {
  await ensureQueueLevel(house.link, house.store, house.log, { queue: 'default', priority: 5 }, { createQueue: true });
  const { name } = queueConsumer('default', 5);
  await house.link.jsm.consumers.update(RUNS_STREAM, name, { ack_wait: seconds * 1_000_000_000 });
}

/** How many of them have ended. */
function countEnded(workers: WorkerProcess[]): () => number {
  let ended = 0;
  for (const worker of workers) void worker.ended.then(() => ended++);
  return () => ended;
}

describe.concurrent('a run whose handler kills its process at once', () => {
  it('costs three workers, the last one alone, and is a dead letter that names them', {
    timeout: 180_000,
  }, async () => {
    await using house = await startHouse();
    await ackWait(house, 2);
    const workers = await Promise.all([1, 2, 3, 4].map(() => processOf(house)));
    await using stack = new AsyncDisposableStack();
    for (const worker of workers) stack.use(worker);
    const lost = countEnded(workers);
    const runId = await house.enqueue({ job: 'kills-its-worker' });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED', attempt: 1, losses: 3 });
    const last = house.fold.events(runId).at(-1)?.event;
    expect(last).toMatchObject({ error: { code: 'POISON' }, next: { kind: 'dead', reason: 'poison' } });
    const pids = (await readLedger(filesOf(house).ledger)).map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(3);
    expect(pids).toHaveLength(3);
    expect(lost()).toBe(3);
    const starts = house.fold.events(runId).flatMap(({ event }) => (event.type === 'RunStarted' ? [event] : []));
    expect(starts.map(({ alone }) => alone === true)).toEqual([false, true]);
    for (const { workerId } of starts)
      expect(last).toMatchObject({ error: { message: expect.stringContaining(workerId) } });
  });

  it('runs in a process of its own from its second loss on: that one dies, and the worker lives', {
    timeout: 180_000,
  }, async () => {
    await using house = await startHouse();
    await ackWait(house, 2);
    const workers = await Promise.all([1, 2, 3].map(() => processOf(house)));
    await using stack = new AsyncDisposableStack();
    for (const worker of workers) stack.use(worker);
    const lost = countEnded(workers);
    const runId = await house.enqueue({ job: 'kills-its-process', retry: retryOnce });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED', losses: 2 });
    const last = house.fold.events(runId).at(-1)?.event;
    expect(last).toMatchObject({
      status: 'FAILED',
      error: { code: 'SIGKILL' },
      next: { reason: 'attempts-exhausted' },
    });
    expect(await readLedger(filesOf(house).ledger)).toHaveLength(3);
    expect(lost()).toBe(2);
    const next = await house.enqueue({ job: 'counted' });
    expect(await house.fold.whenEnded(next)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
