import { controlSubject } from '@jobflow/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../system/api-client.js';
import * as bulk from './bulk-house.js';
import { ask, deadLetters, deadLettersOf, doAll, ended, runOf, runsOf } from './bulk-house.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
});
afterAll(() => home[Symbol.asyncDispose]());

const open = (job: string) => ({ jobs: [job], deadLetter: ['OPEN'] });

/** A client with a key that may touch these jobs only. */
async function keyFor(...jobs: string[]): Promise<ApiClient> {
  const { createApiKey } = await api.must(
    'mutation ($jobs: [String!]) { createApiKey(name: "narrow", role: USER, jobs: $jobs) { secret } }',
    { jobs },
  );
  const client = new ApiClient(home.gateway.url);
  client.useToken(createApiKey.secret);
  return client;
}

describe('a bulk filter', () => {
  it('may not be empty, in whatever way it says nothing', async () => {
    for (const filter of [{}, { jobs: null }, { search: '' }, { input: [] }]) {
      for (const [query, more] of [
        [bulk.CANCEL, {}],
        [bulk.RETRY, {}],
        [bulk.RESCHEDULE, {}],
        [bulk.REDRIVE, {}],
        [bulk.DISCARD, { reason: 'old' }],
        [bulk.PREVIEW, { action: 'CANCEL' }],
      ] as const) {
        expect(await refusal(api, query, { filter, ...more }), query).toMatchObject({
          code: 'BAD_USER_INPUT',
          fields: { filter: expect.stringContaining('may not be empty') },
        });
      }
    }
  });

  it('that means other than was expected is refused with the count, and nothing is done', async () => {
    await createJob(api, { name: 'counted' });
    const { run } = await enqueue(api, { job: 'counted' });
    const filter = { jobs: ['counted'] };
    expect(await refusal(api, bulk.CANCEL, { filter, expectedCount: 2 })).toMatchObject({
      code: 'CONFLICT',
      currentCount: 1,
    });
    expect(await runOf(api, run.id)).toMatchObject({ status: 'QUEUED' });
    expect(await doAll(api, bulk.CANCEL, { filter, expectedCount: 1 })).toMatchObject({ total: 1, done: 1 });
  });

  it('means only runs that were made when it was previewed', async () => {
    await createJob(api, { name: 'previewed' });
    const first = await enqueue(api, { job: 'previewed' });
    const filter = { jobs: ['previewed'] };
    const preview = await ask(api, bulk.PREVIEW, { action: 'CANCEL', filter });
    expect(preview).toMatchObject({
      count: 1,
      byStatus: [{ value: 'QUEUED', count: 1 }],
      sample: [{ id: first.run.id }],
      undoable: true,
    });
    const later = await enqueue(api, { job: 'previewed' });
    expect(Date.parse(later.run.createdAt)).toBeGreaterThan(Date.parse(preview.asOf));
    const done = await doAll(api, bulk.CANCEL, { filter, expectedCount: preview.count, asOf: preview.asOf });
    expect(done).toMatchObject({ total: 1, done: 1, failed: 0 });
    expect(await runOf(api, first.run.id)).toMatchObject({ status: 'CANCELLED' });
    expect(await runOf(api, later.run.id)).toMatchObject({ status: 'QUEUED' });
  });

  it('takes every field that a list of runs takes', async () => {
    const [one] = await deadLetters(home, 'filtered', 2, (n) => ({ user: { id: n } }));
    const filter = {
      jobs: ['filtered'],
      errorContains: 'BROKE',
      fingerprints: ['print-1'],
      deadLetter: ['OPEN'],
      input: [{ path: 'user.id', equals: 0 }],
      statuses: ['FAILED'],
    };
    const done = await doAll(api, bulk.DISCARD, { filter, reason: 'only this one' });
    expect(done).toMatchObject({ total: 1, done: 1 });
    expect((await runsOf(api, { operationId: done.id })).map((run) => run.id)).toEqual([one]);
  });

  it('is not previewed for what is not done over a filter', async () => {
    expect(await refusal(api, bulk.PREVIEW, { action: 'BACKFILL', filter: { jobs: ['x'] } })).toMatchObject({
      fields: { action: expect.any(String) },
    });
  });
});

