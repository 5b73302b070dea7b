import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
});
