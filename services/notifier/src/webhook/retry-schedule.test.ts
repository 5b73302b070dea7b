import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs, retryWait } from './retry-schedule.js';

const HOUR = 3_600_000;

describe('the waits between attempts', () => {
  it('are the published ones, give or take a fifth', () => {
    const waits = [5_000, 300_000, 1_800_000, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    waits.forEach((wait, n) => {
      expect(retryWait(n + 1, () => 0)).toBeCloseTo(wait * 0.8, 3);
      expect(retryWait(n + 1, () => 0.5)).toBeCloseTo(wait, 3);
    });
    expect(retryWait(waits.length + 1, () => 0.5)).toBeUndefined();
  });

  it('honour Retry-After up to a day, and are never shorter for it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat(10 * 24 * HOUR),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (number, asked, random) => {
          const wait = retryWait(number, () => random, asked) ?? 0;
          const plain = retryWait(number, () => random) ?? 0;
          expect(wait).toBeGreaterThanOrEqual(plain);
          expect(wait).toBeLessThanOrEqual(Math.max(plain, 24 * HOUR));
          expect(wait).toBeGreaterThanOrEqual(Math.min(asked, 24 * HOUR) - 1);
        },
      ),
    );
  });

  it('read both forms of Retry-After', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('120', now)).toBe(120_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(retryAfterMs('soon', now)).toBeUndefined();
    expect(retryAfterMs(undefined, now)).toBeUndefined();
  });
});
