import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, scheduled } from './scheduled.js';

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('job');
});
afterAll(() => world?.[Symbol.asyncDispose]());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('delayed runs', () => {
  it('are queued at their time, once, by whichever scheduler holds their queue', async () => {
    const pair = [await world.scheduler(), await world.scheduler()];
    const queues = ['default', 'mail', 'reports', 'images', 'bulk'];
    for (const queue of queues) await world.saveJob(`of-${queue}`, { queue });
    // The first message of a fresh holder is marked to be verified; these come later.
    await sleep(6000);
    const dueAt = Date.now() + 2000;
    const runs = await Promise.all(
      Array.from({ length: 50 }, (_, i) => world.plan(dueAt + i, { queue: queues[i % 5] ?? 'default', input: { i } })),
    );
    const late: number[] = [];
    for (const [i, id] of runs.entries()) {
      const queued = await world.queued(id);
      expect(queued).toHaveLength(1);
      expect(queued[0]?.event).toMatchObject({ attempt: 1, delivery: 0, run: { input: { i } } });
      expect(queued[0]?.event.verify).toBeUndefined();
      late.push((queued[0]?.storedAt ?? 0) - dueAt - i);
    }
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    // On a machine that does nothing else it is a few milliseconds.
    expect(Math.max(...late)).toBeLessThan(1_000);
    console.log(`delayed runs were queued ${Math.min(...late)} to ${Math.max(...late)} ms after their time`);
    await until(async () => (await world.statusOf(runs[0] ?? '')) === 'QUEUED', 'the read model shows it');
    for (const scheduler of pair) expect(await scheduler.stop()).toBe(0);
  });

  it('that fell due while nobody was there are queued when somebody comes, marked to be verified', async () => {
    const id = await world.plan(Date.now() + 100);
    await sleep(500);
    const scheduler = await world.scheduler();
    const [queued] = await world.queued(id);
    expect(queued?.event.verify).toBe(true);
    await scheduler.stop();
  });

  it('pass to the other scheduler when theirs is killed', async () => {
    const first = await world.scheduler();
    const runs = await Promise.all(
      Array.from({ length: 40 }, (_, i) => world.plan(Date.now() + 3000 + 50 * i, { queue: `q${i % 8}` })),
    );
    const second = await world.scheduler();
    await sleep(2000);
    await first.kill9();
    for (const id of runs) expect(await world.queued(id)).toHaveLength(1);
    await sleep(1000);
    for (const id of runs) expect(await world.queued(id)).toHaveLength(1);
    await second.stop();
  });

  it('are left alone once cancelled, and expire when they must', async () => {
    const scheduler = await world.scheduler();
    const dueAt = Date.now() + 1500;
    const cancelled = await world.plan(dueAt);
    const expired = await world.plan(Date.now() + 60_000, { expiresAt: Date.now() + 1000 });
    await world.requestCancel(cancelled);
    await until(async () => (await world.statusOf(expired)) === 'EXPIRED', 'the run has expired', 15_000);
    await sleep(Math.max(0, dueAt + 1000 - Date.now()));
    expect(await world.statusOf(cancelled)).toBe('CANCELLED');
    expect(world.seen.some(({ event }) => event.type === 'RunQueued' && event.run.id === cancelled)).toBe(false);
    await scheduler.stop();
  });
});

describe('a failed attempt', () => {
  it('is queued again at its time, as the next attempt and delivery', async () => {
    const scheduler = await world.scheduler();
    const id = await world.plan(Date.now());
    const [first] = await world.queued(id);
    if (!first) throw new Error('it was not queued');
    const retryAt = Date.now() + 1000;
    await world.failAttempt(first.event, retryAt);
    const again = await world.queued(id, 2);
    expect(again[1]?.event).toMatchObject({ attempt: 2, delivery: 1 });
    expect(again[1]?.storedAt).toBeGreaterThanOrEqual(retryAt);
    expect(await scheduler.stop()).toBe(0);
  });
});
