import { live } from '@jobflow/contracts';
import { defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type House, startHouse } from './house.js';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.[Symbol.asyncDispose]());

it('a queue of which each worker carries out a part: every run comes to one that can, at any priority', async () => {
  const heard = new Set<string>();
  house.link.nc.subscribe(live.worker, { callback: (_, message) => void heard.add(message.json<{ id: string }>().id) });
  await house.link.nc.flush();
  const ran: string[] = [];
  const handler = (name: string) => defineHandler(name, {}, () => void ran.push(name));
  // The large one has a pull waiting on every level, where the small one only looks from time to time.
  await house.worker({ id: 'large', concurrency: 50, handlers: [handler('large.job')] });
  await house.worker({ id: 'small', concurrency: 2, handlers: [handler('small.job')] });
  await until(() => heard.has('large') && heard.has('small'), 'each has heard of the other');
  const runs: string[] = [];
  for (const priority of [1, 5, 10]) {
    for (const job of ['small.job', 'large.job']) runs.push(await house.enqueue({ job, priority }));
  }
  for (const runId of runs) expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
  expect(ran.sort()).toEqual(['large.job', 'large.job', 'large.job', 'small.job', 'small.job', 'small.job']);
});

it('and once it has met one that could not, its runs wait for nobody but those who can', async () => {
  const free = Promise.withResolvers<void>();
  const busy = defineHandler('busy.job', {}, () => free.promise);
  const quick = defineHandler('quick.job', {}, () => undefined);
  const branches = () => house.store.queues.get('both')?.state.branches ?? [];
  // What each meets of the other's has a branch from then on.
  await house.worker({ id: 'quick', concurrency: 2, queues: ['both'], handlers: [quick] });
  await house.enqueue({ job: 'busy.job', queue: 'both' });
  await until(() => branches().length === 1, 'what only the busy one carries out has a branch');
  await house.worker({ id: 'busy', concurrency: 2, queues: ['both'], handlers: [busy] });
  const waiting: string[] = [];
  for (let n = 0; n < 20; n++) waiting.push(await house.enqueue({ job: 'busy.job', queue: 'both' }));
  for (let n = 0; n < 20; n++) {
    const runId = await house.enqueue({ job: 'quick.job', queue: 'both' });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
  }
  free.resolve();
  for (const runId of waiting) {
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(house.fold.events(runId).map(({ event }) => event.type)).not.toContain('RunReturned');
  }
});
