import { outcomeSubject, queuedSubject } from '@jobflow/contracts';
import { newId, type UnitMessage } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { ask, ended, REDRIVE } from './bulk-house.js';
import { createJob, type DomainHouse, openDomainHouse } from './domain-house.js';
import { admin } from './server-process.js';

const LETTERS = 5_000;
const JOB = 'killed';

/** Dead letters straight into the log: queued and failed for good, a unit of 500 runs at a time. */
async function manyDeadLetters({ house, worker }: DomainHouse): Promise<void> {
  const at = Date.now();
  for (let done = 0; done < LETTERS; done += 500) {
    const ids = Array.from({ length: 500 }, newId);
    const queued = ids.map((id, n): UnitMessage => {
      const retry = {
        maxAttempts: 1,
        backoff: 'FIXED',
        initialDelayMs: 0,
        maxDelayMs: 0,
        factor: 1,
        jitter: 'NONE',
      } as const;
      const head = { id, job: JOB, jobRevision: 1, kind: 'HANDLER', queue: 'default', priority: 5 } as const;
      const run = { ...head, input: { n: done + n }, retry, timeout: {}, createdAt: at };
      return { subject: queuedSubject('default', 5), events: [{ type: 'RunQueued', run, attempt: 1, delivery: 0 }] };
    });
    const appended = await worker.log.append({ messages: queued });
    if (!appended.ok) throw new Error(appended.reason);
    const on = { attempt: 1, delivery: 0, claim: 0, workerId: worker.id, startedAt: at, finishedAt: at + 1 };
    const error = { message: 'no', fingerprint: 'f', retryable: false };
    const events = ids.map((runId) => ({
      type: 'RunAttemptFailed' as const,
      ...{ ...on, runId, status: 'FAILED' as const, error },
      next: { kind: 'dead' as const, reason: 'not-retryable' as const },
    }));
    await worker.log.record(outcomeSubject('default'), events);
  }
  await until(
    async () => {
      const [row] = await house.db.query<{ n: number }>(
        `select count(*) as n from read.runs where dead_letter = 'OPEN'`,
      );
      return row?.n === LETTERS;
    },
    'all of them are dead letters',
    30_000,
  );
}

it('a gateway killed in the middle of a redrive, and the next one as well, leave exactly one run for each letter', async () => {
  await using home = await openDomainHouse();
  const { db } = home.house;
  await createJob(home.api, { name: JOB });
  await manyDeadLetters(home);
  const doneSoFar = async (id: string) =>
    (await db.query<{ done: number }>('select done from gateway.bulk_operations where id = $1', [id]))[0]?.done ?? 0;
  const filter = { jobs: [JOB], deadLetter: ['OPEN'] };
  const { id } = await ask(home.api, REDRIVE, { filter, expectedCount: LETTERS });

  let gateway = home.gateway;
  for (const reached of [1, 1_500]) {
    // The ids of a page are there before its messages: killed now, some of them are in the log and none is counted.
    await until(async () => {
      if ((await doneSoFar(id)) < reached) return false;
      const rows = await db.query(
        'select 1 from gateway.bulk_items where operation_id = $1 and made is not null limit 1',
        [id],
      );
      return rows.length > 0;
    }, `more than ${reached} are done, and a page is under way`);
    await gateway.kill9();
    expect(await doneSoFar(id)).toBeLessThan(LETTERS);
    gateway = await home.house.start();
  }
  const api = new ApiClient(gateway.url);
  await api.signIn(admin.email, admin.password);
  expect(await ended(api, id)).toMatchObject({ status: 'FINISHED', total: LETTERS, done: LETTERS, failed: 0 });

  const [counted] = await db.query(
    `select count(*) filter (where retry_of is not null) as made, count(distinct retry_of) as letters,
       count(*) filter (where dead_letter = 'OPEN') as open, count(*) filter (where dead_letter = 'REDRIVEN') as redriven,
       count(*) filter (where operations @> array[$1]::uuid[]) as of_operation, count(*) filter (where cardinality(retried_by) <> 1) as twice
     from read.runs`,
    [id],
  );
  expect(counted).toEqual({
    made: LETTERS,
    letters: LETTERS,
    open: 0,
    redriven: LETTERS,
    of_operation: LETTERS,
    twice: 0,
  });
  expect(await db.query('select 1 from gateway.bulk_items')).toEqual([]);
});
