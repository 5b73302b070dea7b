import { setTimeout as wait } from 'node:timers/promises';
import { controlSubject, queueConsumer, RUNS_STREAM, type RunEvent } from '@jobflow/contracts';
import { defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, startHouse } from './house.js';

let house: House;
const begun = new Map<string, number[]>();
const note = (runId: string) => begun.set(runId, [...(begun.get(runId) ?? []), Date.now()]);
const release = Promise.withResolvers<void>();
const handlers = [
  defineHandler('occupies', {}, async ({ runId }) => {
    note(runId);
    await release.promise;
  }),
  defineHandler('short', {}, async ({ runId }) => {
    note(runId);
    await wait(5);
  }),
  defineHandler('instant', {}, ({ runId }) => note(runId)),
];
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.[Symbol.asyncDispose]());

const reschedule = (runId: string, at: number) => {
  const events: RunEvent[] = [{ type: 'RunRescheduled', runId, at }];
  return house.log.append({ messages: [{ subject: controlSubject('default'), events }] });
};
const returns = (runId: string) =>
  house.fold.events(runId).filter(({ event }) => event.type === 'RunReturned' && event.reason === 'rescheduled');

describe('a worker', () => {
  it('lets go of a run that is rescheduled while it waits there for a slot, and executes it once, at its new time', async () => {
    await house.worker({ handlers, queues: ['default'], concurrency: 1, prefetch: 4 });
    // Where runs have been short, more are fetched than there are slots.
    await house.fold.whenEnded(await house.enqueue({ job: 'instant' }));
    const occupying = await house.enqueue({ job: 'occupies' });
    await house.fold.when(occupying, ({ status }) => status === 'RUNNING');
    const waiting = await house.enqueue({ job: 'instant' });
    const at = Date.now() + 1_000;
    await reschedule(waiting, at);
    await house.fold.when(waiting, ({ status, superseded }) => status === 'SCHEDULED' && !superseded);
    expect(returns(waiting)).toMatchObject([{ accepted: true }]);
    // At once, and not only when it was given back and came again.
    const { delivered } = await house.link.jsm.consumers.info(RUNS_STREAM, queueConsumer('default', 5).name);
    expect(delivered.consumer_seq).toBe(3);
    release.resolve();
    expect(await house.fold.whenEnded(waiting)).toMatchObject({ status: 'SUCCEEDED', delivery: 1 });
    expect(begun.get(waiting)).toHaveLength(1);
    expect(begun.get(waiting)?.[0]).toBeGreaterThanOrEqual(at);
  });

  it('that comes later lets go of what was rescheduled before it came', async () => {
    const at = Date.now() + 2_000;
    const id = await house.enqueue({ job: 'instant', queue: 'later' });
    await reschedule(id, at);
    await house.fold.when(id, ({ superseded }) => superseded === true);
    await house.worker({ handlers, queues: ['later'] });
    expect(await house.fold.whenEnded(id)).toMatchObject({ status: 'SUCCEEDED', delivery: 1 });
    expect(begun.get(id)).toHaveLength(1);
    expect(begun.get(id)?.[0]).toBeGreaterThanOrEqual(at);
  });

  it('starts what nobody has rescheduled without asking', async () => {
    house.fold.mute = true;
    const id = await house.enqueue({ job: 'instant', queue: 'later' });
    expect(await house.fold.whenEnded(id)).toMatchObject({ status: 'SUCCEEDED', delivery: 0 });
    house.fold.mute = false;
  });

  it('executes each run once, whether it starts it before or after its reschedule', async () => {
    await house.worker({ handlers, queues: ['raced'], concurrency: 1, prefetch: 16 });
    const ids = await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        const id = await house.enqueue({ job: n % 2 ? 'short' : 'instant', queue: 'raced' });
        // Some while they wait in the log, some while they are with the worker, some after they have ended.
        await wait(3 * n);
        await reschedule(id, Date.now() + 200);
        return id;
      }),
    );
    await Promise.all(ids.map((id) => house.fold.whenEnded(id)));
    for (const id of ids) expect(begun.get(id), id).toHaveLength(1);
    const moved = ids.filter((id) => house.fold.state(id)?.delivery === 1).length;
    console.log(`${moved} of ${ids.length} were put off, the others had started`);
    expect(moved).toBeGreaterThan(0);
  });
});
