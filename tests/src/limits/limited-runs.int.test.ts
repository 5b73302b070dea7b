import { setTimeout as wait } from 'node:timers/promises';
import type { Limits, RunDefinition } from '@jobflow/contracts';
import { saveState } from '@jobflow/platform';
import { defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, startHouse } from '../executor/house.js';
import { tooSoon } from './too-soon.js';

/** Counts what runs at once. */
class Meter {
  now = 0;
  most = 0;
  starts: { runId: string; at: number }[] = [];
  enter(runId: string): void {
    this.starts.push({ runId, at: performance.now() });
    this.now += 1;
    this.most = Math.max(this.most, this.now);
  }
  leave(): void {
    this.now -= 1;
  }
}

let house: House;
const meters = new Map<string, Meter>();
const meter = (name: string): Meter => {
  const known = meters.get(name) ?? new Meter();
  meters.set(name, known);
  return known;
};
let gates = new Map<string, PromiseWithResolvers<void>>();
const gate = (name: string): PromiseWithResolvers<void> => {
  const known = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, known);
  return known;
};

interface Input {
  /** What is counted together. */
  meter: string;
  ms?: number;
  gate?: string;
  tenantId?: string | number;
}
const body = async ({ input, runId, signal }: { input: unknown; runId: string; signal: AbortSignal }) => {
  const { meter: name, ms = 0, gate: held } = input as Input;
  meter(name).enter(runId);
  try {
    if (held) await gate(held).promise;
    else if (ms > 0) await wait(ms, undefined, { signal });
  } finally {
    meter(name).leave();
  }
};
const LIMITS: Record<string, Limits> = {
  three: { concurrency: 3 },
  one: { concurrency: 1 },
  tenant: { concurrency: 2, concurrencyKey: 'tenantId' },
  paced: { rate: { limit: 100, perMs: 1_000 } },
  slow: { rate: { limit: 1, perMs: 1_500 } },
  free: {},
};
const handlers = Object.entries(LIMITS).map(([name, limits]) => defineHandler(name, { limits }, body));

const enqueue = (job: string, input: Input, over: Partial<RunDefinition> = {}) =>
  house.enqueue({ job, input: { ...input }, limits: LIMITS[job] ?? {}, ...over });
const many = (count: number, job: string, input: Input, over: Partial<RunDefinition> = {}) =>
  Promise.all(Array.from({ length: count }, () => enqueue(job, input, over)));
const allEnded = (ids: string[]) => Promise.all(ids.map((id) => house.fold.whenEnded(id)));
const types = (runId: string) => house.fold.events(runId).map(({ event }) => event.type);

beforeAll(async () => {
  gates = new Map();
  house = await startHouse({ redis: true });
  for (let n = 0; n < 4; n++) await house.worker({ handlers, concurrency: 20 });
});
afterAll(async () => {
  for (const { resolve } of gates.values()) resolve();
  await house?.[Symbol.asyncDispose]();
});

