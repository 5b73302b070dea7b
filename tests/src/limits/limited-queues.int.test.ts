import { setTimeout as wait } from 'node:timers/promises';
import type { QueueState } from '@jobflow/contracts';
import { ensureQueueLevel, saveState } from '@jobflow/platform';
import { defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, startHouse } from '../executor/house.js';
import { tooSoon } from './too-soon.js';

let house: House;
const gates = new Map<string, PromiseWithResolvers<void>>();
const gate = (name: string) => {
  const known = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, known);
  return known;
};
const now = new Map<string, number>();
const most = new Map<string, number>();
const starts = new Map<string, { runId: string; at: number }[]>();

const handler = defineHandler('works', {}, async ({ input, runId }) => {
  const { meter, ms = 0, held } = input as { meter: string; ms?: number; held?: string };
  starts.set(meter, [...(starts.get(meter) ?? []), { runId, at: performance.now() }]);
  now.set(meter, (now.get(meter) ?? 0) + 1);
  most.set(meter, Math.max(most.get(meter) ?? 0, now.get(meter) ?? 0));
  if (held) await gate(held).promise;
  else if (ms > 0) await wait(ms);
  now.set(meter, (now.get(meter) ?? 0) - 1);
});

async function configure(queue: string, over: Partial<QueueState>, priorities = [5]): Promise<void> {
  for (const priority of priorities)
    await ensureQueueLevel(
      house.link,
      house.store,
      house.log,
      { queue: queue, priority: priority },
      { createQueue: true },
    );
  const kept = house.store.queues.get(queue);
  if (!kept) throw new Error('the queue is not there');
  const state = { ...kept.state, ...over, revision: kept.state.revision + 1 };
  await saveState(house.log, house.store, { type: 'QueueSaved', queue: state }, { expectSeq: kept.seq });
}
const many = (count: number, queue: string, input: object, priority = 5) =>
  Promise.all(
    Array.from({ length: count }, () => house.enqueue({ job: 'works', queue, input: { ...input }, priority })),
  );
const allEnded = (ids: string[]) => Promise.all(ids.map((id) => house.fold.whenEnded(id)));

beforeAll(async () => {
  house = await startHouse({ redis: true });
  await configure('narrow', { concurrency: 3 }, [1, 5, 9]);
  await configure('paced', { rate: { limit: 100, perMs: 1_000 } });
  await configure('keyed', { concurrencyPerKey: 1 });
  await configure('wide', {});
  for (let n = 0; n < 4; n++) await house.worker({ handlers: [handler], concurrency: 20 });
});
afterAll(async () => {
  for (const { resolve } of gates.values()) resolve();
  await house?.[Symbol.asyncDispose]();
});

describe('a queue’s concurrency', () => {
  it('holds over four workers, and what waits stays in the queue, untouched', async () => {
    const ids = await many(200, 'narrow', { meter: 'narrow', ms: 5 });
    const states = await allEnded(ids);
    expect(states.every(({ status, delivery }) => status === 'SUCCEEDED' && delivery === 0)).toBe(true);
    expect(most.get('narrow')).toBe(3);
    expect(starts.get('narrow')).toHaveLength(200);
  });

  it('leaves what waits to go by priority, and other queues alone', async () => {
    const held = await many(3, 'narrow', { meter: 'held', held: 'held' });
    for (const id of held) await house.fold.when(id, (state) => state.status === 'RUNNING');
    const low = await many(5, 'narrow', { meter: 'order', ms: 20 }, 1);
    const high = await many(5, 'narrow', { meter: 'order', ms: 20 }, 9);
    await allEnded(await many(50, 'wide', { meter: 'wide' }));
    expect(starts.get('order')).toBeUndefined();
    gate('held').resolve();
    await allEnded([...held, ...low, ...high]);
    const order = (starts.get('order') ?? []).map(({ runId }) => high.includes(runId));
    // Every 16th pull begins at the bottom; the others at the top.
    expect(order.slice(0, 6).filter(Boolean).length).toBeGreaterThanOrEqual(4);
  });

  it('does not make a run wait that comes to an empty queue', async () => {
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      await wait(120);
      const at = performance.now();
      const [id = ''] = await many(1, 'narrow', { meter: `alone-${n}` });
      await house.fold.whenEnded(id);
      waits.push((starts.get(`alone-${n}`)?.[0]?.at ?? Number.POSITIVE_INFINITY) - at);
    }
    waits.sort((a, b) => a - b);
    expect(waits[2]).toBeLessThan(150);
  });

  it('that is raised or lifted holds for what comes next', async () => {
    await configure('narrow', { concurrency: 6 });
    const held = await many(10, 'narrow', { meter: 'raised', held: 'raised' });
    while ((now.get('raised') ?? 0) < 6) await wait(20);
    await configure('narrow', { concurrency: undefined });
    while ((now.get('raised') ?? 0) < 10) await wait(20);
    gate('raised').resolve();
    await allEnded(held);
    expect(most.get('raised')).toBe(10);
  });
});

it('a queue’s rate is kept by four workers: none starts sooner than it allows, 2 % at once aside', async () => {
  const since = performance.now();
  await allEnded(await many(250, 'paced', { meter: 'paced' }));
  const at = (starts.get('paced') ?? []).map((start) => start.at);
  expect(at).toHaveLength(250);
  expect(tooSoon(at, since, { perSecond: 100, burst: 2 })).toBe(0);
});

it('a queue’s limit for each key holds for the jobs that have one', async () => {
  const limits = { concurrencyKey: 'tenantId' };
  const enqueue = (tenantId: string) =>
    house.enqueue({ job: 'works', queue: 'keyed', limits, input: { meter: `key-${tenantId}`, ms: 10, tenantId } });
  await allEnded(await Promise.all(['a', 'b'].flatMap((tenant) => Array.from({ length: 20 }, () => enqueue(tenant)))));
  expect([most.get('key-a'), most.get('key-b')]).toEqual([1, 1]);
  await allEnded(await many(20, 'keyed', { meter: 'unkeyed', ms: 20 }));
  expect(most.get('unkeyed')).toBeGreaterThan(1);
});

it('no message of a limited queue was given to a worker that could not run it', () => {
  expect(house.fold.refused().map(({ event }) => event)).toEqual([]);
});
