import { describe, expect, it } from 'vitest';
import { sparkBars } from './spark-bars';

describe('the spark bar', () => {
  it('keeps the newest outcome in the last place', () => {
    const bars = sparkBars([{ durationMs: 10 }, { durationMs: 20 }]);
    expect(bars).toHaveLength(20);
    expect(bars[17]?.outcome).toBeUndefined();
    expect(bars[19]?.outcome).toEqual({ durationMs: 20 });
  });

  it('never leaves its box, whatever the durations', () => {
    const bars = sparkBars([{ durationMs: null }, { durationMs: 0 }, { durationMs: 9e9 }, { durationMs: -5 }]);
    for (const bar of bars) {
      expect(bar.height).toBeGreaterThan(0);
      expect(bar.height).toBeLessThanOrEqual(32);
    }
  });
});