describe('redriving', () => {
  it('gives each open dead letter one new run with fresh attempts, linked both ways, and closes the letter', async () => {
    const before = await deadLettersOf(api).catch(() => 0);
    const letters = await deadLetters(home, 'redriven', 3);
    expect(await deadLettersOf(api)).toBe(before + 3);
    const { updateJob } = await api.must(
      'mutation { updateJob(name: "redriven", input: { retry: { maxAttempts: 7 } }) { revision } }',
    );
    const done = await doAll(api, bulk.REDRIVE, { filter: open('redriven'), expectedCount: 3 });
    expect(done).toMatchObject({ action: 'REDRIVE', status: 'FINISHED', total: 3, done: 3, failed: 0, failures: [] });
    const made = await runsOf(api, { operationId: done.id });
    expect(made.map((run) => run.retryOf).sort()).toEqual(letters);
    for (const run of made) {
      expect(run).toMatchObject({ status: 'QUEUED', attempt: 1, deadLetter: null, jobRevision: updateJob.revision });
      const letter = await runOf(api, run.retryOf);
      expect(letter).toMatchObject({ status: 'FAILED', deadLetter: 'REDRIVEN', retriedBy: [run.id] });
      expect(run.input).toEqual(letter.input);
    }
    expect(await deadLettersOf(api)).toBe(before);
    expect((await doAll(api, bulk.REDRIVE, { filter: open('redriven') })).total).toBe(0);

    // The new run may end as a dead letter again, and be redriven again.
    await home.worker.fail(made[0]?.id);
    await bulk.allDead(api, 'redriven', 1);
    expect(await doAll(api, bulk.REDRIVE, { filter: open('redriven') })).toMatchObject({ total: 1, done: 1 });
  });

  it('merges a patch into each input, or replaces it, and never both', async () => {
    await deadLetters(home, 'patched', 2, (n) => ({ n, gone: true, deep: { a: 1 } }));
    const filter = open('patched');
    expect(await refusal(api, bulk.REDRIVE, { filter, input: 1, inputPatch: {} })).toMatchObject({
      fields: { inputPatch: expect.any(String) },
    });
    const done = await doAll(api, bulk.REDRIVE, { filter, inputPatch: { gone: null, deep: { b: 2 } } });
    const made = await runsOf(api, { operationId: done.id });
    expect(made.map((run) => run.input).sort((a, b) => a.n - b.n)).toEqual([
      { n: 0, deep: { a: 1, b: 2 } },
      { n: 1, deep: { a: 1, b: 2 } },
    ]);
    for (const run of made) await home.worker.fail(run.id);
    await bulk.allDead(api, 'patched', 2);
    const replaced = await doAll(api, bulk.REDRIVE, { filter, input: ['whole'] });
    expect((await runsOf(api, { operationId: replaced.id })).map((run) => run.input)).toEqual([['whole'], ['whole']]);
  });

  it("checks each input against the job's schema as it is now, and tells of each that does not fit", async () => {
    const letters = await deadLetters(home, 'checked', 3, (n) => (n === 1 ? { n, ok: 'yes' } : { n }));
    await api.must('mutation ($input: JobUpdateInput!) { updateJob(name: "checked", input: $input) { revision } }', {
      input: { inputSchema: { type: 'object', required: ['ok'] } },
    });
    const done = await doAll(api, bulk.REDRIVE, { filter: open('checked') });
    expect(done).toMatchObject({ status: 'FINISHED', total: 3, done: 1, failed: 2 });
    expect(done.failures).toEqual(
      [0, 2].map((n) => ({ index: n + 1, id: letters[n], code: 'BAD_USER_INPUT', message: 'input.ok: is required' })),
    );
    expect(await runOf(api, letters[0] ?? '')).toMatchObject({ deadLetter: 'OPEN', retriedBy: [] });
    const { bulkOperation } = await api.must(
      'query ($id: ID!) { bulkOperation(id: $id) { failures(first: 1, after: 1) { index } } }',
      { id: done.id },
    );
    expect(bulkOperation.failures).toEqual([{ index: 3 }]);
    await api.must('mutation { updateJob(name: "checked", input: { enabled: false }) { revision } }');
    expect(await doAll(api, bulk.REDRIVE, { filter: open('checked') })).toMatchObject({
      failed: 2,
      failures: [{ code: 'CONFLICT' }, { code: 'CONFLICT' }],
    });
  });

  it('of the same letters, twice at once, makes one run for each', async () => {
    const letters = await deadLetters(home, 'raced', 20);
    const other = await home.house.start();
    const twin = new ApiClient(other.url);
    await twin.signIn('admin@example.com', 'correct horse battery');
    const begun = await Promise.all([api, twin].map((one) => ask(one, bulk.REDRIVE, { filter: open('raced') })));
    const done = await Promise.all(begun.map(({ id }) => ended(api, id)));
    expect(done[0]?.total + done[1]?.total).toBe(20);
    const made = (await runsOf(api, { jobs: ['raced'] })).filter((run) => run.retryOf);
    expect(made.map((run) => run.retryOf).sort()).toEqual(letters);
  });

  it('goes no faster than it is told to', async () => {
    await deadLetters(home, 'throttled', 6);
    const started = Date.now();
    expect(await refusal(api, bulk.REDRIVE, { filter: open('throttled'), perSecond: 0 })).toMatchObject({
      fields: { perSecond: expect.any(String) },
    });
    const done = await doAll(api, bulk.REDRIVE, { filter: open('throttled'), perSecond: 4 });
    // Two at a time, so the third pair may not begin before one second is over.
    expect(Date.parse(done.finishedAt) - started).toBeGreaterThanOrEqual(1_000);
    expect(done).toMatchObject({ done: 6 });
  });

  it('while a letter is in the hands of one operation, another gets none of it and is told so', async () => {
    await deadLetters(home, 'held', 4);
    const slow = await ask(api, bulk.REDRIVE, { filter: open('held'), perSecond: 1 });
    const refused = await refusal(api, bulk.DISCARD, { filter: open('held'), reason: 'x', expectedCount: 3 });
    expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('another bulk operation') });
    const aborted = await ask(api, bulk.ABORT, { id: slow.id });
    expect(aborted).toMatchObject({ status: 'ABORTED', finished: true, failed: 0 });
    expect(aborted.done).toBeLessThan(4);
    const left = 4 - aborted.done;
    expect(await runsOf(api, { operationId: slow.id })).toHaveLength(aborted.done);
    expect(await doAll(api, bulk.DISCARD, { filter: open('held'), reason: 'x' })).toMatchObject({
      total: left,
      done: left,
    });
    expect(await ask(api, bulk.ABORT, { id: slow.id })).toEqual(aborted);
  });
});

