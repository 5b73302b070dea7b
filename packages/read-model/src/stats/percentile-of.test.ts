import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentileOf } from './percentile-of.js';

const binOf = (ms: number) => (ms < 1 ? 0 : Math.ceil(Math.log2(ms + 1)));
const histogramOf = (values: number[]) => {
  const bins = Array<number>(32).fill(0);
  for (const ms of values) bins[binOf(ms)] = (bins[binOf(ms)] ?? 0) + 1;
  return bins;
};

test('nothing has no percentile', () => {
  expect(percentileOf([], 0.5)).toBeUndefined();
  expect(percentileOf([0, 0, 0], 0.99)).toBeUndefined();
});

test('what took no time has percentile 0', () => {
  expect(percentileOf([10, 0, 0], 0.99)).toBe(0);
});

test('a percentile is within a factor of two of the exact one', () => {
  const values = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99), (ms, share) => {
      const sorted = [...ms].sort((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
      const told = percentileOf(histogramOf(ms), share) as number;
      expect(told).toBeGreaterThanOrEqual(Math.floor(exact / 2));
      expect(told).toBeLessThanOrEqual(exact * 2 + 1);
    }),
  );
});

test('percentiles grow with the share', () => {
  const bins = fc.array(fc.nat(50), { minLength: 1, maxLength: 32 }).filter((b) => b.some((n) => n > 0));
  fc.assert(
    fc.property(
      bins,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (b, x, y) => {
        const low = percentileOf(b, Math.min(x, y)) as number;
        expect(low).toBeLessThanOrEqual(percentileOf(b, Math.max(x, y)) as number);
      },
    ),
  );
});
