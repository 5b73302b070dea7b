import { testClock } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { createRounds } from './rounds.js';

type Options = Parameters<typeof createRounds>[0];

function counted(over: Partial<Options> = {}) {
  const clock = testClock(0);
  const began: number[] = [];
  const warned: string[] = [];
  const { round, ...rest } = over;
  const rounds = createRounds({
    clock,
    logger: { warn: (_: unknown, message: string) => void warned.push(message) } as unknown as Options['logger'],
    everyMs: 100,
    failure: 'it cannot be done now',
    ...rest,
    async round() {
      began.push(clock.now());
      return (await round?.()) as number | undefined;
    },
  });
  return { clock, rounds, began, warned };
}

it('rounds begin so long after the start, and after each other', async () => {
  const { clock, rounds, began } = counted();
  await clock.advance(1_000);
  expect(began).toEqual([]);
  await rounds.start();
  await clock.advance(350);
  expect(began).toEqual([1_100, 1_200, 1_300]);
});

it('a round that takes longer is not overtaken by the next', async () => {
  const first = Promise.withResolvers<void>();
  const { clock, rounds, began } = counted({ round: () => first.promise });
  await rounds.start();
  await clock.advance(500);
  rounds.within(0);
  await clock.advance(500);
  expect(began).toEqual([100]);
  first.resolve();
  await clock.advance(150);
  expect(began).toEqual([100, 1_100]);
});

it('a round that fails is told of, and the next comes all the same', async () => {
  const fails = [() => Promise.reject(new Error('away')), () => undefined];
  const { clock, rounds, began, warned } = counted({ afterFailureMs: 30, round: async () => fails.shift()?.() });
  await rounds.start();
  await clock.advance(230);
  expect(began).toEqual([100, 130, 230]);
  expect(warned).toEqual(['it cannot be done now']);
});

it('a round may say when the next is to come', async () => {
  const { clock, rounds, began } = counted({ round: async () => 7 });
  await rounds.start();
  await clock.advance(114);
  expect(began).toEqual([100, 107, 114]);
});

it('of two times for the next round the sooner one holds', async () => {
  const { clock, rounds, began } = counted();
  await rounds.start();
  rounds.within(20);
  rounds.within(60);
  await clock.advance(100);
  expect(began).toEqual([20]);
  expect(clock.timers()).toBe(1);
});

it('nothing is planned while there is nothing to do, until it is asked for', async () => {
  let work = 0;
  const { clock, rounds, began } = counted({
    rests: () => work === 0,
    async round() {
      work -= 1;
    },
  });
  await rounds.start();
  expect(clock.timers()).toBe(0);
  work = 2;
  rounds.within(10);
  await clock.advance(1_000);
  expect(began).toEqual([10, 110]);
  expect(clock.timers()).toBe(0);
});

it('what comes to be done while a round ends is not forgotten', async () => {
  let work = 1;
  const { clock, rounds, began } = counted({
    rests: () => work === 0,
    async round() {
      work = 0;
      // After the round has looked for the last time, before its end is heard of.
      queueMicrotask(() => {
        work = 1;
        rounds.within(0);
      });
    },
  });
  await rounds.start();
  await clock.advance(250);
  expect(began).toEqual([100, 200]);
});

it('a stop waits for the round under way and lets none begin, however often it is asked for', async () => {
  const first = Promise.withResolvers<void>();
  const { clock, rounds, began, warned } = counted({ round: () => first.promise });
  await rounds.start();
  await clock.advance(100);
  let ended = false;
  const stopping = Promise.all([rounds.stop(), rounds.stop()]).then(() => {
    ended = true;
  });
  await clock.advance(100);
  expect([ended, rounds.stopped()]).toEqual([false, true]);
  // What fails because of the stop is nothing to tell of.
  first.reject(new Error('closed'));
  await stopping;
  rounds.within(0);
  await rounds.start();
  await clock.advance(1_000);
  expect([began, warned, clock.timers()]).toEqual([[100], [], 0]);
});

it('one that is stopped before it starts never begins', async () => {
  const { clock, rounds, began } = counted();
  await rounds.stop();
  await rounds.start();
  await clock.advance(1_000);
  expect(began).toEqual([]);
});
