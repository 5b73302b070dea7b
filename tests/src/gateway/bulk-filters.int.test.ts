import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../system/api-client.js';
import * as bulk from './bulk-house.js';
import { ask, deadLetters, doAll, runOf, runsOf } from './bulk-house.js';
import { createJob, type DomainHouse, enqueue, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

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

  it('is previewed by status, with its newest five, and nothing is done', async () => {
    await createJob(api, { name: 'mixed' });
    const ids: string[] = [];
    for (const delayMs of [0, 0, 0, 0, 3_600_000, 3_600_000]) {
      ids.push((await enqueue(api, { job: 'mixed', delayMs })).run.id);
    }
    const filter = { jobs: ['mixed'] };
    const newest = ids.sort().reverse().slice(0, 5);
    expect(await ask(api, bulk.PREVIEW, { action: 'CANCEL', filter })).toMatchObject({
      count: 6,
      byStatus: [
        { value: 'QUEUED', count: 4 },
        { value: 'SCHEDULED', count: 2 },
      ],
      sample: newest.map((id) => ({ id })),
    });
    const states = (await runsOf(api, filter)).map(({ status }) => status);
    expect(states.sort()).toEqual([...Array(4).fill('QUEUED'), ...Array(2).fill('SCHEDULED')]);
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
