import { activeSubject, outcomeSubject, queuedSubject } from '@jobflow/contracts';
import { expect, test } from 'vitest';
import { until } from '../platform/backed.js';
import { aRun, scheduled } from './scheduled.js';

test('a run that waits for a limit with room is queued again, in its place; one whose limit is used waits on', async () => {
  await using house = await scheduled();
  const { log } = house.world;
  await house.saveJob('one', { limits: { concurrency: 1 } });
  const since = Date.now() - 60_000;
  const enqueue = async () => {
    const run = aRun({ job: 'one', limits: { concurrency: 1 } });
    const events = [{ type: 'RunQueued' as const, run, attempt: 1, delivery: 0 }];
    await log.append({ messages: [{ subject: queuedSubject('default', 5), events }] });
    return run.id;
  };
  const on = (runId: string, delivery = 0) => ({ runId, attempt: 1, delivery, claim: 0, workerId: 'w' });
  const limited = (runId: string, delivery = 0) =>
    log.record(outcomeSubject('default'), [
      { type: 'RunLimited', ...on(runId, delivery), key: 'job:one', limit: 'concurrency', at: since },
    ]);
  const waiting = await enqueue();
  await limited(waiting);
  await house.scheduler();
  // Nobody holds the permit, and no end will ever wake it.
  const [, woken] = await house.queued(waiting, 2);
  expect(woken?.event).toMatchObject({ attempt: 1, delivery: 1, limited: { since } });

  const holder = await enqueue();
  await log.record(activeSubject('default'), [{ type: 'RunStarted', ...on(holder), startedAt: Date.now() }]);
  await limited(waiting, 1);
  await until(async () => (await house.statusOf(holder)) === 'RUNNING', 'the holder runs');
  const looks = async () => (await house.queued(waiting)).length;
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  expect(await looks()).toBe(2);

  await house.saveJob('one', { limits: { concurrency: 2 }, revision: 2 });
  await house.queued(waiting, 3);
});
