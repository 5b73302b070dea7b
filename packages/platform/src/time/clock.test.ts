import { expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { testClock } from './test-clock.js';

it('the test clock fires what falls due, in order of time and then of setting, and nothing that was cancelled', async () => {
  const clock = testClock(1_000);
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now()]);
  clock.setTimer(30, note('c'));
  clock.setTimer(10, note('a'));
  clock.setTimerAt(1_010, note('b'));
  clock.setTimer(20, note('cancelled')).cancel();
  clock.setTimer(5, () => void clock.setTimer(5, note('nested')));
  clock.setTimerAt(1, note('past'));
  await clock.advance(25);
  expect(fired).toEqual([
    ['past', 1_000],
    ['a', 1_010],
    ['b', 1_010],
    ['nested', 1_010],
  ]);
  await clock.advance(100);
  expect(fired.at(-1)).toEqual(['c', 1_030]);
  expect(clock.now()).toBe(1_125);
  expect(clock.timers()).toBe(0);
});

it('the system clock does not fire a far timer at once', async () => {
  let fired = false;
  const timer = systemClock.setTimer(2 ** 40, () => {
    fired = true;
  });
  await new Promise((resolve) => systemClock.setTimerAt(Date.now() + 20, () => resolve(undefined)));
  expect(fired).toBe(false);
  timer.cancel();
});
