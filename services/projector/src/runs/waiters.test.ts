import type { RunLifeEvent, RunState } from '@jobflow/domain';
import { expect, it } from 'vitest';
import { Waiters } from './waiters.js';

it('20,000 ends of one key wake a long line in its order, and do not look through it again for each', () => {
  const count = 20_000;
  let looks = 0;
  const line = Array.from({ length: count }, (_, n) => {
    const state = { id: `run-${String((n * 7_919) % count).padStart(6, '0')}`, status: 'QUEUED', limitKey: 'job:j' };
    const limitedSince = () => {
      looks += 1;
      return n % 50;
    };
    return Object.defineProperty(state, 'limitedSince', { get: limitedSince }) as unknown as RunState;
  });
  const waiters = new Waiters([{ key: 'job:j', count }]);
  waiters.begin(line);
  const runs = { id: 'runs', status: 'RUNNING', limitKeys: ['job:j'] } as unknown as RunState;
  const over = { ...runs, status: 'SUCCEEDED' } as RunState;
  const end = { type: 'RunSucceeded', runId: 'runs' } as RunLifeEvent;
  const woken: RunState[] = [];
  for (let n = 0; n < count; n++)
    waiters.wakeAfter(runs, end, over, { get: () => undefined }, (waiter) => void woken.push(waiter));
  expect(looks).toBeLessThan(20 * count);
  expect(woken).toEqual(
    [...line].sort((a, b) => (a.limitedSince ?? 0) - (b.limitedSince ?? 0) || (a.id < b.id ? -1 : 1)),
  );
  expect(waiters.mayWait('job:j')).toBe(false);
});
