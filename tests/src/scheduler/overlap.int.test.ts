import type { RunDefinition, ScheduleState } from '@jobflow/contracts';
import { newId } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, type SchedulerProcess, scheduled } from './scheduled.js';

let world: Scheduled;
let scheduler: SchedulerProcess;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('job');
  scheduler = await world.scheduler();
});
afterAll(async () => {
  await scheduler?.stop();
  await world?.[Symbol.asyncDispose]();
});

const outcomes = (id: string) => world.ticks(id).map(({ outcome }) => outcome);
const reached = (id: string, count: number) => until(() => world.ticks(id).length >= count, `${count} ticks of ${id}`);
const hasStatus = (runId: string, status: string) =>
  until(async () => (await world.statusOf(runId)) === status, `run ${runId} is ${status}`);
const every = (id: string, overlap: ScheduleState['overlap']) =>
  world.saveSchedule({ id, job: 'job', kind: 'INTERVAL', everyMs: 1_000, overlap });

/** Runs of a schedule that wait in the queue, and that the read model knows of. */
async function waiting(count: number, over: Partial<RunDefinition>): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(await world.enqueue(over));
  for (const id of ids) await hasStatus(id, 'QUEUED');
  return ids;
}
/** As an operation makes them, for ticks of long ago. */
const backfilled = (scheduleId: string, count = 3) =>
  waiting(count, { scheduleId, fireAt: Date.now() - 86_400_000, operationId: newId(), createdBy: 'ann' });

describe('a backfill stands in the way of no tick', () => {
  it('whose overlap is SKIP', async () => {
    const id = newId();
    await backfilled(id);
    await every(id, 'SKIP');
    await reached(id, 2);
    expect(outcomes(id).slice(0, 2)).toEqual(['fired', 'skipped']);
    await world.deleteSchedule(id);
  });

  it('whose overlap is CANCEL_RUNNING, and is cancelled by none', async () => {
    const id = newId();
    const runs = await backfilled(id);
    await every(id, 'CANCEL_RUNNING');
    await reached(id, 2);
    const { runId = '' } = world.ticks(id)[0] ?? {};
    await hasStatus(runId, 'CANCELLED');
    for (const run of runs) expect(await world.statusOf(run)).toBe('QUEUED');
    await world.deleteSchedule(id);
  });

  it('whose overlap is QUEUE, whether it is older or newer than the run before', async () => {
    const id = newId();
    await backfilled(id);
    await every(id, 'QUEUE');
    await reached(id, 1);
    const { runId = '' } = world.ticks(id)[0] ?? {};
    await backfilled(id);
    const other = await every(newId(), 'ALLOW');
    await reached(other, 3);
    await world.requestCancel(runId);
    await until(() => world.runsOf(id).filter(({ operationId }) => !operationId).length === 2, 'it fires again');
    // Those that came while the run before went on are told apart from those that came later.
    expect(outcomes(id).slice(0, 3)).toEqual(['fired', 'fired', 'skipped']);
    expect(world.ticks(id)[2]?.why).toBe('Another fire waited already for the run before to end');
    for (const done of [id, other]) await world.deleteSchedule(done);
  });
});

describe('what a tick takes for the run before it', () => {
  it('one that somebody triggered by hand', async () => {
    const id = newId();
    const [run = ''] = await waiting(1, { scheduleId: id, createdBy: 'ann' });
    await every(id, 'SKIP');
    await reached(id, 1);
    expect(outcomes(id)).not.toContain('fired');
    await world.requestCancel(run);
    await until(() => outcomes(id).includes('fired'), 'it fires');
    await world.deleteSchedule(id);
  });

  it('one of its own that an operation has changed', async () => {
    const id = newId();
    await every(id, 'SKIP');
    await reached(id, 1);
    const { runId = '' } = world.ticks(id)[0] ?? {};
    await world.reschedule(runId, Date.now() + 3_600_000, undefined, newId());
    await hasStatus(runId, 'SCHEDULED');
    const before = world.ticks(id).length;
    await reached(id, before + 2);
    expect(new Set(outcomes(id).slice(1))).toEqual(new Set(['skipped']));
    await world.deleteSchedule(id);
  });
});

it('a run is waited for until it ends, although one that was triggered meanwhile has ended before', async () => {
  const id = newId();
  await every(id, 'QUEUE');
  await reached(id, 1);
  const [byHand = ''] = await waiting(1, { scheduleId: id, createdBy: 'ann' });
  await world.requestCancel(byHand);
  await hasStatus(byHand, 'CANCELLED');
  const other = await every(newId(), 'ALLOW');
  await reached(other, 3);
  await world.requestCancel(world.ticks(id)[0]?.runId ?? '');
  await reached(id, 3);
  expect(outcomes(id).slice(0, 3)).toEqual(['fired', 'fired', 'skipped']);
  for (const done of [id, other]) await world.deleteSchedule(done);
});

it('of what was missed each run begins when the one before has ended, whoever is killed meanwhile', async () => {
  const since = Date.now() - 61_000;
  const id = await world.saveSchedule({
    ...{ job: 'job', kind: 'INTERVAL', everyMs: 5_000, createdAt: since, activeSince: since },
    ...{ overlap: 'QUEUE', missed: 'ALL' },
  });
  for (let n = 1; n <= 4; n++) {
    await until(() => world.runsOf(id).length === n, `run ${n} is made`);
    await scheduler.kill9();
    scheduler = await world.scheduler();
    const { id: run = '' } = world.runsOf(id)[n - 1] ?? {};
    expect(await world.statusOf(run)).not.toBe('CANCELLED');
    await world.requestCancel(run);
  }
  await until(() => world.runsOf(id).length === 5, 'it goes on');
  expect(world.ticks(id).map(({ tick, outcome }) => `${(tick - since) / 5_000} ${outcome}`)).toEqual(
    [1, 2, 3, 4, 5].map((n) => `${n} fired`),
  );
  await world.deleteSchedule(id);
});
