import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, scheduled } from './scheduled.js';

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('job');
});
afterAll(() => world?.[Symbol.asyncDispose]());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('Postgres and NATS killed in turn cost neither a tick nor a delayed run, and double none', async () => {
  const pair = [await world.scheduler(), await world.scheduler()];
  const id = await world.saveSchedule({ job: 'job', kind: 'INTERVAL', everyMs: 1000, missed: 'ALL' });
  const start = Date.now();
  const runs = await Promise.all(
    Array.from({ length: 60 }, (_, i) => world.plan(start + 1500 + i * 250, { queue: `q${i % 6}` })),
  );
  await sleep(3000);
  await world.world.backing.postgres.kill9();
  await world.world.backing.postgres.restart();
  await sleep(3000);
  await world.world.backing.nats.kill9();
  await world.world.backing.nats.restart();
  for (const run of runs) expect(await world.queued(run)).toHaveLength(1);
  const { length } = world.ticks(id);
  await until(() => world.ticks(id).length >= length + 3, 'ticks go on');
  const ticks = world.ticks(id);
  const [first = 0] = ticks.map((t) => t.tick);
  expect(ticks.map((t) => t.tick)).toEqual(ticks.map((_, i) => first + i * 1000));
  expect(world.runsOf(id).map((run) => run.id)).toEqual(ticks.map((t) => t.runId));
  for (const run of runs) expect(await world.queued(run)).toHaveLength(1);
  for (const scheduler of pair) expect(await scheduler.stop()).toBe(0);
});
