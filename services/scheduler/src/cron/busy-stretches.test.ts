import { expect, it } from 'vitest';
import { busyStretches } from './busy-stretches.js';

const MINUTE = 60_000;
const run = (made: number, ended: number) => ({ madeAt: made * MINUTE, endedAt: ended * MINUTE });
const shown = (runs: ReturnType<typeof run>[], more = false) =>
  busyStretches(runs, more).map(({ from, to }) => [(from + 10_000) / MINUTE, to / MINUTE]);

it('a run is in the way until it ended, also if one that was made later ended before', () => {
  expect(shown([run(12, 13), run(10, 30)])).toEqual([[10, 30]]);
});

it('runs that follow one another closely make one stretch, others do not', () => {
  expect(shown([run(20, 25), run(15.1, 19.9), run(10, 15), run(1, 2)])).toEqual([
    [1, 2],
    [10, 25],
  ]);
});

it('what is older than the runs that are known is taken to be like the oldest', () => {
  expect(shown([run(20, 25), run(10, 15)], true)).toEqual([
    [Number.NEGATIVE_INFINITY, 15],
    [20, 25],
  ]);
});
