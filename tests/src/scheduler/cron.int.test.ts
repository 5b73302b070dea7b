import { setTimeout as wait } from 'node:timers/promises';
import { type ScheduleState, tickSubject } from '@jobflow/contracts';
import { newId, saveState } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, type SchedulerProcess, scheduled } from './scheduled.js';

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('job');
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** Each tick from the first to the last, every two seconds, is there once, with its one run. */
function gapless(scheduleId: string, everyMs: number): void {
  const ticks = world.ticks(scheduleId);
  const times = ticks.map((t) => t.tick);
  const [first = 0] = times;
  expect(times).toEqual(times.map((_, i) => first + i * everyMs));
  expect(new Set(ticks.map((t) => t.outcome))).toEqual(new Set(['fired']));
  expect(world.runsOf(scheduleId).map((run) => run.id)).toEqual(ticks.map((t) => t.runId));
  expect(world.runsOf(scheduleId).map((run) => run.fireAt)).toEqual(times);
}
const reached = (id: string, count: number) =>
  until(() => world.ticks(id).length >= count, `${count} ticks of ${id}`, 60_000);

describe('two schedulers', () => {
  it('fire every tick of every two seconds once, never ahead of the broker’s clock, and a third takes over from the dead', async () => {
    const pair: SchedulerProcess[] = [await world.scheduler(), await world.scheduler()];
    const id = await world.saveSchedule({ job: 'job', cron: '*/2 * * * * *' });
    await reached(id, 4);
    // Whoever goes first holds the shard; kill both in turn, one after the other comes back.
    for (const dying of [...pair]) {
      await dying.kill9();
      pair.push(await world.scheduler());
      await reached(id, world.ticks(id).length + 3);
    }
    gapless(id, 2000);
    const late = world.seen.flatMap(({ event, storedAt }) =>
      event.type === 'ScheduleTicked' && event.scheduleId === id ? [storedAt - event.tick] : [],
    );
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    console.log(
      `ticks were stored ${Math.min(...late)} to ${Math.max(...late)} ms after their time: ${late.join(' ')}`,
    );
    await world.deleteSchedule(id);
    for (const scheduler of pair.slice(2)) expect(await scheduler.stop()).toBe(0);
  });

  it('both know within a second that a schedule was edited, paused, resumed or deleted', async () => {
    const pair = [await world.scheduler(), await world.scheduler()];
    const id = await world.saveSchedule({ job: 'job', kind: 'INTERVAL', everyMs: 1_000, overlap: 'ALLOW' });
    await reached(id, 2);
    const save = async (over: Partial<ScheduleState>) => {
      const state = world.store.schedules.get(id)?.state;
      if (!state) throw new Error('the schedule is gone');
      const schedule = { ...state, ...over, activeSince: Date.now() };
      await saveState(world.world.log, world.store, { type: 'ScheduleSaved', schedule });
      await wait(1_000);
      return schedule;
    };
    const since = (count: number) => world.ticks(id).slice(count);
    // Whoever of the two would have fired by what it knew before does not: the other is killed in between.
    const edited = await save({ everyMs: 700, startsAt: Date.now() });
    const before = world.ticks(id).length;
    await reached(id, before + 3);
    await pair[0]?.kill9();
    await reached(id, before + 6);
    for (const { tick } of since(before)) expect((tick - (edited.startsAt ?? 0)) % 700).toBe(0);
    pair[0] = await world.scheduler();

    await save({ enabled: false });
    const paused = world.ticks(id).length;
    await wait(1_500);
    await pair[1]?.kill9();
    await wait(1_500);
    expect(since(paused)).toEqual([]);
    pair[1] = await world.scheduler();

    const resumed = await save({ enabled: true });
    await reached(id, paused + 2);
    for (const { tick } of since(paused)) expect(tick).toBeGreaterThan(resumed.activeSince);
    await world.deleteSchedule(id);
    await wait(1_000);
    const deleted = world.ticks(id).length;
    await wait(1_000);
    await pair[0]?.kill9();
    await wait(1_500);
    expect(since(deleted)).toEqual([]);
    expect(await pair[1]?.stop()).toBe(0);
  }, 60_000);
});

describe('a schedule', () => {
  it('that was down for a while is caught up from what the log holds, and stops within a second of its deletion', async () => {
    const first = await world.scheduler();
    const all = await world.saveSchedule({ job: 'job', kind: 'INTERVAL', everyMs: 1000, missed: 'ALL' });
    const last = await world.saveSchedule({ job: 'job', kind: 'INTERVAL', everyMs: 1000, missed: 'LAST' });
    await reached(all, 2);
    await first.kill9();
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    const second = await world.scheduler();
    await reached(all, 16);
    gapless(all, 1000);
    const outcomes = world.ticks(last).map((t) => t.outcome);
    expect(outcomes).toContain('skipped');
    expect(outcomes.lastIndexOf('skipped')).toBeLessThan(outcomes.length - 1);
    await world.deleteSchedule(all);
    await world.deleteSchedule(last);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const count = world.ticks(all).length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(world.ticks(all)).toHaveLength(count);
    expect(await second.stop()).toBe(0);
  });

  it('whose last tick nobody can read does not fire, is named in the log, and holds up no other', async () => {
    const id = newId();
    await world.world.link.js.publish(tickSubject('default', id), 'no commit');
    const first = await world.scheduler();
    await world.saveSchedule({ id, job: 'job', kind: 'INTERVAL', everyMs: 1_000 });
    const other = await world.saveSchedule({ job: 'job', kind: 'INTERVAL', everyMs: 1_000 });
    await reached(other, 3);
    expect(world.ticks(id)).toEqual([]);
    const said = first.output().split('\n');
    expect(said.filter((line) => line.includes('cannot be read') && line.includes(id))).not.toEqual([]);
    for (const done of [id, other]) await world.deleteSchedule(done);
    expect(await first.stop()).toBe(0);
  });

  it('with overlap SKIP fires again only once the read model shows that the run before has ended', async () => {
    const scheduler = await world.scheduler();
    const id = await world.saveSchedule({ job: 'job', kind: 'INTERVAL', everyMs: 1000, overlap: 'SKIP' });
    await reached(id, 3);
    const outcomes = world.ticks(id).map((t) => t.outcome);
    expect(outcomes).toEqual(outcomes.map((_, i) => (i === 0 ? 'fired' : 'skipped')));
    expect(world.ticks(id)[1]?.why).toBe('The run before has not ended');
    await world.requestCancel(world.runsOf(id)[0]?.id ?? '');
    await until(() => world.runsOf(id).length === 2, 'it fires again');
    await world.deleteSchedule(id);
    expect(await scheduler.stop()).toBe(0);
  });
});
