import { controlSubject } from '@jobflow/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../system/api-client.js';
import * as bulk from './bulk-house.js';
import { ask, deadLetters, deadLettersOf, doAll, ended, openLetters, runOf, runsOf } from './bulk-house.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('redriving', () => {
  it('gives each open dead letter one new run with fresh attempts, linked both ways, and closes the letter', async () => {
    const before = await deadLettersOf(api).catch(() => 0);
    const letters = await deadLetters(home, 'redriven', 3);
    expect(await deadLettersOf(api)).toBe(before + 3);
    const { updateJob } = await api.must(
      'mutation { updateJob(name: "redriven", input: { retry: { maxAttempts: 7 } }) { revision } }',
    );
    const done = await doAll(api, bulk.REDRIVE, { filter: openLetters('redriven'), expectedCount: 3 });
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
    for (const filter of [openLetters('redriven'), { jobs: ['redriven'] }]) {
      expect((await doAll(api, bulk.REDRIVE, { filter })).total).toBe(0);
    }

    // The new run may end as a dead letter again, and be redriven again.
    await home.worker.fail(made[0]?.id);
    await bulk.allDead(api, 'redriven', 1);
    expect(await doAll(api, bulk.REDRIVE, { filter: openLetters('redriven') })).toMatchObject({ total: 1, done: 1 });
  });

  it('merges a patch into each input, or replaces it, and never both', async () => {
    await deadLetters(home, 'patched', 2, (n) => ({ n, gone: true, deep: { a: 1 } }));
    const filter = openLetters('patched');
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
    const done = await doAll(api, bulk.REDRIVE, { filter: openLetters('checked') });
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
    expect(await doAll(api, bulk.REDRIVE, { filter: openLetters('checked') })).toMatchObject({
      failed: 2,
      failures: [{ code: 'CONFLICT' }, { code: 'CONFLICT' }],
    });
  });

  it('of the same letters, twice at once, makes one run for each', async () => {
    const letters = await deadLetters(home, 'raced', 20);
    const other = await home.house.start();
    const twin = new ApiClient(other.url);
    await twin.signIn('admin@example.com', 'correct horse battery');
    const begun = await Promise.all([api, twin].map((one) => ask(one, bulk.REDRIVE, { filter: openLetters('raced') })));
    const done = await Promise.all(begun.map(({ id }) => ended(api, id)));
    expect(done[0]?.total + done[1]?.total).toBe(20);
    const made = (await runsOf(api, { jobs: ['raced'] })).filter((run) => run.retryOf);
    expect(made.map((run) => run.retryOf).sort()).toEqual(letters);
  });

  it('goes no faster than it is told to', async () => {
    await deadLetters(home, 'throttled', 6);
    const started = Date.now();
    expect(await refusal(api, bulk.REDRIVE, { filter: openLetters('throttled'), perSecond: 0 })).toMatchObject({
      fields: { perSecond: expect.any(String) },
    });
    const done = await doAll(api, bulk.REDRIVE, { filter: openLetters('throttled'), perSecond: 4 });
    // Two at a time, so the third pair may not begin before one second is over.
    expect(Date.parse(done.finishedAt) - started).toBeGreaterThanOrEqual(1_000);
    expect(done).toMatchObject({ done: 6 });
  });

  it('while a letter is in the hands of one operation, another gets none of it and is told so', async () => {
    await deadLetters(home, 'held', 4);
    const slow = await ask(api, bulk.REDRIVE, { filter: openLetters('held'), perSecond: 1 });
    const refused = await refusal(api, bulk.DISCARD, { filter: openLetters('held'), reason: 'x', expectedCount: 3 });
    expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('another bulk operation') });
    const aborted = await ask(api, bulk.ABORT, { id: slow.id });
    expect(aborted).toMatchObject({ status: 'ABORTED', finished: true, failed: 0 });
    expect(aborted.done).toBeLessThan(4);
    const left = 4 - aborted.done;
    expect(await runsOf(api, { operationId: slow.id })).toHaveLength(aborted.done);
    expect(await doAll(api, bulk.DISCARD, { filter: openLetters('held'), reason: 'x' })).toMatchObject({
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
    const filter = openLetters('discarded');
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
    await doAll(api, bulk.DISCARD, { filter: { ...openLetters('grouped'), fingerprints: ['big'] }, reason: 'x' });
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
