import { claimSubject, queueConsumer, RUNS_STREAM, type RunEvent } from '@jobflow/contracts';
import { createWorker, defineHandler } from '@jobflow/sdk';
import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent, until } from '../platform/backed.js';
import { type Scheduled, scheduled } from './scheduled.js';

let world: Scheduled;
beforeAll(async () => {
  world = await scheduled();
  await world.saveJob('job');
});
afterAll(() => world?.[Symbol.asyncDispose]());

const OFTEN = { JOBFLOW_RECONCILE_MS: '500' };

/** Executes what is in these queues until each of the runs has ended; how often each was begun. */
async function carriedOut(queue: string, ids: readonly string[]): Promise<Map<string, number>> {
  const begun = new Map<string, number>();
  const job = defineHandler('job', {}, async ({ runId }) => {
    begun.set(runId, (begun.get(runId) ?? 0) + 1);
  });
  const worker = createWorker({
    ...{ nats: world.world.backing.natsUrl, handlers: [job], queues: [queue], concurrency: 5, logger: silent },
    ...{ register: 'never' as const, drainMs: 500 },
  });
  await worker.start();
  for (const id of ids)
    await until(async () => (await world.statusOf(id)) === 'SUCCEEDED', `run ${id} has succeeded`, 45_000);
  await worker.stop();
  return begun;
}

describe('a queued run that has lost its message', () => {
  it('because it was acknowledged without an outcome is queued again, and executed once', async () => {
    const scheduler = await world.scheduler(OFTEN);
    const id = await world.enqueue({ queue: 'acked' });
    await (await world.take('acked')).ack();
    const queued = await world.queued(id, 2);
    expect(queued[1]?.event).toMatchObject({ attempt: 1, delivery: 1, verify: true });
    expect(await carriedOut('acked', [id])).toEqual(new Map([[id, 1]]));
    expect(await world.queued(id, 2)).toHaveLength(2);
    expect(scheduler.output()).toContain('had lost their message');
    await scheduler.stop();
  });

  it('because its consumer was made anew behind it is queued again, and executed once', async () => {
    const scheduler = await world.scheduler(OFTEN);
    const ids = [await world.enqueue({ queue: 'anew' }), await world.enqueue({ queue: 'anew' })];
    const { name, filterSubject } = queueConsumer('anew', 5);
    const { consumers } = world.world.link.jsm;
    await consumers.delete(RUNS_STREAM, name);
    await consumers.add(RUNS_STREAM, {
      durable_name: name,
      filter_subject: filterSubject,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.New,
    });
    for (const id of ids) expect((await world.queued(id, 2))[1]?.event).toMatchObject({ delivery: 1, verify: true });
    expect(await carriedOut('anew', ids)).toEqual(new Map(ids.map((id) => [id, 1])));
    await scheduler.stop();
  });

  it('is told from one whose message waits, is with a worker, or was claimed by one', async () => {
    const scheduler = await world.scheduler(OFTEN);
    const held = await world.enqueue({ queue: 'held' });
    await world.take('held');
    const waits = await world.enqueue({ queue: 'held' });
    const paused = await world.enqueue({ queue: 'other' });
    const claimed = await world.enqueue({ queue: 'claimed' });
    const { ack } = await world.take('claimed');
    const claim: RunEvent = { type: 'RunClaimed', runId: claimed, attempt: 1, delivery: 0, workerId: 'w', n: 1 };
    await world.world.log.append({ messages: [{ subject: claimSubject('claimed', claimed), events: [claim] }] });
    await ack();
    // Each of these is found by a pass that has looked at the others as well.
    for (let pass = 0; pass < 3; pass++) {
      const queue = `lost-${pass}`;
      const lost = await world.enqueue({ queue });
      await (await world.take(queue)).ack();
      await world.queued(lost, 2);
    }
    for (const id of [held, waits, paused, claimed]) expect(await world.queued(id)).toHaveLength(1);
    await scheduler.stop();
  });
});
