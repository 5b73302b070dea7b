import fc from 'fast-check';
import { expect, it } from 'vitest';
import { percentile } from './histogram.js';

const bins = (counts: Record<number, number>) => Array.from({ length: 32 }, (_, n) => counts[n] ?? 0);

it('has no percentile when nothing was counted', () => {
  expect(percentile(bins({}), 0.95)).toBeNull();
});

it('finds the bin, and the place in it', () => {
  expect(percentile(bins({ 0: 10 }), 0.95)).toBe(0);
  expect(percentile(bins({ 4: 100 }), 0.5)).toBe(12);
  expect(percentile(bins({ 1: 95, 10: 5 }), 0.95)).toBe(2);
  expect(percentile(bins({ 1: 90, 10: 10 }), 0.95)).toBe(768);
});

it('grows with the share and stays within the bins in use', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 32, maxLength: 32 }), share, share, (counts, a, b) => {
      const [low, high] = [percentile(counts, Math.min(a, b)), percentile(counts, Math.max(a, b))];
      if (low === null || high === null) return counts.every((count) => count === 0);
      return low <= high && high <= 2 ** counts.findLastIndex((count) => count > 0);
    }),
  );
});
