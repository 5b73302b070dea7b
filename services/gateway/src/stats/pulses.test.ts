import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { LiveTick } from '../subscriptions/live-tick.js';
import { Mailbox } from '../subscriptions/mailbox.js';
import { changing, pulses } from './pulses.js';
import { recentAnswer } from './recent-answers.js';

const at = { runs: 0, state: 0 };
const tick: LiveTick = { prev: at, cur: at, logs: new Set(), logsMany: false, deliveries: false, reset: false };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function beating() {
  const clock = testClock();
  const mailbox = new Mailbox(() => undefined);
  const ending = new AbortController();
  ending.signal.addEventListener('abort', () => mailbox.close());
  const live = { changes: () => mailbox } as unknown as Parameters<typeof pulses>[0]['live'];
  let beats = 0;
  const over = (async () => {
    for await (const _ of pulses({ live, clock, signal: ending.signal }, { minMs: 100, maxMs: 1000 })) beats++;
  })();
  return { clock, mailbox, ending, over, beats: () => beats };
}

/** Changes that never come, and how often they are asked for and waited for by more than an await. */
function counted() {
  const counts = { asked: 0, pending: 0, raced: 0 };
  const ending = Promise.withResolvers<IteratorResult<LiveTick>>();
  const next = () => {
    counts.asked++;
    counts.pending++;
    const result = ending.promise.finally(() => counts.pending--);
    const { then } = result;
    // An await keeps one reaction and calls no `then`; a race calls it, and what it adds stays until there is a result.
    return Object.assign(result, {
      // biome-ignore lint/suspicious/noThenProperty: it is counted.
      then: (...args: Parameters<typeof then>) => {
        counts.raced++;
        return then.apply(result, args);
      },
    });
  };
  const over = async () => {
    ending.resolve({ done: true, value: undefined });
    return ending.promise;
  };
  const changes = { [Symbol.asyncIterator]: () => ({ next, return: over }) };
  return { counts, live: { changes: () => changes } as unknown as Parameters<typeof pulses>[0]['live'] };
}

describe('pulses', () => {
  it('keep nothing of a beat that is over, while no change comes', async () => {
    const clock = testClock();
    const { counts, live } = counted();
    const beats = pulses({ live, clock, signal: new AbortController().signal }, { minMs: 100, maxMs: 1000 });
    await beats.next();
    for (let n = 0; n < 20; n++) {
      const beat = beats.next();
      await clock.advance(1000);
      expect(await beat).toMatchObject({ done: false });
      expect(clock.timers()).toBeLessThanOrEqual(1);
    }
    expect(counts).toEqual({ asked: 1, pending: 1, raced: 0 });
    await beats.return();
    expect(counts.pending).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('come at once, then with changes but paced, and with time alone', async () => {
    const { clock, mailbox, ending, over, beats } = beating();
    await settled();
    expect(beats()).toBe(1);
    mailbox.put(tick);
    await settled();
    expect(beats()).toBe(1);
    await clock.advance(100);
    await settled();
    expect(beats()).toBe(2);
    await clock.advance(100);
    await settled();
    expect(beats()).toBe(2);
    await clock.advance(900);
    await settled();
    expect(beats()).toBe(3);
    ending.abort();
    await over;
  });

  it('end when the subscription does, in the middle of waiting', async () => {
    const { clock, ending, over, beats } = beating();
    await settled();
    ending.abort();
    await over;
    expect(beats()).toBe(1);
    expect(clock.timers()).toBe(0);
  });
});

it('only what differs is told', async () => {
  const seen = [1, 1, 2, 2, 1];
  const beats = (async function* () {
    for (const _ of seen) yield;
  })();
  let n = 0;
  const told: number[] = [];
  for await (const value of changing(beats, async () => seen[n++] as number)) told.push(value);
  expect(told).toEqual([1, 2, 1]);
});

it('who asks the same in a short time shares one answer, a failure included only until then', async () => {
  const owner = {};
  let asked = 0;
  const load = async () => ++asked;
  expect(await Promise.all([recentAnswer(owner, 'k', 0, 100, load), recentAnswer(owner, 'k', 50, 100, load)])).toEqual([
    1, 1,
  ]);
  expect(await recentAnswer(owner, 'k', 100, 100, load)).toBe(2);
  expect(await recentAnswer(owner, 'other', 100, 100, load)).toBe(3);
  expect(await recentAnswer({}, 'k', 100, 100, load)).toBe(4);
});
