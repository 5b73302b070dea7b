import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, retryOnce, startHouse } from './house.js';
import { processLimitsHandlers } from './process-limits-handlers.js';

let house: House;
beforeAll(async () => {
  house = await startHouse();
  await house.worker({ handlers: processLimitsHandlers, queues: ['default'] });
});
afterAll(() => house?.[Symbol.asyncDispose]());

async function outcome(run: Parameters<House['enqueue']>[0]) {
  const { id } = await house.fold.whenEnded(await house.enqueue({ retry: retryOnce, ...run }));
  return house.fold.events(id).at(-1)?.event;
}

describe('a handler in a process of its own', () => {
  it('has as much memory as its run says, no less and no more', async () => {
    expect(await outcome({ job: 'limits.hungry', limits: { memoryMb: 40 } })).toMatchObject({
      ...{ type: 'RunAttemptFailed', error: { code: 'OUT_OF_MEMORY', message: expect.stringContaining('40 MiB') } },
    });
    expect(await outcome({ job: 'limits.hungry', limits: { memoryMb: 400 } })).toMatchObject({
      ...{ type: 'RunSucceeded', result: 100 },
    });
  });

  it('hears why it is to end in the words that any handler hears, before it is sent a signal', async () => {
    const runId = await house.enqueue({ job: 'limits.heeds' });
    await house.lines(runId, (known) => known.some(({ message }) => message === 'begun'));
    await house.cancel(runId);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'CANCELLED' });
    const lines = await house.lines(runId, (known) => known.length > 1);
    expect(lines.map(({ message }) => message)).toEqual(['begun', 'AbortError: The run was cancelled']);
  });
});