describe('a job’s concurrency', () => {
  it('holds over four workers, and all its runs end', async () => {
    const states = await allEnded(await many(200, 'three', { meter: 'three', ms: 10 }));
    expect(states.every(({ status, attempt }) => status === 'SUCCEEDED' && attempt === 1)).toBe(true);
    expect(meter('three').most).toBeLessThanOrEqual(3);
    expect(meter('three').most).toBeGreaterThan(1);
    expect(meter('three').starts).toHaveLength(200);
  });

  it('is not heard of in the log while short runs follow each other', async () => {
    const ids = await many(20, 'three', { meter: 'short' });
    await allEnded(ids);
    expect(ids.filter((id) => types(id).includes('RunLimited'))).toEqual([]);
  });

  it('lets the urgent go first, whenever they came', async () => {
    const [held] = await many(1, 'one', { meter: 'urgent', gate: 'urgent' });
    await house.fold.when(held as string, ({ status }) => status === 'RUNNING');
    const ids: string[] = [];
    for (const priority of [5, 1, 10, 7]) ids.push(await enqueue('one', { meter: 'urgent' }, { priority }));
    for (const id of ids) await house.fold.when(id, ({ limitKey }) => limitKey !== undefined);
    gate('urgent').resolve();
    await allEnded(ids);
    const order = meter('urgent').starts.map(({ runId }) => ids.indexOf(runId));
    expect(order).toEqual([-1, 2, 3, 0, 1]);
  });

  it('lets other runs of the same queue go on while limited ones wait', async () => {
    const held = await many(3, 'three', { meter: 'hold', gate: 'hold' });
    for (const id of held) await house.fold.when(id, (state) => state.status === 'RUNNING');
    const waiting = await many(150, 'three', { meter: 'hold', gate: 'hold' });
    const others = await many(50, 'free', { meter: 'others' });
    await allEnded(others);
    const one = await house.fold.when(waiting[100] ?? '', (state) => state.limitKey !== undefined);
    expect(one).toMatchObject({ status: 'QUEUED', waitReason: 'CONCURRENCY_LIMIT', limitKey: 'job:three', attempt: 1 });
    gate('hold').resolve();
    const states = await allEnded([...held, ...waiting]);
    expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    expect(meter('hold').most).toBeLessThanOrEqual(3);
  });

  it('lets those who wait start in the order in which they were refused', async () => {
    const first = await enqueue('one', { meter: 'fifo', gate: 'fifo' });
    await house.fold.when(first, (state) => state.status === 'RUNNING');
    const waiting: string[] = [];
    for (let n = 0; n < 5; n++) {
      const id = await enqueue('one', { meter: 'fifo', ms: 30 });
      waiting.push(id);
      await house.fold.when(id, (state) => state.limitKey !== undefined);
    }
    gate('fifo').resolve();
    await allEnded(waiting);
    expect(meter('fifo').starts.map(({ runId }) => runId)).toEqual([first, ...waiting]);
    expect(meter('fifo').most).toBe(1);
  });

  it('with a key holds for each of its values', async () => {
    const inputs = ['a', 'b', 7].map((tenantId) => ({ meter: `tenant-${tenantId}`, ms: 20, tenantId }));
    const ids = (await Promise.all(inputs.map((input) => many(20, 'tenant', input)))).flat();
    await allEnded(ids);
    for (const { meter: name } of inputs) {
      expect(meter(name).most).toBe(2);
      expect(meter(name).starts).toHaveLength(20);
    }
  });

  it('that is new binds runs that were enqueued before it, and their ends wake those who wait', async () => {
    const before = { limits: {} };
    await allEnded(await many(30, 'three', { meter: 'earlier', ms: 20 }, before));
    expect(meter('earlier').most).toBe(3);
    expect(meter('earlier').starts).toHaveLength(30);
    const held = await enqueue('one', { meter: 'refused', gate: 'refused' });
    await house.fold.when(held, (state) => state.status === 'RUNNING');
    const waiting = await many(3, 'one', { meter: 'refused', gate: 'refused' }, before);
    await Promise.all(waiting.map((id) => house.fold.when(id, (state) => state.limitKey === 'job:one')));
    gate('refused').resolve();
    await allEnded([held, ...waiting]);
    expect(meter('refused').most).toBe(1);
  });

  it('that was raised lets more start at once', async () => {
    const held = await enqueue('one', { meter: 'raised', gate: 'raised' });
    await house.fold.when(held, (state) => state.status === 'RUNNING');
    const kept = house.store.jobs.get('one');
    if (!kept) throw new Error('the job is not there');
    const raised = { ...kept.state, limits: { concurrency: 2 }, revision: kept.state.revision + 1 };
    await saveState(house.log, house.store, { type: 'JobSaved', job: raised }, { expectSeq: kept.seq });
    const more: string[] = [];
    while (meter('raised').now < 2) {
      more.push(await enqueue('one', { meter: 'raised', gate: 'raised' }));
      await wait(50);
    }
    gate('raised').resolve();
    await allEnded([held, ...more]);
    expect(meter('raised').most).toBe(2);
    const back = { ...raised, limits: { concurrency: 1 }, revision: raised.revision + 1 };
    const expectSeq = house.store.seqOf('job', 'one');
    await saveState(house.log, house.store, { type: 'JobSaved', job: back }, { expectSeq });
  });
});

