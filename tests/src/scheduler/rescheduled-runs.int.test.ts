import { activeSubject, outcomeSubject, type RunEvent } from '@jobflow/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type Scheduled, scheduled } from './scheduled.js';

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('job');
});
afterAll(() => world?.[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const isShown = (id: string, status: string) =>
  until(async () => (await world.statusOf(id)) === status, `run ${id} is shown as ${status}`);
const on = (runId: string) => ({ runId, attempt: 1, delivery: 0, claim: 0, workerId: 'test' });
const say = (event: RunEvent) =>
  world.world.log.record(event.type === 'RunStarted' ? activeSubject('default') : outcomeSubject('default'), [event]);

describe('a run planned far ahead', () => {
  it('is queued at the time it was moved to while no scheduler was there, and not at all if it was cancelled', async () => {
    const first = await world.scheduler();
    const [moved, cancelled, putOff] = await Promise.all([
      world.plan(Date.now() + 2 * HOUR),
      world.plan(Date.now() + 90_000),
      world.plan(Date.now() + 4_000),
    ]);
    await isShown(putOff, 'SCHEDULED');
    await first.stop();
    const at = Date.now() + 6_000;
    await world.reschedule(moved, at, 7);
    await world.reschedule(cancelled, at);
    await world.requestCancel(cancelled);
    await world.reschedule(putOff, Date.now() + HOUR);
    await isShown(cancelled, 'CANCELLED');
    const second = await world.scheduler();
    const [queued] = await world.queued(moved);
    expect(queued?.event).toMatchObject({ delivery: 0, reschedules: 1, run: { priority: 7 } });
    expect(queued?.storedAt).toBeGreaterThanOrEqual(at);
    expect(queued?.storedAt).toBeLessThan(at + 1_000);
    expect(world.seen.filter(({ event }) => event.type === 'RunQueued')).toHaveLength(1);
    expect(await world.statusOf(putOff)).toBe('SCHEDULED');
    // Moved to now, it is queued at once.
    await world.reschedule(putOff, Date.now());
    expect(await world.queued(putOff)).toHaveLength(1);
    await second.stop();
  });
});

describe('a rescheduled run whose message is in the log', () => {
  it('is queued anew once every worker has heard of it, if none has had its message', async () => {
    const scheduler = await world.scheduler();
    const id = await world.enqueue({ queue: 'quiet' });
    const before = Date.now();
    await world.reschedule(id, before, 9);
    const queued = await world.queued(id, 2);
    expect(queued[1]?.event).toMatchObject({
      delivery: 1,
      attempt: 1,
      verify: true,
      reschedules: 1,
      run: { priority: 9 },
    });
    expect(queued[1]?.storedAt).toBeGreaterThanOrEqual(before + 5_000);
    await isShown(id, 'QUEUED');
    await scheduler.stop();
  });

  it('is not queued anew while a worker has its message: only when that has let it go, or done with it', async () => {
    const scheduler = await world.scheduler();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push(await world.enqueue({ queue: 'busy' }));
    const taken = [await world.take('busy'), await world.take('busy'), await world.take('busy')];
    expect(taken.map(({ runId }) => runId)).toEqual(ids);
    const [started = '', letGo = '', acked = ''] = ids;
    for (const id of ids) await world.reschedule(id, Date.now(), 9);
    // One that nobody has had tells when the scheduler has looked at the others as well.
    const control = await world.enqueue({ queue: 'busy' });
    await world.reschedule(control, Date.now(), 8);
    await world.queued(control, 2);
    for (const id of ids) expect(await world.queued(id)).toHaveLength(1);
    await say({ type: 'RunStarted', ...on(started), startedAt: Date.now() });
    await isShown(started, 'RUNNING');
    await say({
      ...{ type: 'RunReturned', ...on(letGo), reason: 'rescheduled' },
      ...{ at: Date.now(), notBefore: Date.now() },
    });
    const [, again] = await world.queued(letGo, 2);
    expect(again?.event).toMatchObject({ delivery: 1, run: { priority: 9 } });
    // All below it has been acknowledged now, and nothing is said about it: nobody has it.
    for (const one of taken) await one.ack();
    await world.queued(acked, 2);
    expect(await world.queued(started)).toHaveLength(1);
    expect(await world.queued(letGo, 2)).toHaveLength(2);
    await scheduler.stop();
  });
});
