import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deathsInARow, restartDelay } from './restart-delay.js';

test('the first restart is immediate, later ones wait longer and longer, up to ten seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 50].map(restartDelay)).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test('no number of deaths shortens the wait', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), (deaths) => {
      expect(restartDelay(deaths + 1)).toBeGreaterThanOrEqual(restartDelay(deaths));
      expect(restartDelay(deaths)).toBeLessThanOrEqual(10_000);
    }),
  );
});

test('whoever was ready for a while has recovered; whoever only took long to start has not', () => {
  expect(deathsInARow(7, 5_000)).toBe(1);
  expect(deathsInARow(7, 4_999)).toBe(8);
  expect(deathsInARow(7, undefined)).toBe(8);
  expect(deathsInARow(0, undefined)).toBe(1);
});
