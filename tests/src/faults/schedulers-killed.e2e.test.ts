import { setTimeout as wait } from 'node:timers/promises';
import type { ScheduleState } from '@jobflow/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, type SchedulerProcess, scheduled } from '../scheduler/scheduled.js';

/** How long to kill. By default what a machine that runs other tests as well can bear. */
const SECONDS = Number(process.env.JOBFLOW_FAULT_SECONDS ?? 25);

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  for (const queue of ['default', 'mail', 'reports']) await world.saveJob(`for-${queue}`, { queue });
});
afterAll(() => world?.[Symbol.asyncDispose]());

type Timing = Partial<ScheduleState> & {
  /** Which instants are ticks, read straight from the rule. */
  ticksAt(at: number, createdAt: number): boolean;
};
const second = (at: number) => new Date(at).getUTCSeconds();
const everyMs = (ms: number): Timing => ({
  kind: 'INTERVAL',
  everyMs: ms,
  ticksAt: (at, createdAt) => at > createdAt && (at - createdAt) % ms === 0,
});
const cron = (text: string, timezone: string, holds: (second: number) => boolean): Timing => ({
  kind: 'CRON',
  cron: text,
  timezone,
  ticksAt: (at) => at % 1000 === 0 && holds(second(at)),
});
const timings: Timing[] = [
  everyMs(1_000),
  everyMs(2_000),
  everyMs(3_000),
  cron('*/2 * * * * *', 'Europe/Berlin', (s) => s % 2 === 0),
  cron('*/3 * * * * *', 'Asia/Kolkata', (s) => s % 3 === 0),
  cron('1,2,13,40-45 * * * * *', 'UTC', (s) => s === 1 || s === 2 || s === 13 || (s >= 40 && s <= 45)),
];

/** Kills one of three, or all of them, whatever they are doing, and starts others a little later. */
async function killAtRandom(living: SchedulerProcess[], until: number): Promise<number> {
  let kills = 0;
  while (Date.now() < until) {
    await wait(200 + Math.random() * 1_300);
    const all = Math.random() < 0.3;
    const dying = all ? living.splice(0) : living.splice(Math.floor(Math.random() * living.length), 1);
    await Promise.all(dying.map((one) => one.kill9()));
    kills += dying.length;
    // Now and then two are left for a while, or none, so that ticks are owed.
    if (all) await wait(Math.random() * 3_000);
    else if (living.length > 1 && Math.random() < 0.25) continue;
    while (living.length < 3) living.push(await world.scheduler());
  }
  while (living.length < 3) living.push(await world.scheduler());
  return kills;
}

it(
  'three schedulers that are killed at random fire every tick once, and nothing else',
  async () => {
    const living = [await world.scheduler(), await world.scheduler(), await world.scheduler()];
    const queues = ['default', 'mail', 'reports'];
    const made = await Promise.all(
      timings.map(async ({ ticksAt, ...timing }, n) => {
        const job = `for-${queues[n % queues.length]}`;
        const id = await world.saveSchedule({ job, missed: 'ALL', ...timing });
        const state = world.store.schedules.get(id)?.state;
        return { id, ticksAt, createdAt: state?.createdAt ?? 0, activeSince: state?.activeSince ?? 0 };
      }),
    );
    const stopAt = Date.now() + SECONDS * 1_000;
    const kills = await killAtRandom(living, stopAt);
    for (const { id } of made) {
      const isThere = () => world.ticks(id).some(({ tick }) => tick >= stopAt);
      await until(isThere, `${id} has come so far after ${kills} kills`, 120_000);
    }
    for (const { id, ticksAt, createdAt, activeSince } of made) {
      const ticks = world.ticks(id).filter(({ tick }) => tick < stopAt);
      const expected: number[] = [];
      for (let at = activeSince + 1; at < stopAt; at++) if (ticksAt(at, createdAt)) expected.push(at);
      expect(ticks.map(({ tick }) => tick)).toEqual(expected);
      expect(ticks.filter(({ outcome }) => outcome !== 'fired')).toEqual([]);
      // Each has its run, and each run its tick, in the read model as well.
      const runs = world.runsOf(id).filter(({ fireAt = 0 }) => fireAt < stopAt);
      expect(runs.map((run) => [run.id, run.fireAt])).toEqual(ticks.map(({ runId, tick }) => [runId, tick]));
      const rows = await world.db.query<{ id: string }>(
        'select id from read.runs where schedule_id = $1 and fire_at < $2 order by fire_at',
        [id, new Date(stopAt)],
      );
      expect(rows.map((row) => row.id)).toEqual(runs.map((run) => run.id));
    }
    const late = world.seen.flatMap(({ event, storedAt }) =>
      event.type === 'ScheduleTicked' ? [storedAt - event.tick] : [],
    );
    late.sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    const part = (p: number) => late[Math.floor((late.length - 1) * p)];
    console.log(`${kills} kills, ${late.length} ticks; late p50 ${part(0.5)} p99 ${part(0.99)} max ${part(1)} ms`);
    for (const { id } of made) await world.deleteSchedule(id);
    for (const scheduler of living) expect(await scheduler.stop()).toBe(0);
  },
  SECONDS * 1_000 + 240_000,
);