describe('discarding', () => {
  it('needs a reason, tells who and why in the timeline, and can be undone once', async () => {
    const letters = await deadLetters(home, 'discarded', 2);
    const before = await deadLettersOf(api);
    const filter = open('discarded');
    expect(await refusal(api, bulk.DISCARD, { filter, reason: '  ' })).toMatchObject({
      fields: { reason: expect.any(String) },
    });
    const done = await doAll(api, bulk.DISCARD, { filter, reason: 'the customer left', expectedCount: 2 });
    expect(done).toMatchObject({ action: 'DISCARD', done: 2, reason: 'the customer left' });
    expect(Date.parse(done.undoableUntil)).toBeGreaterThan(Date.now());
    expect(await deadLettersOf(api)).toBe(before - 2);
    const { run } = await api.must('query ($id: ID!) { run(id: $id) { deadLetter timeline { type message actor } } }', {
      id: letters[0],
    });
    expect(run.deadLetter).toBe('DISCARDED');
    expect(run.timeline.at(-1)).toMatchObject({
      type: 'RunDeadLetterDiscarded',
      message: 'Discarded: the customer left',
      actor: done.createdBy,
    });
    const audit = await api.must(
      '{ auditLog(filter: { actions: ["deadLetters.discarded"] }, first: 1) { nodes { reason target detail } } }',
    );
    expect(audit.auditLog.nodes[0]).toMatchObject({
      reason: 'the customer left',
      target: done.id,
      detail: { total: 2 },
    });

    const asked = await Promise.all([1, 2, 3].map(() => api.ask(bulk.UNDO, { id: done.id })));
    const begun = asked.flatMap((answer) => answer.data?.undoBulkOperation ?? []);
    expect(begun).toHaveLength(1);
    const undone = await ended(api, begun[0]?.id);
    expect(undone).toMatchObject({ action: 'RESTORE', undoOf: done.id, total: 2, done: 2, undoableUntil: null });
    expect((await runsOf(api, filter)).map((one) => one.id).sort()).toEqual(letters);
    expect(await deadLettersOf(api)).toBe(before);
    expect(await refusal(api, bulk.UNDO, { id: done.id })).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(undone.id),
    });
    expect(await refusal(api, bulk.UNDO, { id: undone.id })).toMatchObject({ code: 'CONFLICT' });
    expect(await doAll(api, bulk.REDRIVE, { filter })).toMatchObject({ done: 2 });
  });
});