describe('a run that waits for a limit', () => {
  it('can be cancelled, and keeps nobody from starting', async () => {
    const held = await enqueue('one', { meter: 'cancel', gate: 'cancel' });
    await house.fold.when(held, (state) => state.status === 'RUNNING');
    const [waiting, last] = [await enqueue('one', { meter: 'cancel' }), await enqueue('one', { meter: 'cancel' })];
    for (const id of [waiting, last]) await house.fold.when(id, (state) => state.limitKey !== undefined);
    await house.cancel(waiting);
    expect(await house.fold.whenEnded(waiting)).toMatchObject({ status: 'CANCELLED', limitKey: undefined });
    gate('cancel').resolve();
    expect(await house.fold.whenEnded(last)).toMatchObject({ status: 'SUCCEEDED' });
    expect(meter('cancel').starts.map(({ runId }) => runId)).toEqual([held, last]);
  });

  it('that is cancelled while its worker keeps it never starts', async () => {
    const held = await enqueue('one', { meter: 'early', gate: 'early' });
    await house.fold.when(held, (state) => state.status === 'RUNNING');
    const waiting = await enqueue('one', { meter: 'early' });
    await house.cancel(waiting);
    gate('early').resolve();
    const last = await enqueue('one', { meter: 'early' });
    await allEnded([held, waiting, last]);
    expect(meter('early').starts.map(({ runId }) => runId)).toEqual([held, last]);
  });
});

describe('a job’s rate', () => {
  it('is kept by four workers: none starts sooner than it allows, 2 % at once aside', async () => {
    const since = performance.now();
    await allEnded(await many(250, 'paced', { meter: 'paced' }));
    const starts = meter('paced').starts.map(({ at }) => at);
    expect(starts).toHaveLength(250);
    expect(tooSoon(starts, since, { perSecond: 100, burst: 2 })).toBe(0);
  });

  it('refuses a run at most once: it comes back when its turn has come', async () => {
    const ids = await many(4, 'slow', { meter: 'slow' });
    const states = await allEnded(ids);
    expect(states.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
    for (const id of ids) expect(types(id).filter((type) => type === 'RunLimited').length).toBeLessThanOrEqual(1);
    const starts = meter('slow').starts.map(({ at }) => at);
    for (let n = 1; n < starts.length; n++) expect((starts[n] ?? 0) - (starts[n - 1] ?? 0)).toBeGreaterThan(1_450);
  });
});

describe('a worker without Redis', () => {
  it('gives limited runs back, says so, and carries out all others', async () => {
    await using bare = await startHouse();
    const worker = await bare.worker({ handlers });
    expect(worker.check()).toMatchObject({ ok: true, message: expect.stringContaining('without Redis') });
    const limits = LIMITS.three ?? {};
    const limited = await bare.enqueue({ job: 'three', input: { meter: 'bare' }, limits });
    const free = await bare.enqueue({ job: 'free', input: { meter: 'bare' } });
    expect(await bare.fold.whenEnded(free)).toMatchObject({ status: 'SUCCEEDED' });
    const state = await bare.fold.when(limited, ({ waitReason }) => waitReason === 'LIMITS_UNAVAILABLE');
    expect(state).toMatchObject({ status: 'QUEUED', attempt: 1 });
    expect(meter('bare').starts.map(({ runId }) => runId)).toEqual([free]);
  });
});

it('no event of these tests was refused by the fold, but for ends after a cancellation', () => {
  expect(house.fold.refused().map(({ event }) => event)).toEqual([]);
});
