import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { createRateCounter, type RedisScripts } from './rate-counter.js';
import { createWriteLimit } from './write-limit.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;
const rate = { burst: 2, everyMs: 1_000 };

/** A Redis that answers as told, and counts how often it was asked. */
function fakeRedis() {
  const redis = {
    status: 'ready',
    over: 0,
    asked: 0,
    async eval() {
      redis.asked++;
      if (redis.over < 0) throw new Error('Connection is closed.');
      return redis.over;
    },
    del: async () => 1,
  };
  return redis satisfies RedisScripts & { over: number; asked: number };
}

describe('a rate counter', () => {
  it('believes Redis, which counts for all gateways', async () => {
    const redis = fakeRedis();
    const counter = createRateCounter(redis, testClock(), silent);
    redis.over = 700;
    expect(await counter.take('a', rate)).toEqual({ ok: false, retryAfterMs: 700 });
    redis.over = 0;
    expect(await counter.take('a', rate)).toEqual({ ok: true });
  });

  it('counts alone while Redis is away, and has not forgotten what it counted before', async () => {
    const redis = fakeRedis();
    const clock = testClock();
    const counter = createRateCounter(redis, clock, silent);
    await counter.take('a', rate);
    redis.status = 'reconnecting';
    expect(counter.shared()).toBe(false);
    expect(await counter.take('a', rate)).toEqual({ ok: true });
    expect(await counter.take('a', rate)).toEqual({ ok: false, retryAfterMs: 1_000 });
    redis.status = 'ready';
    expect(await counter.take('a', rate)).toMatchObject({ ok: false });
    await clock.advance(1_000);
    expect(await counter.take('a', rate)).toEqual({ ok: true });
  });

  it('does not count what was refused, and peeking counts nothing', async () => {
    const redis = fakeRedis();
    const counter = createRateCounter(redis, testClock(), silent);
    redis.over = 5;
    for (let n = 0; n < 5; n++) await counter.take('a', rate);
    redis.over = 0;
    for (let n = 0; n < 5; n++) expect(await counter.peek('a', rate)).toEqual({ ok: true });
    expect(await counter.take('a', rate)).toEqual({ ok: true });
    expect(await counter.take('a', rate)).toEqual({ ok: true });
    expect(await counter.take('a', rate)).toMatchObject({ ok: false });
    await counter.forget('a');
    expect(await counter.take('a', rate)).toEqual({ ok: true });
  });

  it('is bounded: whoever was quiet longest is forgotten', async () => {
    const redis = { ...fakeRedis(), status: 'end' };
    const counter = createRateCounter(redis, testClock(), silent);
    for (let n = 0; n < 2; n++) await counter.take('first', rate);
    expect(await counter.peek('first', rate)).toMatchObject({ ok: false });
    for (let n = 0; n < 10_000; n++) await counter.take(`key${n}`, rate);
    expect(await counter.peek('first', rate)).toEqual({ ok: true });
  });
});

describe('the write limit', () => {
  it('lets everything through while Redis is away, and counts again a second after it is back', async () => {
    const redis = fakeRedis();
    const clock = testClock();
    const counter = createRateCounter(redis, clock, silent);
    const limit = createWriteLimit(counter, 2);
    redis.over = -1;
    for (let n = 0; n < 5; n++) expect(await limit.check(undefined, '::1', 1)).toEqual({ ok: true });
    redis.over = 9;
    await clock.advance(1_001);
    expect(await limit.check(undefined, '::1', 1)).toEqual({ ok: false, retryAfterMs: 9 });
  });

  it('asks nobody when it is off, or when nothing is written', async () => {
    const redis = fakeRedis();
    const counter = createRateCounter(redis, testClock(), silent);
    expect(await createWriteLimit(counter, undefined).check(undefined, '::1', 1)).toEqual({ ok: true });
    expect(await createWriteLimit(counter, 2).check(undefined, '::1', 0)).toEqual({ ok: true });
    expect(redis.asked).toBe(0);
  });
});
