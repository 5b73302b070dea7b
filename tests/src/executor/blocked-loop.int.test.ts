import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { queueConsumer, RUNS_STREAM } from '@jobflow/contracts';
import { ensureQueueLevel } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { type House, retryOnce, startHouse } from './house.js';
import { readLedger, startWorkerProcess } from './worker-process.js';

const filesOf = (house: House) => ({ ledger: join(house.dir, 'ledger'), gate: join(house.dir, 'gate') });
const processOf = (house: House) => startWorkerProcess({ natsUrl: house.backing.natsUrl, ...filesOf(house) });
const consumer = queueConsumer('default', 5).name;

async function ackWait(house: House, seconds: number): Promise<void> {
  await ensureQueueLevel(house.link, house.store, house.log, { queue: 'default', priority: 5 }, { createQueue: true });
  await house.link.jsm.consumers.update(RUNS_STREAM, consumer, { ack_wait: seconds * 1_000_000_000 });
}

describe.concurrent('a handler that blocks its worker', () => {
  it('for longer than the server waits, and than a worker may be silent, keeps its run', {
    timeout: 120_000,
  }, async () => {
    await using house = await startHouse();
    await ackWait(house, 6);
    await using _first = await processOf(house);
    const runId = await house.enqueue({ job: 'blocks', input: { ms: 20_000 } });
    while ((await readLedger(filesOf(house).ledger)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await using _second = await processOf(house);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED', claim: 0, losses: 0 });
    expect(await readLedger(filesOf(house).ledger)).toHaveLength(1);
    const info = await house.link.jsm.consumers.info(RUNS_STREAM, consumer);
    expect(info.num_redelivered).toBe(0);
    expect(info.delivered.consumer_seq).toBe(1);
  });

  it('past its hard limit ends it: the run has timed out, and what else ran goes on elsewhere, at no cost, unless it may run once only', {
    timeout: 120_000,
  }, async () => {
    await using house = await startHouse();
    await using first = await processOf(house);
    const held = await house.enqueue({ job: 'held' });
    const once = await house.enqueue({ job: 'held', guarantee: 'AT_MOST_ONCE' });
    for (const id of [held, once]) await house.fold.when(id, (state) => state.status === 'RUNNING');
    const runId = await house.enqueue({
      job: 'blocks',
      input: { ms: 600_000 },
      timeout: { hardMs: 1_000 },
      retry: retryOnce,
    });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED', losses: 0 });
    expect(house.fold.events(runId).at(-1)?.event).toMatchObject({ status: 'TIMED_OUT', error: { code: 'TIMEOUT' } });
    expect(await first.ended).toBe(70);
    expect(await house.fold.whenEnded(once)).toMatchObject({ status: 'FAILED', delivery: 0 });
    expect(house.fold.events(once).at(-1)?.event).toMatchObject({ status: 'LOST', error: { code: 'WORKER_LOST' } });
    await using second = await processOf(house);
    await house.fold.when(held, (state) => state.status === 'RUNNING' && state.delivery === 1);
    await writeFile(filesOf(house).gate, '');
    expect(await house.fold.whenEnded(held)).toMatchObject({ status: 'SUCCEEDED', attempt: 1, losses: 0 });
    expect((await readLedger(filesOf(house).ledger)).at(-1)?.pid).toBe(second.pid);
  });
});
