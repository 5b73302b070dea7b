import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectDelay } from './reconnect-delay';

describe('the wait before reconnecting', () => {
  it('stays between a quarter second and 15 seconds, however long the outage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, unit) => {
        const delay = reconnectDelay(attempt, () => unit);
        expect(delay).toBeGreaterThanOrEqual(250);
        expect(delay).toBeLessThanOrEqual(15_000);
      }),
    );
  });

  it('grows from try to try until the cap', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((attempt) => reconnectDelay(attempt, () => 0));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500]);
  });
});