describe('cancelling', () => {
  it('ends what waits, asks what runs to stop, and its undo makes new runs that wait for the same time', async () => {
    await createJob(api, { name: 'cancelled' });
    const { run: queued } = await enqueue(api, { job: 'cancelled', priority: 8 });
    const { run: planned } = await enqueue(api, { job: 'cancelled', delayMs: 3_600_000 });
    const { run: running } = await enqueue(api, { job: 'cancelled' });
    const { run: over } = await enqueue(api, { job: 'cancelled' });
    await home.worker.start(running.id);
    await home.worker.succeed(over.id);
    await eventually(
      api,
      'query ($id: ID!) { run(id: $id) { status } }',
      { id: over.id },
      ({ run }) => run.status === 'SUCCEEDED',
    );
    const filter = { jobs: ['cancelled'] };
    const done = await doAll(api, bulk.CANCEL, { filter, reason: 'wrong batch', expectedCount: 3 });
    expect(done).toMatchObject({ total: 3, done: 3, failed: 0 });
    for (const id of [queued.id, planned.id])
      expect(await runOf(api, id)).toMatchObject({ status: 'CANCELLED', cancelReason: 'wrong batch' });
    expect(await runOf(api, running.id)).toMatchObject({ status: 'RUNNING', cancelReason: 'wrong batch' });
    expect((await runsOf(api, { operationId: done.id })).map((one) => one.id).sort()).toEqual([
      queued.id,
      planned.id,
      running.id,
    ]);

    const undone = await doAll(api, bulk.UNDO, { id: done.id });
    expect(undone).toMatchObject({ action: 'RETRY', undoOf: done.id, total: 2, done: 2 });
    const again = await runsOf(api, { operationId: undone.id });
    expect(again.find((one) => one.retryOf === queued.id)).toMatchObject({ status: 'QUEUED', priority: 8 });
    const { run: waits } = await api.must('query ($id: ID!) { run(id: $id) { status dueAt } }', {
      id: again.find((one) => one.retryOf === planned.id)?.id,
    });
    expect(waits).toEqual({ status: 'SCHEDULED', dueAt: planned.dueAt });
  });
});

describe('retrying', () => {
  it('gives every ended run of the filter a new one', async () => {
    await createJob(api, { name: 'again' });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await enqueue(api, { job: 'again', input: { n } })).run.id);
    await home.worker.succeed(ids[0] ?? '');
    await home.worker.fail(ids[1] ?? '');
    await bulk.allDead(api, 'again', 1);
    const done = await doAll(api, bulk.RETRY, { filter: { jobs: ['again'] } });
    expect(done).toMatchObject({ total: 2, done: 2 });
    expect((await runsOf(api, { operationId: done.id })).map((run) => run.retryOf).sort()).toEqual(ids.slice(0, 2));
  });
});

describe('a key that is limited to one job', () => {
  it("cannot touch another's runs, nor see operations of others", async () => {
    const mine = await deadLetters(home, 'mine', 1);
    const theirs = await deadLetters(home, 'theirs', 1);
    const key = await keyFor('mine');
    const filter = { ids: [...mine, ...theirs] };
    expect(await ask(key, bulk.PREVIEW, { action: 'REDRIVE', filter })).toMatchObject({ count: 1 });
    const groups = await key.must('{ deadLetterGroups { nodes { job } } }');
    expect(groups.deadLetterGroups.nodes).toEqual([{ job: 'mine' }]);
    const done = await doAll(key, bulk.REDRIVE, { filter });
    expect(done).toMatchObject({ total: 1, done: 1 });
    expect(await runOf(api, theirs[0] ?? '')).toMatchObject({ deadLetter: 'OPEN' });
    const others = await ask(api, bulk.DISCARD, { filter: { ids: theirs }, reason: 'x' });
    expect(await refusal(key, `query ($id: ID!) { bulkOperation(id: $id) { id } }`, { id: others.id })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(key, bulk.UNDO, { id: others.id })).toMatchObject({ code: 'NOT_FOUND' });
    const seen = await key.must('{ bulkOperations { nodes { id } } }');
    expect(seen.bulkOperations.nodes).toEqual([{ id: done.id }]);
  });
});

