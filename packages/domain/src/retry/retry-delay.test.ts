import type { RetryPolicy } from '@jobflow/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelay } from './retry-delay.js';

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 100 }),
  backoff: fc.constantFrom('EXPONENTIAL', 'LINEAR', 'FIXED'),
  initialDelayMs: fc.integer({ min: 0, max: 86_400_000 }),
  maxDelayMs: fc.integer({ min: 0, max: 10 * 86_400_000 }),
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  jitter: fc.constantFrom('NONE', 'FULL', 'EQUAL'),
});
const attempts = fc.integer({ min: 1, max: 100 });
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const policy = (over: Partial<RetryPolicy>): RetryPolicy => ({
  maxAttempts: 10,
  backoff: 'EXPONENTIAL',
  initialDelayMs: 1000,
  maxDelayMs: 60_000,
  factor: 2,
  jitter: 'NONE',
  ...over,
});
const delays = (over: Partial<RetryPolicy>, random = 0.5) =>
  [1, 2, 3, 4, 10].map((n) => retryDelay(policy(over), n, () => random));

describe('the delay before a retry', () => {
  it('is a whole number from 0 to the cap, for every policy', () => {
    fc.assert(
      fc.property(policies, attempts, unit, (p, n, r) => {
        const delay = retryDelay(p, n, () => r);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(p.maxDelayMs);
      }),
    );
  });

  it('never shrinks from attempt to attempt without jitter', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 99 }), (p, n) => {
        const plain = { ...p, jitter: 'NONE' as const };
        expect(retryDelay(plain, n + 1, Math.random)).toBeGreaterThanOrEqual(retryDelay(plain, n, Math.random));
      }),
    );
  });

  it('with EQUAL jitter keeps at least half', () => {
    fc.assert(
      fc.property(policies, attempts, unit, (p, n, r) => {
        const whole = retryDelay({ ...p, jitter: 'NONE' }, n, () => 0);
        expect(retryDelay({ ...p, jitter: 'EQUAL' }, n, () => r)).toBeGreaterThanOrEqual(Math.floor(whole / 2));
      }),
    );
  });

  it('grows as its backoff says', () => {
    expect(delays({ backoff: 'FIXED' })).toEqual([1000, 1000, 1000, 1000, 1000]);
    expect(delays({ backoff: 'LINEAR' })).toEqual([1000, 2000, 3000, 4000, 10_000]);
    expect(delays({})).toEqual([1000, 2000, 4000, 8000, 60_000]);
    expect(delays({ factor: 3 })).toEqual([1000, 3000, 9000, 27_000, 60_000]);
    expect(delays({ jitter: 'FULL' })).toEqual([500, 1000, 2000, 4000, 30_000]);
    expect(delays({ jitter: 'EQUAL' })).toEqual([750, 1500, 3000, 6000, 45_000]);
  });
});
