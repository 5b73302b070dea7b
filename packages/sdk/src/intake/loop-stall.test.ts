import { expect, it } from 'vitest';
import { LoopStall } from './loop-stall.js';

/** A loop that has turned twice a second from 0 to this instant. */
function turning(until: number): LoopStall {
  const stall = new LoopStall(0);
  for (let now = 500; now <= until; now += 500) stall.turn(now);
  return stall;
}

it('what is read while the loop turns came just now', () => {
  expect(turning(1_000).cameAt(1_400)).toBe(1_400);
});

it('what is read in a turn in which handlers block one after the other may have come since the turn before', () => {
  const stall = turning(500);
  expect([5_500, 10_500, 35_500].map((now) => stall.cameAt(now))).toEqual([500, 500, 500]);
});

it('what is read soon after the loop stood still may have come since it last turned', () => {
  const stall = turning(500);
  stall.turn(40_000);
  expect([40_000, 40_100, 41_999, 42_000].map((now) => stall.cameAt(now))).toEqual([500, 500, 500, 42_000]);
});

it('what was not read yet when the loop stood still again may have come in the stall before', () => {
  const stall = turning(500);
  stall.turn(12_500);
  expect(stall.cameAt(17_500)).toBe(500);
  stall.turn(17_500);
  expect(stall.cameAt(17_600)).toBe(500);
});

it('a stall that is over is forgotten', () => {
  const stall = turning(500);
  stall.turn(40_000);
  for (let now = 40_500; now <= 50_000; now += 500) stall.turn(now);
  expect(stall.cameAt(50_400)).toBe(50_400);
  expect(stall.cameAt(60_000)).toBe(50_000);
});
