import { expect, it } from 'vitest';
import { createFitAllowances } from './fit-allowances.js';

function world() {
  let now = 10_000;
  const told: string[] = [];
  const state = { credits: 0 };
  const allowance = {
    credits: () => state.credits,
    want: (count: number) => void told.push(`want ${count}`),
    unused: (count: number) => void told.push(`unused ${count}`),
  };
  const fit = createFitAllowances(() => now);
  const level = (over = {}) => ({
    level: { allowance },
    nonEmpty: false,
    notBefore: 0,
    remaining: 0,
    lastAskedAt: now,
    ...over,
  });
  const look = (levels: ReturnType<typeof level>[], free: number) => {
    told.length = 0;
    fit(levels, free);
    return [...told];
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { state, level, look, pass };
}

it('asks for what the free slots could use when there is something, and for one when it is time to look', () => {
  const { level, look, pass } = world();
  expect(look([level({ nonEmpty: true }), level()], 7)).toEqual(['want 7']);
  expect(look([level({ nonEmpty: true })], 0)).toEqual([]);
  expect(look([level({ nonEmpty: true, notBefore: 99_999 })], 7)).toEqual([]);
  const old = level();
  expect(look([old], 7)).toEqual([]);
  pass(1_000);
  expect(look([old], 7)).toEqual(['want 1']);
});

it('gives back what has no use: nothing is there, no slot is free, or others come first for long', () => {
  const { state, level, look, pass } = world();
  state.credits = 5;
  expect(look([level({ remaining: 5 })], 7)).toEqual([]);
  expect(look([level({ remaining: 2 })], 7)).toEqual(['unused 3']);
  expect(look([level({ nonEmpty: true })], 0)).toEqual(['unused 5']);
  expect(look([level({ nonEmpty: true })], 7)).toEqual([]);
  pass(200);
  expect(look([level({ nonEmpty: true })], 7)).toEqual(['unused 5']);
});
