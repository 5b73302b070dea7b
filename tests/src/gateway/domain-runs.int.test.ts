import { outcomeSubject } from '@jobflow/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
  await createJob(api, { name: 'noop', tags: ['of-job'] });
  await createJob(api, { name: 'other', priority: 2 });
});
afterAll(() => home[Symbol.asyncDispose]());

const status = (id: string, wanted: string) =>
  eventually(api, 'query ($id: ID!) { run(id: $id) { status } }', { id }, ({ run }) => run.status === wanted);

const LIST = `query ($filter: RunFilter, $sort: RunSort, $first: Int, $after: String) {
  runs(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount position nodes { id job status priority } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const listed = async (variables: Record<string, unknown>) => (await api.must(LIST, variables)).runs;
const ids = async (filter: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<string[]> =>
  (await listed({ filter, ...more })).nodes.map((run: { id: string }) => run.id);

describe('the list of runs', () => {
  it('goes forward page by page, the newest first, and misses nothing while runs come in', async () => {
    const made: string[] = [];
    for (let n = 0; n < 7; n++) made.push((await enqueue(api, { job: 'noop', tags: ['paged'] })).run.id);
    const filter = { tags: ['paged'] };
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 10; page++) {
      const { nodes, edges, pageInfo, totalCount } = await listed({ filter, first: 3, after });
      if (page === 0) expect(totalCount).toBe(7);
      expect(pageInfo.hasPreviousPage).toBe(page > 0);
      expect(edges.at(-1).cursor).toBe(pageInfo.endCursor);
      expect(edges.map((edge: { node: { id: string } }) => edge.node.id)).toEqual(
        nodes.map((run: { id: string }) => run.id),
      );
      seen.push(...nodes.map((run: { id: string }) => run.id));
      await enqueue(api, { job: 'noop', tags: ['paged'] });
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual([...made].reverse());
  });

  it('refuses sizes beyond 200, foreign cursors and the past', async () => {
    for (const first of [0, 201, -1])
      expect(await refusal(api, LIST, { first })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: { first: 'must be 1 to 200' },
      });
    const { pageInfo } = await listed({ first: 1 });
    expect(await refusal(api, LIST, { after: pageInfo.endCursor, sort: { by: 'DURATION' } })).toMatchObject({
      fields: { after: expect.any(String) },
    });
    expect(await refusal(api, LIST, { after: 'nonsense' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await refusal(api, '{ runs(asOf: "2026-01-01T00:00:00Z") { totalCount } }')).toMatchObject({
      fields: { asOf: expect.any(String) },
    });
  });

  it('can be narrowed by everything that is known of a run', async () => {
    const since = new Date().toISOString();
    const { run: ok } = await enqueue(api, {
      job: 'noop',
      input: { user: { id: 42 } },
      tags: ['f1'],
      priority: 9,
      uniqueKey: 'uk',
      idempotencyKey: 'ik',
    });
    const { run: bad } = await enqueue(api, { job: 'other', tags: ['f2', 'of-both'] });
    const { run: late } = await enqueue(api, { job: 'noop', delayMs: 3_600_000, tags: ['of-both'] });
    await home.worker.start(ok.id);
    await home.worker.succeed(ok.id, { fine: true });
    await home.worker.fail(bad.id);
    await status(bad.id, 'FAILED');
    await status(ok.id, 'SUCCEEDED');
    const mine = { ids: [ok.id, bad.id, late.id] };
    const meets = async (filter: Record<string, unknown>) =>
      (await ids({ ...mine, ...filter }))
        .map((id) => ({ [ok.id]: 'ok', [bad.id]: 'bad', [late.id]: 'late' })[id])
        .sort();
    expect(await meets({ statuses: ['SUCCEEDED', 'SCHEDULED'] })).toEqual(['late', 'ok']);
    expect(await meets({ jobs: ['other'] })).toEqual(['bad']);
    expect(await meets({ queues: ['nowhere'] })).toEqual([]);
    expect(await meets({ tags: ['f1', 'f2'] })).toEqual(['bad', 'ok']);
    expect(await meets({ tags: ['of-job'] })).toEqual(['late', 'ok']);
    expect(await meets({ kinds: ['HTTP'] })).toEqual([]);
    expect(await meets({ priorityMin: 5, priorityMax: 9 })).toEqual(['late', 'ok']);
    expect(await meets({ createdAfter: since })).toEqual(['bad', 'late', 'ok']);
    expect(await meets({ createdBefore: since })).toEqual([]);
    expect(await meets({ dueAfter: since })).toEqual(['late']);
    expect(await meets({ startedAfter: since, finishedBefore: new Date(Date.now() + 60_000).toISOString() })).toContain(
      'ok',
    );
    expect(await meets({ durationOverMs: 1 })).toEqual(['bad', 'ok']);
    expect(await meets({ durationUnderMs: 1 })).toEqual([]);
    expect(await meets({ attemptMin: 1 })).toEqual(['bad', 'ok']);
    expect(await meets({ errorContains: 'BROKE at' })).toEqual(['bad']);
    expect(await meets({ errorContains: '%' })).toEqual([]);
    expect(await meets({ fingerprints: ['print-1'] })).toEqual(['bad']);
    expect(await meets({ deadLetter: ['OPEN'] })).toEqual(['bad']);
    expect(await meets({ input: [{ path: 'user.id', equals: 42 }] })).toEqual(['ok']);
    expect(await meets({ input: [{ path: 'user.id', equals: '42' }] })).toEqual([]);
    expect(await meets({ input: [{ path: 'user', equals: { id: 42 } }] })).toEqual(['ok']);
    expect(await meets({ input: [{ path: 'user', equals: { id: 43 } }] })).toEqual([]);
    expect(await meets({ search: ok.id.slice(0, 30) })).toEqual(['ok']);
    expect(await meets({ search: 'f2' })).toEqual(['bad']);
    expect(await meets({ workerId: 'worker-1' })).toEqual(['bad', 'ok']);
    expect(await meets({ idempotencyKey: 'ik', uniqueKey: 'uk' })).toEqual(['ok']);
    expect(await meets({ ids: ['nonsense'] })).toEqual([]);
    expect(await meets({ retryOf: ok.id })).toEqual([]);
    expect(await refusal(api, LIST, { filter: { retryOf: 'nonsense' } })).toMatchObject({
      fields: { 'filter.retryOf': expect.any(String) },
    });
  });

  it.each(['STARTED_AT', 'FINISHED_AT', 'DUE_AT', 'DURATION', 'WAIT', 'PRIORITY', 'CREATED_AT'])(
    'sorted by %s gives each run once, either way',
    async (by) => {
      const all = new Set(await ids({}, { first: 200 }));
      for (const descending of [true, false]) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const { nodes, pageInfo } = await listed({ sort: { by, descending }, first: 1, after });
          seen.push(...nodes.map((run: { id: string }) => run.id));
          after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
        } while (after);
        expect(seen).toHaveLength(all.size);
        expect(new Set(seen)).toEqual(all);
      }
    },
  );

  it('divides into facets', async () => {
    const facets = async (by: string) =>
      (
        await api.must(
          'query ($by: RunFacet!, $filter: RunFilter) { runFacets(by: $by, filter: $filter) { value count } }',
          { by, filter: { tags: ['of-both'] } },
        )
      ).runFacets;
    expect(await facets('STATUS')).toEqual([
      { value: 'FAILED', count: 1 },
      { value: 'SCHEDULED', count: 1 },
    ]);
    expect(await facets('TAG')).toEqual([
      { value: 'of-both', count: 2 },
      { value: 'f2', count: 1 },
      { value: 'of-job', count: 1 },
    ]);
    expect(await facets('WORKER')).toEqual([{ value: 'worker-1', count: 1 }]);
    expect(await facets('PRIORITY')).toEqual([
      { value: '2', count: 1 },
      { value: '5', count: 1 },
    ]);
  });
});

describe('one run', () => {
  it('is told whole: timeline, attempts, logs, error', async () => {
    const { run } = await enqueue(api, {
      job: 'noop',
      retry: { maxAttempts: 2, backoff: 'FIXED', initialDelayMs: 50 },
    });
    await home.worker.start(run.id);
    await home.worker.logs(run.id, ['one', 'two needle', 'three'], { dropped: 4 });
    await home.worker.fail(run.id, { kind: 'retry', at: Date.now() + 3_600_000 });
    await status(run.id, 'RETRYING');
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
    await status(run.id, 'SUCCEEDED');
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

describe('cancelRun', () => {
  const CANCEL =
    'mutation ($id: ID!, $reason: String) { cancelRun(id: $id, reason: $reason) { id status cancelReason cancelRequestedAt } }';

  it('ends what waits at once, and says the same when asked again', async () => {
    for (const delayMs of [0, 60_000]) {
      const { run } = await enqueue(api, { job: 'noop', delayMs });
      const { cancelRun } = await api.must(CANCEL, { id: run.id, reason: 'enough' });
      expect(cancelRun).toMatchObject({ status: 'CANCELLED', cancelReason: 'enough' });
      expect((await api.must(CANCEL, { id: run.id })).cancelRun).toEqual(cancelRun);
    }
  });

  it('tells a running one, and whoever runs it', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.start(run.id);
    await status(run.id, 'RUNNING');
    const hint = Promise.withResolvers<string>();
    const heard = home.house.link.nc.subscribe('jf.control.cancel', {
      callback: (_, message) => hint.resolve(message.string()),
    });
    await home.house.link.nc.flush();
    const { cancelRun } = await api.must(CANCEL, { id: run.id });
    expect(cancelRun).toMatchObject({ status: 'RUNNING', cancelRequestedAt: expect.any(String) });
    expect(JSON.parse(await hint.promise)).toEqual({ runId: run.id, seq: expect.any(Number) });
    heard.unsubscribe();
    await home.worker.cancelled(run.id);
    await status(run.id, 'CANCELLED');
  });

  it('is a conflict once the run ended otherwise', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.succeed(run.id);
    await status(run.id, 'SUCCEEDED');
    expect(await refusal(api, CANCEL, { id: run.id })).toMatchObject({ code: 'CONFLICT', currentStatus: 'SUCCEEDED' });
    expect(await refusal(api, CANCEL, { id: '01890000-0000-7000-8000-000000000000' })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('finds a run that was enqueued the moment before, by a client that sends no position', async () => {
    const stranger = await home.signedIn();
    for (let n = 0; n < 5; n++) {
      const { run } = await enqueue(api, { job: 'noop' });
      const { cancelRun } = await (n === 0 ? stranger : await home.signedIn()).must(CANCEL, { id: run.id });
      expect(cancelRun.status).toBe('CANCELLED');
    }
  });
});

describe('retryRun', () => {
  const RETRY =
    'mutation ($id: ID!, $input: JSON) { retryRun(id: $id, input: $input) { id retryOf job input priority tags status } }';

  it('makes a linked run of any that has ended, with its input or another', async () => {
    const { run } = await enqueue(api, { job: 'noop', input: { a: 1 }, priority: 8, tags: ['again'] });
    await status(run.id, 'QUEUED');
    expect(await refusal(api, RETRY, { id: run.id })).toMatchObject({ code: 'CONFLICT', currentStatus: 'QUEUED' });
    await home.worker.fail(run.id);
    await status(run.id, 'FAILED');
    const { retryRun: same } = await api.must(RETRY, { id: run.id });
    expect(same).toMatchObject({
      retryOf: run.id,
      job: 'noop',
      input: { a: 1 },
      priority: 8,
      tags: ['of-job', 'again'],
      status: 'QUEUED',
    });
    const { retryRun: edited } = await api.must(RETRY, { id: run.id, input: { a: 2 } });
    expect(edited.input).toEqual({ a: 2 });
    const { run: old } = await api.must('query ($id: ID!) { run(id: $id) { retriedBy } }', { id: run.id });
    expect(old.retriedBy).toEqual([same.id, edited.id]);
  });

  it('needs the job to be there', async () => {
    await createJob(api, { name: 'gone' });
    const { run } = await enqueue(api, { job: 'gone' });
    await home.worker.succeed(run.id);
    await status(run.id, 'SUCCEEDED');
    await api.must('mutation { deleteJob(name: "gone") }');
    expect(await refusal(api, RETRY, { id: run.id })).toMatchObject({ code: 'NOT_FOUND' });
    const { run: seen } = await api.must('query ($id: ID!) { run(id: $id) { job jobDefinition { name } } }', {
      id: run.id,
    });
    expect(seen).toEqual({ job: 'gone', jobDefinition: null });
  });
});

describe('an API key for some jobs', () => {
  it('sees and starts only those', async () => {
    const { createApiKey } = await api.must(
      'mutation { createApiKey(name: "narrow", role: USER, jobs: ["other"]) { secret } }',
    );
    const narrow = await home.signedIn();
    narrow.useToken(createApiKey.secret);
    const { run } = await enqueue(api, { job: 'noop' });
    expect(await refusal(narrow, 'mutation { enqueue(input: { job: "noop" }) { run { id } } }')).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refusal(narrow, 'query ($id: ID!) { run(id: $id) { id } }', { id: run.id })).toMatchObject({
      code: 'NOT_FOUND',
    });
    const own = (await narrow.must('mutation { enqueue(input: { job: "other" }) { run { id } } }')).enqueue.run.id;
    const { runs, jobs } = await narrow.must('{ runs(first: 200) { nodes { id job } } jobs { nodes { name } } }');
    expect(runs.nodes.every((one: { job: string }) => one.job === 'other')).toBe(true);
    expect(runs.nodes.map((one: { id: string }) => one.id)).toContain(own);
    expect(jobs.nodes).toEqual([{ name: 'other' }]);
    expect(await refusal(narrow, 'mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: run.id })).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refusal(narrow, 'mutation { pauseQueue(name: "default") { paused } }')).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
