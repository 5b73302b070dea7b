import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gcra, type Rate } from './rate-window.js';

const rate = fc.record({ burst: fc.integer({ min: 1, max: 50 }), everyMs: fc.integer({ min: 1, max: 10_000 }) });

/** Asks at these instants and tells which were allowed. */
function allowed(limit: Rate, instants: number[]): number[] {
  let tat: number | undefined;
  return instants.filter((at) => {
    const answer = gcra(tat, at, limit, 1);
    tat = answer.tat;
    return answer.verdict.ok;
  });
}

describe('a rate', () => {
  it('allows its burst at once, and then one each interval', () => {
    const limit = { burst: 3, everyMs: 100 };
    expect(allowed(limit, [0, 0, 0, 0, 99, 100, 100, 200])).toEqual([0, 0, 0, 100, 200]);
  });

  it('never allows more in any window than the burst and what the window refills', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(rate, instants, (limit, times) => {
        const taken = allowed(
          limit,
          times.sort((a, b) => a - b),
        );
        for (const [i, from] of taken.entries()) {
          for (const [j, to] of taken.entries()) {
            if (j < i) continue;
            expect(j - i + 1).toBeLessThanOrEqual(limit.burst + Math.floor((to - from) / limit.everyMs));
          }
        }
      }),
    );
  });

  it('tells a time after which the event is allowed, and before which it is not', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 0, max: 1_000_000 }), (limit, now) => {
        const full = Array.from({ length: limit.burst }).reduce<number | undefined>(
          (tat) => gcra(tat, now, limit, 1).tat,
          undefined,
        );
        const { verdict } = gcra(full, now, limit, 1);
        expect(verdict.ok).toBe(false);
        if (verdict.ok) return;
        expect(gcra(full, now + verdict.retryAfterMs, limit, 1).verdict.ok).toBe(true);
        expect(gcra(full, now + verdict.retryAfterMs - 1, limit, 1).verdict.ok).toBe(false);
      }),
    );
  });

  it('allows an event that costs more than the bucket holds, once the bucket is full', () => {
    expect(gcra(undefined, 0, { burst: 2, everyMs: 10 }, 5).verdict.ok).toBe(true);
    expect(gcra(undefined, 0, { burst: 2, everyMs: 10 }, 5).tat).toBe(20);
  });
});
