import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../system/api-client.js';
import { type DomainHouse, enqueue, refusal } from './domain-house.js';
import { hasStatus, openRunHouse } from './run-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openRunHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

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
    await hasStatus(home, bad.id, 'FAILED');
    await hasStatus(home, ok.id, 'SUCCEEDED');
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
