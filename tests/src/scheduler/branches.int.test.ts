import { branchToken, outcomeSubject } from '@jobflow/contracts';
import { saveState } from '@jobflow/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, scheduled } from './scheduled.js';

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('mail');
  await world.saveJob('other');
});
afterAll(() => world?.[Symbol.asyncDispose]());

const MAIL = branchToken({ kind: 'HANDLER', job: 'mail' });

/** As a worker says it that has no handler for this run. */
async function givenBack(runId: string, queue: string): Promise<void> {
  const on = { runId, attempt: 1, delivery: 0, claim: 0, workerId: 'w' };
  const at = Date.now();
  await world.world.log.record(outcomeSubject(queue), [
    { type: 'RunReturned', ...on, reason: 'no-handler', at, notBefore: at },
  ]);
}

it('a run that a worker has no handler for is queued in a branch, and those after it go there at once', async () => {
  const scheduler = await world.scheduler();
  const [first, other] = [await world.enqueue({ job: 'mail' }), await world.enqueue({ job: 'other' })];
  for (const id of [first, other]) {
    const taken = await world.take('default', 5);
    expect(taken.runId).toBe(id);
    if (id === first) await givenBack(first, 'default');
    await taken.ack();
  }
  await world.queued(first, 2);
  expect((await world.take('default', 5, MAIL)).runId).toBe(first);
  await until(() => world.store.queues.get('default')?.state.branches !== undefined, 'the branch is known');
  // Now, planned, and on a schedule; other jobs stay where they were.
  const next = await world.enqueue({ job: 'mail' });
  expect((await world.take('default', 5, MAIL)).runId).toBe(next);
  const planned = await world.plan(Date.now() + 50, { job: 'mail' });
  expect((await world.take('default', 5, MAIL)).runId).toBe(planned);
  const scheduleId = await world.saveSchedule({ job: 'mail', kind: 'ONCE', at: Date.now() + 100 });
  await until(() => world.runsOf(scheduleId).length === 1, 'it fires');
  expect((await world.take('default', 5, MAIL)).runId).toBe(world.runsOf(scheduleId)[0]?.id);
  const plain = await world.enqueue({ job: 'other' });
  expect((await world.take('default', 5)).runId).toBe(plain);
  // A priority that the branch has not yet.
  const urgent = await world.plan(Date.now(), { job: 'mail', priority: 9 });
  await world.queued(urgent);
  expect((await world.take('default', 9, MAIL)).runId).toBe(urgent);
  expect(await scheduler.stop()).toBe(0);
});

it('what has lost its message in a branch is found, and what waits there is not taken for it', async () => {
  const scheduler = await world.scheduler({ JOBFLOW_RECONCILE_MS: '500' });
  const queue = 'branched';
  const lost = await world.enqueue({ job: 'mail', queue });
  const taken = await world.take(queue);
  await givenBack(lost, queue);
  await taken.ack();
  await world.queued(lost, 2);
  await until(() => world.store.queues.get(queue)?.state.branches !== undefined, 'the branch is known');
  const waits = await world.enqueue({ job: 'mail', queue });
  const inBranch = await world.take(queue, 5, MAIL);
  expect(inBranch.runId).toBe(lost);
  // The rest of the queue is past both, and a pass has seen that.
  const plain = await world.enqueue({ job: 'other', queue });
  await (await world.take(queue)).ack();
  await world.queued(plain, 2);
  expect(await world.queued(lost)).toHaveLength(2);
  await inBranch.ack();
  expect((await world.queued(lost, 3))[2]?.event).toMatchObject({ delivery: 2, verify: true });
  expect(await world.queued(waits)).toHaveLength(1);
  expect((await world.take(queue, 5, MAIL)).runId).toBe(waits);
  expect(await scheduler.stop()).toBe(0);
});

it('a branch that somebody left out of the queue is made again when a run waits in it', async () => {
  const queue = 'forgotten';
  const scheduler = await world.scheduler({ JOBFLOW_RECONCILE_MS: '500' });
  const first = await world.enqueue({ job: 'mail', queue });
  const taken = await world.take(queue);
  await givenBack(first, queue);
  await taken.ack();
  await world.queued(first, 2);
  const known = () => world.store.queues.get(queue)?.state;
  await until(() => known()?.branches !== undefined, 'the branch is known');
  const before = known();
  if (!before) throw new Error('there is no queue');
  const { branches, ...older } = before;
  const { log } = world.world;
  await saveState(log, world.store, { type: 'QueueSaved', queue: { ...older, revision: older.revision + 1 } });
  await until(() => known()?.branches?.length === 1, 'it is there again');
  expect(known()?.branches).toEqual(branches);
  expect((await world.take(queue, 5, MAIL)).runId).toBe(first);
  expect(await scheduler.stop()).toBe(0);
});
