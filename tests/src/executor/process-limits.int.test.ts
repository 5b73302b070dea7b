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

  it('hears of its soft limit in the words that any handler hears', async () => {
    // Longer than its process takes to start: before that, SIGTERM would end it.
    expect(await outcome({ job: 'limits.heeds', timeout: { softMs: 1_500, hardMs: 60_000 } })).toMatchObject({
      ...{ type: 'RunSucceeded', result: { name: 'TimeoutError', message: 'The soft time limit has passed' } },
    });
  });
});
