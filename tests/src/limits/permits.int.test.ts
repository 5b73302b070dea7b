import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '@jobflow/platform';
import type { PermitAnswer, PermitRequest, Permits } from '@jobflow/sdk/permits';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type PermitWorld, permitWorld } from './permit-world.js';
import { tooSoon } from './too-soon.js';

let world: PermitWorld;
beforeAll(async () => {
  world = await permitWorld();
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

let keys = 0;
const newKey = () => `job:test-${++keys}`;
const request = (key: string, limit: number, over: Partial<PermitRequest> = {}): PermitRequest => ({
  runId: newId(),
  delivery: 0,
  concurrency: [{ key, limit }],
  booked: false,
  ...over,
});
const rated = (key: string, limit: number, perMs: number, over: Partial<PermitRequest> = {}): PermitRequest => ({
  ...request(key, 1),
  concurrency: [],
  rate: { key, limit, perMs },
  ...over,
});
const UNBUILT = 'permits cannot be rebuilt now: what is limited waits';

/** Asks until limits can be counted. */
async function take(permits: Permits, wanted: PermitRequest): Promise<PermitAnswer> {
  for (;;) {
    const answer = await permits.take(wanted);
    if (answer.kind !== 'unavailable') return answer;
    await wait(20);
  }
}
const granted = async (permits: Permits, wanted: PermitRequest) => (await take(permits, wanted)).kind === 'granted';

describe('permits', () => {
  it('can be counted as soon as Redis is reached, and nobody is alarmed before that', async () => {
    const known = world.troubles.length;
    const worker = await world.worker();
    await until(() => worker.trouble() === undefined, 'limits can be counted');
    expect(world.troubles.slice(known)).toEqual([]);
  });

  it('are given up to the limit, all workers together; who is refused is told by whom', async () => {
    const [a, b] = [await world.worker(), await world.worker()];
    const key = newKey();
    const held = [request(key, 3), request(key, 3), request(key, 3)];
    expect(await granted(a, held[0] as PermitRequest)).toBe(true);
    expect(await granted(b, held[1] as PermitRequest)).toBe(true);
    expect(await granted(a, held[2] as PermitRequest)).toBe(true);
    const refused = await take(b, request(key, 3));
    expect(refused).toMatchObject({ kind: 'no-permit', key });
    const holders = refused.kind === 'no-permit' ? refused.holders.map(({ runId }) => runId).sort() : [];
    expect(holders).toEqual(held.map(({ runId }) => runId).sort());
  });

  it('that come free are told to the workers that were refused', async () => {
    const [a, b] = [await world.worker(), await world.worker()];
    const key = newKey();
    const held = request(key, 1);
    await take(a, held);
    expect(await granted(b, request(key, 1))).toBe(false);
    const heard = new Promise<void>((resolve) => {
      b.onFreed((of, name) => of === 'key' && name === key && resolve());
    });
    a.release(held);
    await heard;
    expect(await granted(b, request(key, 1))).toBe(true);
  });

  it('of several keys are given together or not at all', async () => {
    const a = await world.worker();
    const [one, two] = [newKey(), newKey()];
    await take(a, request(two, 1));
    const both = [one, two].map((key) => ({ key, limit: 1 }));
    expect(await take(a, request(one, 1, { concurrency: both }))).toMatchObject({ kind: 'no-permit', key: two });
    expect(await granted(a, request(one, 1))).toBe(true);
  });

  it('asked for twice by the same run are one', async () => {
    const a = await world.worker();
    const key = newKey();
    const run = request(key, 2);
    expect(await granted(a, run)).toBe(true);
    expect(await granted(a, run)).toBe(true);
    expect(await granted(a, request(key, 2))).toBe(true);
    expect(await granted(a, request(key, 2))).toBe(false);
  });

  it('of a lost worker return when its lease is over, and not before', async () => {
    const lost = await world.worker({ leaseMs: 1_500 });
    const b = await world.worker();
    const key = newKey();
    const run = request(key, 1);
    await take(lost, run);
    // Renewed: it lives.
    await wait(2_000);
    expect(await granted(b, request(key, 1))).toBe(false);
    lost.kill();
    const killedAt = Date.now();
    while (!(await granted(b, run))) await wait(50);
    expect(Date.now() - killedAt).toBeGreaterThan(500);
  });

  it('of a worker that stops are free at once', async () => {
    const [a, b] = [await world.worker(), await world.worker()];
    const key = newKey();
    await take(a, request(key, 1));
    await a.stop();
    expect(await granted(b, request(key, 1))).toBe(true);
  });

  it('that come free are kept for a while for who was refused again after it had waited', async () => {
    const a = await world.worker();
    const key = newKey();
    const [held, waited] = [request(key, 1), request(key, 1, { since: Date.now() - 60_000 })];
    await take(a, held);
    expect(await granted(a, waited)).toBe(false);
    a.reserve(key, waited.runId, waited.since ?? 0);
    a.release(held);
    expect(await granted(a, request(key, 1))).toBe(false);
    expect(await granted(a, waited)).toBe(true);
    a.release(waited);
    expect(await granted(a, request(key, 1))).toBe(true);
  });

  it('are not kept while others come free all the time', async () => {
    const a = await world.worker();
    const key = newKey();
    const [one, two, waited] = [request(key, 1), request(key, 1), request(key, 1, { since: Date.now() - 60_000 })];
    await take(a, one);
    a.release(one);
    await take(a, two);
    a.reserve(key, waited.runId, waited.since ?? 0);
    a.release(two);
    expect(await granted(a, request(key, 1))).toBe(true);
  });

  it('are not kept for ever for one that does not come', async () => {
    const a = await world.worker();
    const key = newKey();
    const held = request(key, 1);
    await take(a, held);
    a.reserve(key, newId(), Date.now() - 60_000);
    a.release(held);
    const since = Date.now();
    while (!(await granted(a, request(key, 1)))) await wait(50);
    expect(Date.now() - since).toBeGreaterThan(2_500);
  });
});

describe('a rate', () => {
  it('is kept by all workers together: none starts sooner than it allows, 2 % at once aside', async () => {
    const workers = await Promise.all([1, 2, 3, 4].map(() => world.worker()));
    const key = newKey();
    const starts: number[] = [];
    const since = performance.now();
    const start = async (permits: Permits) => {
      let wanted = rated(key, 200, 1_000);
      while (starts.length < 500) {
        const answer = await take(permits, wanted);
        if (answer.kind === 'granted') {
          starts.push(performance.now());
          wanted = rated(key, 200, 1_000);
        } else if (answer.kind === 'no-turn') {
          wanted = { ...wanted, booked: true };
          await wait(answer.waitMs);
        }
      }
    };
    await Promise.all(workers.flatMap((permits) => [1, 2, 3, 4, 5].map(() => start(permits))));
    expect(tooSoon(starts, since, { perSecond: 200, burst: 4 })).toBe(0);
  });

  it('gives those it refuses their turns one after the other, an hour ahead at most', async () => {
    const a = await world.worker();
    const key = newKey();
    const turns: number[] = [];
    for (let n = 0; n < 5; n++) {
      const answer = await take(a, rated(key, 1, 1_000_000));
      turns.push(answer.kind === 'no-turn' ? Math.round(answer.waitMs / 100_000) : 0);
    }
    expect(turns).toEqual([0, 10, 20, 30, 36]);
  });

  it('lets nobody go before those whose turn is booked', async () => {
    const a = await world.worker();
    const key = newKey();
    const first = rated(key, 2, 1_000);
    await take(a, first);
    const waiting = rated(key, 2, 1_000);
    const turn = await take(a, waiting);
    expect(turn).toMatchObject({ kind: 'no-turn' });
    await wait(turn.kind === 'no-turn' ? turn.waitMs + 2 : 0);
    // Fresh, while the booked one is on its way.
    await take(a, rated(key, 2, 1_000));
    expect(await granted(a, { ...waiting, booked: true })).toBe(true);
  });

  it('takes nothing from a run that a concurrency limit refuses', async () => {
    const a = await world.worker();
    const key = newKey();
    const rate = { key, limit: 1, perMs: 60_000 };
    const held = request(key, 1);
    await take(a, held);
    expect(await take(a, request(key, 1, { rate }))).toMatchObject({ kind: 'no-permit' });
    a.release(held);
    expect(await granted(a, request(key, 1, { rate }))).toBe(true);
  });
});

describe('a queue', () => {
  it('gives what is left of its permits, and takes them back', async () => {
    const [a, b] = [await world.worker(), await world.worker()];
    await take(a, request(newKey(), 1));
    const of = (count: number) => ({ queue: 'mail', count, concurrency: 5 });
    expect(await a.takeForQueue(of(3))).toEqual({ kind: 'granted', count: 3 });
    expect(await b.takeForQueue(of(50))).toEqual({ kind: 'granted', count: 2 });
    expect(await b.takeForQueue(of(1))).toEqual({ kind: 'refused' });
    const heard = new Promise<void>((resolve) => {
      b.onFreed((what, name) => what === 'queue' && name === 'mail' && resolve());
    });
    a.giveBackForQueue(of(2), 0);
    await heard;
    expect(await b.takeForQueue(of(50))).toEqual({ kind: 'granted', count: 2 });
  });

  it('gives turns as its rate allows; those not used come back', async () => {
    const a = await world.worker();
    await take(a, request(newKey(), 1));
    const of = (count: number) => ({ queue: 'slow', count, rate: { limit: 1_000, perMs: 100_000 } });
    expect(await a.takeForQueue(of(50))).toEqual({ kind: 'granted', count: 20 });
    const refused = await a.takeForQueue(of(1));
    expect(refused.kind === 'refused' && Math.ceil((refused.waitMs ?? 0) / 100)).toBe(1);
    a.giveBackForQueue({ ...of(0), count: 0 }, 15);
    expect(await a.takeForQueue(of(50))).toEqual({ kind: 'granted', count: 15 });
  });
});

describe('when Redis has lost everything', () => {
  it('nothing is granted until living workers have told what they hold, and the log what others did', async () => {
    // Of their own: each worker of another test would rebuild permits with what it was told itself.
    await using own = await permitWorld();
    const key = newKey();
    const lostRun = { runId: newId(), delivery: 0, workerId: 'gone', keys: [key] };
    const told = { ok: true as const, runs: [lostRun], queues: [{ queue: 'bulk', workerId: 'gone', count: 2 }] };
    let telling = Promise.resolve();
    const holders = () => telling.then(() => told);
    const [a, b] = [await own.worker({ holders }), await own.worker({ holders })];
    const held = request(key, 3);
    await take(a, held);
    await a.takeForQueue({ queue: 'bulk', count: 1, concurrency: 4 });
    // It is told of the loss by nobody, and looks for itself every half second.
    a.deafen();
    const log = Promise.withResolvers<void>();
    telling = log.promise;
    await own.flush();
    expect(await b.take(request(key, 3))).toMatchObject({ kind: 'unavailable' });
    log.resolve();
    // One permit of three is left: one is held here, one by a worker that only the log knows of.
    expect(await granted(b, request(key, 3))).toBe(true);
    const refused = await take(b, request(key, 3));
    expect(refused).toMatchObject({ kind: 'no-permit' });
    expect(refused.kind === 'no-permit' && refused.holders.map(({ runId }) => runId)).toContain(held.runId);
    expect(await b.takeForQueue({ queue: 'bulk', count: 9, concurrency: 4 })).toEqual({ kind: 'granted', count: 1 });
  });

  it('a worker tells of the permits of a queue that it holds, also when it gave back turns under a rate', async () => {
    const queue = newKey();
    const [a, b] = [await world.worker(), await world.worker()];
    const limited = { queue, count: 9, concurrency: 2 };
    const taken = async () => {
      const answer = await a.takeForQueue(limited);
      return answer.kind === 'granted' ? answer.count : 0;
    };
    await until(async () => (await taken()) === 2, 'it has both permits');
    a.giveBackForQueue({ queue, count: 9, rate: { limit: 100, perMs: 1_000 } }, 9);
    await world.flush();
    let refused: Awaited<ReturnType<Permits['takeForQueue']>> | undefined;
    await until(async () => {
      refused = await b.takeForQueue(limited);
      return refused.kind !== 'unavailable';
    }, 'permits are rebuilt');
    expect(refused).toEqual({ kind: 'refused' });
  });

  it('and the log cannot be asked, nothing is granted', async () => {
    await using empty = await permitWorld();
    const blind = await empty.worker({ holders: { ok: false, reason: 'lagging' } });
    for (let n = 0; n < 5; n++) {
      expect(await blind.take(request(newKey(), 1))).toMatchObject({ kind: 'unavailable' });
      await wait(100);
    }
    while (!blind.trouble()?.includes('lags behind')) await wait(10);
    // It may yet come: nobody is alarmed before that has taken a while.
    expect(empty.troubles).not.toContain(UNBUILT);
    await empty.worker({ holders: { ok: false, reason: 'lagging' }, patienceMs: 0 });
    await until(() => empty.troubles.includes(UNBUILT), 'it is told of');
    const seeing = await empty.worker();
    expect(await granted(seeing, request(newKey(), 1))).toBe(true);
    expect(await granted(blind, request(newKey(), 1))).toBe(true);
  });
});

it('while Redis is away nothing is granted, and afterwards what was held is still held', async () => {
  const a = await world.worker();
  const key = newKey();
  await take(a, request(key, 1));
  await world.backing.redis.kill9();
  expect(await a.take(request(newKey(), 1))).toMatchObject({ kind: 'unavailable' });
  expect(await granted(a, request(key, 1))).toBe(false);
  expect(await granted(a, request(newKey(), 1))).toBe(true);
});
