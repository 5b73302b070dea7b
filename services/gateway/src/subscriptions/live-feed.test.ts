import { live, type Position } from '@jobflow/contracts';
import { type NatsLink, testClock } from '@jobflow/platform';
import { afterEach, describe, expect, it } from 'vitest';
import { createLiveFeed } from './live-feed.js';
import type { LiveTick } from './live-tick.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;
const at = (runs: number, state = 0): Position => ({ runs, state });

/** A NATS that only this test speaks on. */
function fakeLink() {
  let callback: ((error: Error | null, message: { data: Uint8Array }) => void) | undefined;
  const link = {
    nc: {
      subscribe(subject: string, options: { callback: typeof callback }) {
        expect(subject).toBe(live.checkpoint);
        callback = options.callback;
        return { unsubscribe: () => (callback = undefined) };
      },
    },
  } as unknown as NatsLink;
  const say = (message: unknown) => callback?.(null, { data: new TextEncoder().encode(JSON.stringify(message)) });
  return { link, say };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function startFeed(stored = at(0)) {
  const clock = testClock();
  const { link, say } = fakeLink();
  const database = { stored };
  const feed = createLiveFeed({ link, clock, logger: silent, readCheckpoint: async () => database.stored });
  await feed.start();
  stops.push(() => feed.stop());
  return { feed, clock, say, database };
}

describe('the live feed', () => {
  it('begins at the checkpoint the database has', async () => {
    const { feed } = await startFeed(at(7, 3));
    expect(feed.position()).toEqual(at(7, 3));
    expect(feed.silentForMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('lets a waiter go as soon as its position is passed, or when its time is over', async () => {
    const { feed, clock, say } = await startFeed();
    const reached = feed.waitForPosition(at(5, 1), 2_000);
    const never = feed.waitForPosition(at(99), 2_000);
    say({ prev: at(0), cur: at(5, 0) });
    say({ prev: at(5), cur: at(5, 1) });
    expect(await reached).toBe(true);
    await clock.advance(2_000);
    expect(await never).toBe(false);
    expect(await feed.waitForPosition(at(5, 1), 0)).toBe(true);
  });

  it('gives a subscriber ticks that follow each other, twenty a second at most', async () => {
    const { feed, clock, say } = await startFeed();
    const ticks = feed.changes(new AbortController().signal)[Symbol.asyncIterator]();
    say({ prev: at(0), cur: at(1) });
    expect((await ticks.next()).value).toMatchObject({ prev: at(0), cur: at(1) });
    for (let n = 1; n < 10; n++)
      say({ prev: at(n), cur: at(n + 1), logs: [`0190b7a0-0000-7000-8000-00000000000${n}`] });
    const next = ticks.next();
    let told = false;
    void next.then(() => (told = true));
    await clock.advance(49);
    expect(told).toBe(false);
    await clock.advance(1);
    const tick = (await next).value as LiveTick;
    expect(tick).toMatchObject({ prev: at(1), cur: at(10), logsMany: false, reset: false });
    expect(tick.logs.size).toBe(9);
  });

  it('spans what was lost on the way, and then names no runs', async () => {
    const { feed, say } = await startFeed(at(10));
    const ticks = feed.changes(new AbortController().signal)[Symbol.asyncIterator]();
    say({ prev: at(40), cur: at(50), logs: ['0190b7a0-0000-7000-8000-000000000001'] });
    expect((await ticks.next()).value).toMatchObject({ prev: at(10), cur: at(50), logsMany: true, deliveries: true });
  });

  it('merges what a slow subscriber did not take', async () => {
    const { feed, clock, say } = await startFeed();
    const ticks = feed.changes(new AbortController().signal)[Symbol.asyncIterator]();
    for (let n = 0; n < 5; n++) {
      say({ prev: at(n), cur: at(n + 1), deliveries: n === 2 });
      await clock.advance(100);
    }
    expect((await ticks.next()).value).toMatchObject({ prev: at(0), cur: at(5), deliveries: true });
  });

  it('starts a subscriber that resumes with everything since its position', async () => {
    const { feed } = await startFeed(at(100, 5));
    const ticks = feed.changes(new AbortController().signal, { after: at(60, 5) })[Symbol.asyncIterator]();
    expect((await ticks.next()).value).toMatchObject({ prev: at(60, 5), cur: at(100, 5), logsMany: true });
  });

  it('says reset when the read model went back', async () => {
    const { feed, say } = await startFeed(at(100));
    const ticks = feed.changes(new AbortController().signal)[Symbol.asyncIterator]();
    say({ prev: at(0), cur: at(3) });
    expect((await ticks.next()).value).toMatchObject({ prev: at(0), cur: at(3), reset: true });
    expect(feed.position()).toEqual(at(3));
  });

  it('reads the checkpoint from the database while the projector is silent', async () => {
    const { feed, clock, say, database } = await startFeed();
    say({ prev: at(0), cur: at(0) });
    database.stored = at(42);
    const reached = feed.waitForPosition(at(42), 60_000);
    await clock.advance(2_000);
    expect(feed.position()).toEqual(at(0));
    await clock.advance(2_000);
    expect(await reached).toBe(true);
  });

  it('ends its subscribers and waiters when it stops, and a subscriber when its signal aborts', async () => {
    const { feed } = await startFeed();
    const left = new AbortController();
    const aborted = feed.changes(left.signal)[Symbol.asyncIterator]().next();
    const stopped = feed.changes(new AbortController().signal)[Symbol.asyncIterator]().next();
    const waiting = feed.waitForPosition(at(9), 60_000);
    left.abort();
    expect((await aborted).done).toBe(true);
    await feed.stop();
    expect((await stopped).done).toBe(true);
    expect(await waiting).toBe(false);
    expect((await feed.changes(AbortSignal.abort())[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  it('ignores what is not a checkpoint', async () => {
    const { feed, say } = await startFeed(at(1));
    for (const nonsense of [null, 1, {}, { prev: at(0) }, { prev: 'x', cur: 'y' }]) say(nonsense);
    expect(feed.position()).toEqual(at(1));
  });

  it('asks once for all subscribers of a tick', async () => {
    const { feed } = await startFeed();
    const tick: LiveTick = {
      prev: at(0),
      cur: at(1),
      logs: new Set(),
      logsMany: false,
      deliveries: false,
      reset: false,
    };
    let asked = 0;
    const load = async () => ++asked;
    expect(await Promise.all([feed.shared(tick, 'runs', load), feed.shared(tick, 'runs', load)])).toEqual([1, 1]);
    expect(await feed.shared(tick, 'jobs', load)).toBe(2);
    expect(await feed.shared({ ...tick, cur: at(2) }, 'runs', load)).toBe(3);
  });
});
