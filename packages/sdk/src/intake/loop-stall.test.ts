import { expect, it } from 'vitest';
import { LoopStall } from './loop-stall.js';

it('what is read while the loop turns came just now', () => {
  const stall = new LoopStall(0);
  expect([500, 1_000, 11_000].map((now) => stall.turn(now))).toEqual([500, 1_000, 11_000]);
});

it('what is read soon after the loop stood still may have come since it last turned', () => {
  const stall = new LoopStall(0);
  stall.turn(500);
  expect([40_000, 40_100, 41_999, 42_000].map((now) => stall.turn(now))).toEqual([500, 500, 500, 42_000]);
  // It stood still once more.
  expect(stall.turn(60_000)).toBe(42_000);
});
