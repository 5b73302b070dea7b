import { claimSubject, defaultRetryPolicy, outcomeSubject } from '@jobflow/contracts';
import { lostOnce, type Outcome, settle } from '@jobflow/domain';
import { createStateStore, ensureQueueLevel } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent, until } from '../platform/backed.js';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, eventually, refusal } from './domain-house.js';
import { hasStatus, openRunHouse } from './run-house.js';

const anyTimes = { startedAt: expect.any(String), finishedAt: expect.any(String) };
let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openRunHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('one run', () => {
  it('is told whole: timeline, attempts, logs, error', async () => {
    const { run } = await enqueue(api, {
      job: 'noop',
      retry: { maxAttempts: 2, backoff: 'FIXED', initialDelayMs: 50 },
    });
    await home.worker.start(run.id);
    await home.worker.logs(run.id, ['one', 'two needle', 'three'], { dropped: 4 });
    await home.worker.fail(run.id, { kind: 'retry', at: Date.now() + 3_600_000 });
    await hasStatus(home, run.id, 'RETRYING');
    const { run: told } = await eventually(
      api,
      `query ($id: ID!) { run(id: $id) { status attempt maxAttempts revision timelineCount retry { maxAttempts backoff initialDelayMs factor jitter } timeout { softMs hardMs }
        error { message code retryable fingerprint } jobDefinition { name } worker { id } workerId retriedBy deliveries { id }
        timeline { at type message actor attempt position } attempts { number status workerId waitMs durationMs error { code } firstLine lastLine }
        logInfo { lines bytes dropped expiresAt } logs { line level stream attempt message }
        warnings: logs(minLevel: WARN) { message } end: logs(last: 1) { line } before: logs(last: 2, beforeLine: 3) { line } found: logMatches(search: "NEEDLE") { total lines } } }`,
      { id: run.id },
      ({ run: seen }) => seen.logInfo.lines === 3,
    );
    expect(told).toMatchObject({
      status: 'RETRYING',
      attempt: 1,
      maxAttempts: 2,
      retry: { maxAttempts: 2, backoff: 'FIXED', initialDelayMs: 50, factor: 2, jitter: 'FULL' },
      timeout: { softMs: null, hardMs: 3_600_000 },
      error: { message: 'it broke at 42', code: 'E_BROKEN', retryable: true, fingerprint: 'print-1' },
      jobDefinition: { name: 'noop' },
      workerId: 'worker-1',
      retriedBy: [],
      deliveries: [],
      logInfo: { lines: 3, dropped: 4, expiresAt: null },
      warnings: [{ message: 'two needle' }, { message: 'three' }],
      end: [{ line: 3 }],
      before: [{ line: 1 }, { line: 2 }],
      found: { total: 1, lines: [2] },
    });
    expect(
      told.logs.map((line: { line: number; level: string; message: string }) => [line.line, line.level, line.message]),
    ).toEqual([
      [1, 'INFO', 'one'],
      [2, 'WARN', 'two needle'],
      [3, 'ERROR', 'three'],
    ]);
    expect(told.timeline.map((event: { type: string }) => event.type)).toEqual([
      'RunQueued',
      'RunStarted',
      'RunAttemptFailed',
    ]);
    expect(told.timelineCount).toBe(3);
    expect(told.attempts).toMatchObject([
      { number: 1, status: 'FAILED', workerId: 'worker-1', error: { code: 'E_BROKEN' }, firstLine: 1, lastLine: 3 },
    ]);
  });

  it('shows its timeline in pages that lose nothing', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.succeed(run.id);
    await hasStatus(home, run.id, 'SUCCEEDED');
    const page = async (before?: string) =>
      (
        await api.must(
          'query ($id: ID!, $before: String) { run(id: $id) { timeline(last: 2, before: $before) { type position } } }',
          { id: run.id, before },
        )
      ).run.timeline;
    // The start that was recorded with its end is an entry of its own.
    const last = await page();
    expect(last.map((event: { type: string }) => event.type)).toEqual(['RunStarted', 'RunSucceeded']);
    expect((await page(last[0].position)).map((event: { type: string }) => event.type)).toEqual(['RunQueued']);
    const only = await api.must('query ($id: ID!) { run(id: $id) { timeline(types: ["RunQueued"]) { message } } }', {
      id: run.id,
    });
    expect(only.run.timeline).toHaveLength(1);
  });

  const TOLD = `query ($id: ID!) { run(id: $id) { status startedAt workerId timelineCount timeline { type message }
    attempts { number status workerId startedAt finishedAt error { code } } } }`;
  const told = async (id: string, is: (run: { status: string; attempts: { status: string }[] }) => boolean) =>
    (await eventually(api, TOLD, { id }, ({ run }) => is(run))).run;
  const hasFailed = ({ status }: { status: string }) => status === 'FAILED';
  /** Ends a run as that worker would. */
  const ends = async (runId: string, outcome: Outcome, claim: number, workerId = home.worker.id) => {
    const now = Date.now();
    const ref = { ...{ runId, attempt: 1, delivery: 0 }, claim, workerId, startedAt: now };
    const event = settle(outcome, ref, { job: 'once', retry: defaultRetryPolicy }, now, () => 0);
    await home.worker.log.record(outcomeSubject('default'), [event]);
  };
  const claims = async (runId: string, n: number, workerId = home.worker.id) => {
    const event = { type: 'RunClaimed' as const, ...{ runId, attempt: 1, delivery: 0 }, workerId, n };
    await home.worker.log.record(claimSubject('default', runId), [{ ...event, ...(n > 1 && { redelivered: true }) }]);
  };

  it('that may run once and whose worker was killed has one start and one attempt, on that worker', async () => {
    await createJob(api, { name: 'once', guarantee: 'AT_MOST_ONCE' });
    const { run } = await enqueue(api, { job: 'once' });
    await claims(run.id, 1);
    await home.worker.start(run.id, { claim: 1 });
    await claims(run.id, 2, 'worker-2');
    await ends(run.id, lostOnce('once'), 2, 'worker-2');
    const seen = await told(run.id, hasFailed);
    expect(seen.timeline.map(({ message }: { message: string }) => message)).toEqual([
      'Queued on default with priority 5',
      'worker-1 took over attempt 1',
      'Attempt 1 started on worker-1',
      'worker-2 took over attempt 1',
      'Ended as a dead letter: The worker that ran it was lost or stopped, and job once runs at most once',
    ]);
    expect(seen.timelineCount).toBe(5);
    expect(seen.attempts).toEqual([
      { ...{ number: 1, status: 'LOST', workerId: 'worker-1', error: { code: 'WORKER_LOST' } }, ...anyTimes },
    ]);
  });

  it('that a stopping worker cut short shows a stopped attempt; one that came without a handler shows none', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.start(run.id);
    await ends(run.id, { kind: 'returned', reason: 'drained', notBefore: Date.now() + 60_000 }, 0);
    const back = await told(run.id, ({ attempts: [first] }) => first !== undefined && first.status !== 'RUNNING');
    expect(back).toMatchObject({
      status: 'QUEUED',
      attempts: [{ number: 1, status: 'CANCELLED', workerId: 'worker-1' }],
    });
    const { run: unhandled } = await enqueue(api, { job: 'noop' });
    await ends(
      unhandled.id,
      { kind: 'dead', reason: 'no-handler', error: { message: 'nobody can', code: 'NO_HANDLER' } },
      0,
    );
    const seen = await told(unhandled.id, hasFailed);
    expect(seen).toMatchObject({ startedAt: null, attempts: [], timelineCount: 2 });
    expect(seen.timeline[1].message).toBe('Ended as a dead letter: nobody can');
  });

  it('is NOT_FOUND when there is none', async () => {
    const RUN = 'query ($id: ID!) { run(id: $id) { id } }';
    expect(await refusal(api, RUN, { id: 'x' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(api, RUN, { id: '01890000-0000-7000-8000-000000000000' })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('says why it does not run', async () => {
    const why = async (id: string) =>
      (
        await eventually(
          api,
          'query ($id: ID!) { run(id: $id) { whyNotRunning { code message target ahead until } } }',
          { id },
          () => true,
        )
      ).run.whyNotRunning;
    const codes = async (id: string) => (await why(id)).map((reason: { code: string }) => reason.code);
    await api.must('mutation { configureQueue(name: "quiet", input: {}) { name } }');
    const { run: first } = await enqueue(api, { job: 'noop', queue: 'quiet' });
    const { run: second } = await enqueue(api, { job: 'noop', queue: 'quiet' });
    expect(await codes(first.id)).toEqual(['NO_WORKER']);
    await home.worker.isKnown({ handlers: [{ name: 'something.else' }] });
    expect(await codes(first.id)).toEqual(['NO_HANDLER']);
    await home.worker.isKnown({ handlers: [{ name: 'noop' }] });
    expect(await codes(first.id)).toEqual([]);
    expect(await why(second.id)).toMatchObject([{ code: 'BEHIND_OTHERS', ahead: 1, message: '1 run is ahead of it' }]);
    const { run: urgent } = await enqueue(api, { job: 'noop', queue: 'quiet', priority: 10 });
    expect(await codes(urgent.id)).toEqual([]);
    await api.must('mutation { pauseQueue(name: "quiet", reason: "night") { paused } }');
    expect((await why(urgent.id))[0]).toMatchObject({
      code: 'QUEUE_PAUSED',
      message: 'Queue quiet is paused: night',
      target: 'quiet',
    });
    const { run: later } = await enqueue(api, { job: 'noop', delayMs: 60_000 });
    expect(await codes(later.id)).toEqual(['DUE_LATER']);
    await api.must('mutation { updateJob(name: "other", input: { enabled: true }) { name } }');
  });

  it('is not behind what others carry out in a branch of its queue', async () => {
    const WHY = 'query ($id: ID!) { run(id: $id) { whyNotRunning { code ahead } } }';
    const why = async (id: string) => (await eventually(api, WHY, { id }, () => true)).run.whyNotRunning;
    await api.must('mutation { configureQueue(name: "branched", input: {}) { name } }');
    const run = { kind: 'HANDLER' as const, job: 'noop' };
    const store = createStateStore(home.house.link, { kinds: ['queue'], logger: silent });
    await store.start();
    const place = { queue: 'branched', priority: 5, run };
    await ensureQueueLevel(home.house.link, store, home.worker.log, place, { createBranch: true });
    await store.stop();
    await createJob(api, { name: 'plain' });
    await home.worker.isKnown({ handlers: [{ name: 'noop' }, { name: 'plain' }] });
    const put = async (job: string) => (await enqueue(api, { job, queue: 'branched' })).run.id as string;
    const [inBranch, behindIt, plain, behindThat] = [
      await put('noop'),
      await put('noop'),
      await put('plain'),
      await put('plain'),
    ];
    expect([await why(inBranch), await why(plain)]).toEqual([[], []]);
    for (const id of [behindIt, behindThat]) expect(await why(id)).toEqual([{ code: 'BEHIND_OTHERS', ahead: 1 }]);
  });
});

describe('a run that a limit keeps from starting', () => {
  const WHY = 'query ($id: ID!) { run(id: $id) { status whyNotRunning { code message target ahead until } } }';
  const why = async (id: string) => (await eventually(api, WHY, { id }, () => true)).run.whyNotRunning;

  it('says which, who runs, and who waits before it', async () => {
    const limits = { concurrency: 1, concurrencyKey: 'tenantId', rate: { limit: 5, perMs: 60_000 } };
    await createJob(api, { name: 'limited', limits });
    const input = { tenantId: 42 };
    const [holder, first, second] = await Promise.all(
      [1, 2, 3].map(async () => (await enqueue(api, { job: 'limited', input })).run.id as string),
    );
    await home.worker.start(holder as string);
    const refuse = (runId: string | undefined, more: object) =>
      home.worker.log.record(outcomeSubject('default'), [
        {
          type: 'RunLimited',
          ...{ runId: runId as string, attempt: 1, delivery: 0, claim: 0, workerId: 'worker-1' },
          ...{ key: 'job:limited=42', at: Date.now(), limit: 'concurrency', ...more },
        },
      ]);
    await refuse(first, {});
    await refuse(second, { at: Date.now() + 5 });
    await until(async () => (await why(second as string))[0]?.code === 'CONCURRENCY_LIMIT', 'it is known to wait');
    const [reason] = await why(second as string);
    expect(reason).toMatchObject({
      message: 'Job limited runs at most 1 at a time for tenantId 42; 1 run now, 1 waits before it',
      target: 'limited',
      ahead: 1,
    });
    const { run: paced } = await enqueue(api, { job: 'limited', input });
    await refuse(paced.id, { limit: 'rate', until: Date.now() + 30_000 });
    await until(async () => (await why(paced.id))[0]?.code === 'RATE_LIMIT', 'it is known to be paced');
    expect((await why(paced.id))[0].message).toMatch(
      /^Job limited starts at most 5 runs per 1 min; its turn is in (29|30)/,
    );
  });

  it('says that its queue is at its limit', async () => {
    await api.must('mutation { configureQueue(name: "narrow", input: { concurrency: 1 }) { concurrency } }');
    const { run: holder } = await enqueue(api, { job: 'noop', queue: 'narrow' });
    const { run: next } = await enqueue(api, { job: 'noop', queue: 'narrow' });
    await home.worker.start(holder.id, {}, 'narrow');
    const message = 'Queue narrow runs at most 1 at a time; 1 run now';
    await until(
      async () => (await why(next.id)).some((reason: { message: string }) => reason.message === message),
      'it is known',
    );
  });
});
