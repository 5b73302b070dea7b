import { controlSubject, outcomeSubject, type RunEvent, type RunEventOf, type RunStatus } from '@jobflow/contracts';
import { newId, saveState } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { aRun, type Scheduled, type SchedulerProcess, scheduled } from './scheduled.js';

let world: Scheduled;
let first: SchedulerProcess;
beforeAll(async () => {
  world = await scheduled();
  for (const job of ['cause', 'job', 'other']) await world.saveJob(job);
  first = await world.scheduler();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const firstAttempt = () => {
  const now = Date.now();
  return { attempt: 1, delivery: 0, claim: 0, workerId: 'test', startedAt: now, finishedAt: now };
};
const failed = (runId: string): RunEvent => ({
  type: 'RunAttemptFailed',
  ...firstAttempt(),
  runId,
  status: 'FAILED',
  error: { message: 'no', fingerprint: 'f', retryable: false },
  next: { kind: 'dead', reason: 'not-retryable' },
});

type Ended = Extract<RunStatus, 'SUCCEEDED' | 'FAILED'>;

/** Queues runs, and ends them as a worker would, a hundred to a commit; their ids. */
async function end(count: number, over: Parameters<typeof aRun>[0] & { as?: Ended } = {}): Promise<string[]> {
  const { as = 'SUCCEEDED', ...definition } = over;
  const runs = Array.from({ length: count }, () => aRun({ job: 'cause', ...definition }));
  for (let i = 0; i < runs.length; i += 100) {
    const some = runs.slice(i, i + 100);
    await world.world.log.record(
      'jf.run.1.control.default',
      some.map((run) => ({ type: 'RunQueued', run, attempt: 1, delivery: 0 })),
    );
    await world.world.log.record(
      outcomeSubject('default'),
      some.map((run) =>
        as === 'SUCCEEDED' ? { type: 'RunSucceeded', runId: run.id, ...firstAttempt() } : failed(run.id),
      ),
    );
  }
  return runs.map(({ id }) => id);
}

const follow = (over: Partial<Parameters<Scheduled['saveSchedule']>[0]> = {}) =>
  world.saveSchedule({ job: 'job', kind: 'AFTER_JOB', afterJob: 'cause', afterStatuses: ['SUCCEEDED'], ...over });
const fired = (id: string): RunEventOf<'ScheduleTicked'>[] =>
  world.ticks(id).filter(({ outcome }) => outcome === 'fired');
const causes = (id: string) => fired(id).map(({ after }) => after?.runId);
const all = (id: string, count: number) =>
  until(() => fired(id).length >= count, `${count} fires of ${id}`, 60_000).catch((error: Error) => {
    throw new Error(`${error.message}: there are ${fired(id).length}\n${first.output().slice(-3000)}`);
  });
/** Each of these ends, and no other, has fired once, and has its one run. */
function eachOnce(id: string, ends: readonly string[]): void {
  expect(causes(id).sort()).toEqual([...ends].sort());
  expect(
    world
      .runsOf(id)
      .map((run) => run.id)
      .sort(),
  ).toEqual(
    fired(id)
      .map((t) => t.runId)
      .sort(),
  );
}
/** Until then everything that is to come of what was ended so far has come: ends are dealt with in order. */
async function settled(): Promise<void> {
  const mark = await follow({ afterJob: 'other' });
  const ids = await end(1, { job: 'other' });
  await until(() => causes(mark).includes(ids[0]), 'a later end has fired');
  await world.deleteSchedule(mark);
}

describe('a schedule that follows a job', () => {
  it('makes one run for each end, of the statuses it names, and of no run that only tries the job out', async () => {
    await end(3);
    const id = await follow();
    const failures = await follow({ afterStatuses: ['FAILED', 'CANCELLED'] });
    const ends = await end(450);
    const dead = await end(2, { as: 'FAILED' });
    await end(5, { test: true });
    await end(5, { job: 'other' });
    await all(id, ends.length);
    await all(failures, dead.length);
    await settled();
    eachOnce(id, ends);
    eachOnce(failures, dead);
    const [run] = world.runsOf(failures);
    expect(run).toMatchObject({ job: 'job', scheduleId: failures, fireAt: fired(failures)[0]?.tick });
    for (const done of [id, failures]) await world.deleteSchedule(done);
  });

  it('fires within a second of the end', async () => {
    const id = await follow();
    await settled();
    const at = Date.now();
    await end(1);
    await all(id, 1);
    expect(Date.now() - at).toBeLessThan(1_000);
    await world.deleteSchedule(id);
  });

  it('fires for each end of one run: a node of a flow that fails, and succeeds once the flow is retried', async () => {
    const id = await follow({ afterStatuses: ['FAILED', 'SUCCEEDED'] });
    const flowId = newId();
    const run = aRun({ job: 'cause', flow: { id: flowId, key: 'node' } });
    const nodes = [{ key: 'node', runId: run.id, job: 'cause' }];
    const say = (...events: RunEvent[]) => world.world.log.record(controlSubject('default'), events);
    await say(
      { type: 'FlowCreated', id: flowId, queue: 'default', createdAt: Date.now(), nodes },
      { type: 'RunQueued', run, attempt: 1, delivery: 0 },
    );
    await world.world.log.record(outcomeSubject('default'), [failed(run.id)]);
    await all(id, 1);
    await say({ type: 'FlowRetryRequested', flowId, n: 1 });
    const again = (await world.queued(run.id, 2))[1]?.event;
    const now = Date.now();
    const on = { attempt: again?.attempt ?? 0, delivery: again?.delivery ?? 0, claim: 0, workerId: 'test' };
    await world.world.log.record(outcomeSubject('default'), [
      { type: 'RunSucceeded', runId: run.id, ...on, startedAt: now, finishedAt: now },
    ]);
    const [later] = await end(1);
    await until(() => causes(id).includes(later), 'the ends behind it fire, too');
    expect(causes(id)).toEqual([run.id, run.id, later]);
    expect(fired(id)[1]?.after?.seq).toBeGreaterThan(fired(id)[0]?.after?.seq ?? Number.POSITIVE_INFINITY);
    await world.deleteSchedule(id);
  });

  it('owes nothing of the time in which it was paused, and says why a disabled job did not run', async () => {
    const id = await follow();
    const [one] = await end(1);
    await all(id, 1);
    const state = world.store.schedules.get(id)?.state;
    if (!state) throw new Error('no schedule');
    const save = (over: Partial<typeof state>) =>
      saveState(world.world.log, world.store, { type: 'ScheduleSaved', schedule: { ...state, ...over } });
    await save({ enabled: false, activeSince: Date.now() });
    await end(4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await save({ enabled: true, activeSince: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const [two] = await end(1);
    await all(id, 2);
    expect(causes(id)).toEqual([one, two]);
    await world.saveJob('job', { enabled: false });
    const [three] = await end(1);
    await until(() => world.ticks(id).length === 3, 'a tick is skipped');
    expect(world.ticks(id)[2]).toMatchObject({
      outcome: 'skipped',
      why: 'Job job is disabled',
      after: { runId: three },
    });
    await world.saveJob('job');
    await world.deleteSchedule(id);
  });

  it('applies its overlap policy and its jitter', async () => {
    const skip = await follow({ overlap: 'SKIP' });
    const late = await follow({ jitterMs: 1_500 });
    const ends = await end(3);
    await until(() => world.ticks(skip).length === 3 && world.ticks(late).length === 3, 'all three are dealt with');
    expect(world.ticks(skip).map((t) => t.outcome)).toEqual(['fired', 'skipped', 'skipped']);
    expect(causes(late).sort()).toEqual([...ends].sort());
    const planned = world.seen.flatMap(({ event }) =>
      event.type === 'RunPlanned' && event.run.scheduleId === late ? [event] : [],
    );
    const due = new Map(fired(late).map((t) => [t.runId, t.tick + (t.jitterMs ?? 0)]));
    for (const { run, dueAt } of planned) expect(dueAt).toBe(due.get(run.id));
    expect(planned.length).toBeGreaterThan(0);
    await until(() => world.runsOf(late).length === 3, 'all are queued at their time');
    for (const done of [skip, late]) await world.deleteSchedule(done);
  });

  it('is disabled, with the reason, once the job it follows is deleted, or if it would start itself', async () => {
    await world.saveJob('gone');
    const id = await follow({ afterJob: 'gone' });
    const there = await follow({ afterJob: 'other', job: 'gone' });
    const back = await follow({ afterJob: 'gone', job: 'other' });
    const stateOf = (one: string) => world.store.schedules.get(one)?.state;
    await until(() => [there, back].some((one) => stateOf(one)?.enabled === false), 'half of the cycle is disabled');
    expect([stateOf(there), stateOf(back)].find((one) => !one?.enabled)?.disabledReason).toMatch(
      /would start itself again: .+ → .+ → /,
    );
    await saveState(world.world.log, world.store, { type: 'JobDeleted', name: 'gone' });
    await until(() => stateOf(id)?.enabled === false, 'it is disabled');
    expect(stateOf(id)?.disabledReason).toBe('Job gone, which it follows, was deleted');
  });
});

it('three schedulers that are killed at any time make one run for each end', async () => {
  const id = await follow();
  const schedulers = [first, await world.scheduler(), await world.scheduler()];
  const ends: string[] = [];
  for (let round = 0; round < 6; round++) {
    ends.push(...(await end(700)));
    const [dying] = schedulers.splice(round % schedulers.length, 1);
    await dying?.kill9();
    ends.push(...(await end(100)));
    schedulers.push(await world.scheduler());
  }
  await all(id, ends.length);
  eachOnce(id, ends);
  for (const scheduler of schedulers) expect(await scheduler.stop()).toBe(0);
}, 120_000);