describe('the groups of dead letters', () => {
  it('are the open ones by their mistake, the largest first, page by page', async () => {
    await createJob(api, { name: 'grouped' });
    const sizes = { big: 3, middle: 2, alike: 2, small: 1 };
    for (const [print, size] of Object.entries(sizes)) {
      for (let n = 0; n < size; n++) {
        const { run } = await enqueue(api, { job: 'grouped' });
        await home.worker.fail(run.id, undefined, undefined, { message: `${print} broke`, fingerprint: print });
      }
    }
    await bulk.allDead(api, 'grouped', 8);
    const seen: unknown[] = [];
    let after: string | undefined;
    do {
      const { deadLetterGroups } = await api.must(
        `query ($after: String) { deadLetterGroups(filter: { jobs: ["grouped"] }, first: 1, after: $after) {
          totalCount nodes { fingerprint message job count firstAt lastAt sample { id deadLetter } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      expect(deadLetterGroups.totalCount).toBe(4);
      seen.push(...deadLetterGroups.nodes);
      after = deadLetterGroups.pageInfo.hasNextPage ? deadLetterGroups.pageInfo.endCursor : undefined;
    } while (after);
    expect(seen).toMatchObject([
      { fingerprint: 'big', message: 'big broke', job: 'grouped', count: 3, sample: { deadLetter: 'OPEN' } },
      { fingerprint: 'alike', count: 2 },
      { fingerprint: 'middle', count: 2 },
      { fingerprint: 'small', count: 1 },
    ]);
    await doAll(api, bulk.DISCARD, { filter: { ...open('grouped'), fingerprints: ['big'] }, reason: 'x' });
    const { deadLetterGroups } = await api.must(
      '{ deadLetterGroups(filter: { jobs: ["grouped"] }) { nodes { fingerprint } } }',
    );
    expect(deadLetterGroups.nodes.map((group: { fingerprint: string }) => group.fingerprint)).toEqual([
      'alike',
      'middle',
      'small',
    ]);
  });
});

describe('the progress of an operation', () => {
  it('is told as it goes, from how it stands now to its end', async () => {
    await deadLetters(home, 'watched', 4);
    const { id } = await ask(api, bulk.REDRIVE, { filter: open('watched'), perSecond: 4 });
    const frames: { done: number; status: string }[] = [];
    for await (const { bulkOperationUpdates } of api.subscribe(
      'subscription ($id: ID) { bulkOperationUpdates(id: $id) { done status } }',
      { id },
    ))
      frames.push(bulkOperationUpdates);
    expect(frames.at(-1)).toEqual({ done: 4, status: 'FINISHED' });
    const counts = frames.map((frame) => frame.done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.some((done) => done > 0 && done < 4)).toBe(true);
    expect(await refusal(api, 'mutation { abortBulkOperation(id: "nonsense") { id } }')).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(api, bulk.ABORT, { id })).toMatchObject({ code: 'CONFLICT', currentStatus: 'FINISHED' });
  });
});

it('no more than twenty operations are under way at once', async () => {
  await deadLetters(home, 'many', 1);
  const { db } = home.house;
  await db.query(
    `insert into gateway.bulk_operations (id, action, status, total, options, created_by, created_at)
     select gen_random_uuid(), 'RESCHEDULE', 'RUNNING', 1, '{"stateSeq":0}', 'test', now() from generate_series(1, 20)`,
  );
  expect(await refusal(api, bulk.DISCARD, { filter: open('many'), reason: 'x' })).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('20 bulk operations'),
  });
  // They have no items, so they end by themselves.
  await eventually(api, '{ bulkOperations { nodes { finished } } }', {}, ({ bulkOperations }) =>
    bulkOperations.nodes.every((one: { finished: boolean }) => one.finished),
  );
});

it('what nobody but the fold can judge is judged by it: a letter that is not open is not redriven', async () => {
  const [letter = ''] = await deadLetters(home, 'judged', 1);
  const events = ['2', '3'].map((n) => ({
    type: 'RunDeadLetterRedriven' as const,
    runId: letter,
    by: `0193${n}c2e-7a10-7c7b-9a51-0d6c2f0f9a02`,
  }));
  await home.worker.log.record(controlSubject('default'), events);
  const data = await eventually(
    api,
    'query ($id: ID!) { run(id: $id) { deadLetter timeline { type message } } }',
    { id: letter },
    ({ run }) => run.deadLetter === 'REDRIVEN' && run.timeline.length === 5,
  );
  expect(data.run.timeline.at(-1).message).toContain('changed nothing');
});
