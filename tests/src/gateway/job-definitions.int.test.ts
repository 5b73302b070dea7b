import { createWorker, defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';
import { admin } from './server-process.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

const CREATE = 'mutation ($input: JobInput!) { createJob(input: $input) { name } }';
const UPDATE = `mutation ($name: String!, $input: JobUpdateInput!, $revision: Int) {
  updateJob(name: $name, input: $input, expectedRevision: $revision) { name title description queue priority revision tags enabled retry { maxAttempts backoff } timeout { softMs hardMs } spec } }`;

describe('jobs', () => {
  it('are created with defaults, changed field by field, and keep their revisions', async () => {
    const { createJob: made } = await api.must(
      `mutation { createJob(input: { name: "call", kind: HTTP, spec: { url: "http://127.0.0.1:9/x" }, retry: { maxAttempts: 5 } }) {
        name title kind queue priority retry { maxAttempts backoff initialDelayMs maxDelayMs factor jitter } timeout { softMs hardMs } limits { memoryMb rate { limit } }
        guarantee logLevel enabled tags revision createdAt updatedAt createdBy lastRun { id } nextRunAt successRate waiting active recentRuns { id } outcomes { runId } schedules { id } channels { id } } }`,
    );
    expect(made).toMatchObject({
      title: 'call',
      queue: 'default',
      priority: 5,
      retry: {
        maxAttempts: 5,
        backoff: 'EXPONENTIAL',
        initialDelayMs: 1000,
        maxDelayMs: 3_600_000,
        factor: 2,
        jitter: 'FULL',
      },
      timeout: { softMs: null, hardMs: 3_600_000 },
      limits: { memoryMb: null, rate: null },
      guarantee: 'AT_LEAST_ONCE',
      enabled: true,
      revision: 1,
      lastRun: null,
      nextRunAt: null,
      successRate: null,
      waiting: 0,
      active: 0,
      recentRuns: [],
    });
    const change = async (input: object, revision?: number) =>
      (await api.must(UPDATE, { name: 'call', input, revision })).updateJob;
    expect(await change({ title: 'Call', tags: ['a', 'b', 'a'], retry: { backoff: 'FIXED' } })).toMatchObject({
      title: 'Call',
      tags: ['a', 'b'],
      retry: { maxAttempts: 5, backoff: 'FIXED' },
      revision: 2,
    });
    expect(await change({ title: null, retry: { maxAttempts: null }, timeout: { softMs: 10 } }, 2)).toMatchObject({
      title: 'call',
      retry: { maxAttempts: 3, backoff: 'FIXED' },
      timeout: { softMs: 10, hardMs: 3_600_000 },
      tags: ['a', 'b'],
      revision: 3,
    });
    expect(await change({ retry: null, timeout: null, tags: null })).toMatchObject({
      retry: { maxAttempts: 3, backoff: 'EXPONENTIAL' },
      timeout: { softMs: null },
      tags: [],
      revision: 4,
    });
    expect(await refusal(api, UPDATE, { name: 'call', input: {}, revision: 2 })).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 4,
    });
    const { job } = await api.must('{ job(name: "call") { revisions(last: 2) { revision actor at definition } } }');
    expect(job.revisions.map((one: { revision: number }) => one.revision)).toEqual([3, 4]);
  });

  it('that a worker registered for an isolated handler can be edited and switched off', async () => {
    const limits = { memoryMb: 256, cpuSeconds: 30 };
    const handler = defineHandler('isolated', { title: 'In code', limits }, () => 1);
    const worker = createWorker({ nats: home.house.backing.natsUrl, logger: silent, handlers: [handler] });
    await worker.start();
    await worker.stop();
    const query = 'query ($name: String!) { job(name: $name) { title enabled limits { memoryMb cpuSeconds } } }';
    await eventually(api, query, { name: 'isolated' }, ({ job }) => job !== null);
    await api.must(UPDATE, { name: 'isolated', input: { enabled: false } });
    await api.must(UPDATE, { name: 'isolated', input: { title: 'By hand', limits: { concurrency: 3 } } });
    expect((await api.must(query, { name: 'isolated' })).job).toEqual({ title: 'By hand', enabled: false, limits });
    await api.must(UPDATE, { name: 'isolated', input: { enabled: true } });
  });

  it('whose secret was lost can be switched off and changed, and not on again before it is set', async () => {
    const set = 'mutation { setSecret(name: "gone", value: "a long enough value") { name } }';
    await api.must(set);
    await createJob(api, { name: 'lost', kind: 'SQL', spec: { connection: 'gone', query: 'select 1' } });
    await home.house.db.query(`delete from gateway.secrets where name = 'gone'`);
    await api.must(UPDATE, { name: 'lost', input: { enabled: false } });
    await api.must(UPDATE, { name: 'lost', input: { title: 'Lost' } });
    const missing = {
      code: 'BAD_USER_INPUT',
      fields: { 'spec.connection': expect.stringContaining('does not exist') },
    };
    expect(await refusal(api, UPDATE, { name: 'lost', input: { enabled: true } })).toMatchObject(missing);
    await api.must(set);
    expect((await api.must(UPDATE, { name: 'lost', input: { enabled: true } })).updateJob.enabled).toBe(true);
  });

  it('changed by many at once lose no change', async () => {
    await createJob(api, { name: 'contended' });
    const second = await home.house.start();
    const clients = [api, new ApiClient(second.url)] as const;
    await clients[1].signIn(admin.email, admin.password);
    const change = (n: number) =>
      clients[n % 2 ? 1 : 0].must(UPDATE, {
        name: 'contended',
        input: n % 3 ? { title: `t${n}` } : { priority: n + 1 },
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => change(n)));
    await second.stop();
    const { job } = await api.must('{ job(name: "contended") { revision } }');
    expect(job.revision).toBe(11);
  });

  it('are refused with every wrong field named', async () => {
    const wrong = {
      name: 'a b',
      kind: 'HTTP',
      spec: { url: 'http://169.254.169.254/latest', headres: {} },
      inputSchema: { type: 'nonsense' },
      priority: 0,
      queue: 'Not.A.Queue',
      retry: { maxAttempts: 101 },
      timeout: { softMs: 20, hardMs: 10 },
      limits: { concurrency: 0 },
      tags: Array.from({ length: 21 }, (_, n) => `t${n}`),
    };
    const { code, fields } = await refusal(api, CREATE, { input: wrong });
    expect(code).toBe('BAD_USER_INPUT');
    expect(Object.keys(fields ?? {}).sort()).toEqual([
      'inputSchema',
      'limits.concurrency',
      'name',
      'priority',
      'queue',
      'retry.maxAttempts',
      'spec.headres',
      'tags',
      'timeout.softMs',
    ]);
    const input = { name: 'x', kind: 'HTTP' };
    expect(
      (await refusal(api, CREATE, { input: { ...input, spec: { url: 'http://169.254.169.254/' } } })).fields,
    ).toEqual({ 'spec.url': expect.stringContaining('not a public address') });
    expect(
      (await refusal(api, CREATE, { input: { name: 'x', kind: 'SHELL', spec: { script: 'echo {{input.name}}' } } }))
        .fields,
    ).toEqual({ 'spec.script': expect.stringContaining('templates') });
    expect(await refusal(api, CREATE, { input: { name: 'x', kind: 'HANDLER', queue: 'nowhere' } })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(api, CREATE, { input: { name: 'call', kind: 'HANDLER' } })).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 4,
    });
    expect(await refusal(api, UPDATE, { name: 'nobody', input: {} })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are refused a method, a template and a default input that no run could use, made or changed, with the path', async () => {
    const spec = { url: 'http://127.0.0.1:9/x', method: 'FETCH', body: { a: ['{{inptu.x}}'] } };
    const inputSchema = { type: 'object', properties: { to: { type: 'string' } } };
    const wrong = { spec, inputSchema, defaultInput: { to: 5 } };
    const expected = {
      code: 'BAD_USER_INPUT',
      fields: {
        'spec.method': expect.stringContaining('must be one of GET'),
        'spec.body.a.0': expect.stringContaining('did you mean {{input.x}}?'),
        'defaultInput.to': 'must be string',
      },
    };
    expect(await refusal(api, CREATE, { input: { name: 'unusable', kind: 'HTTP', ...wrong } })).toMatchObject(expected);
    await createJob(api, {
      name: 'usable',
      kind: 'HTTP',
      inputSchema,
      spec: { ...spec, method: 'put', body: '{{input}}' },
    });
    expect(await refusal(api, UPDATE, { name: 'usable', input: wrong })).toMatchObject(expected);
  });

  it('may leave the host of a URL to a template', async () => {
    await api.must(CREATE, {
      input: {
        name: 'templated',
        kind: 'HTTP',
        spec: { url: 'https://{{input.host}}/x', headers: { 'x-a': '{{input.a}}' } },
      },
    });
  });

  it('are listed, sorted, filtered and paged, with their figures', async () => {
    for (const name of ['l1', 'l2', 'l3']) await createJob(api, { name, tags: ['listed'], priority: Number(name[1]) });
    const { run: ok } = await enqueue(api, { job: 'l2' });
    const { run: bad } = await enqueue(api, { job: 'l2' });
    const { run: waits } = await enqueue(api, { job: 'l3', delayMs: 60_000 });
    await home.worker.succeed(ok.id);
    await home.worker.fail(bad.id);
    const LIST = `query ($filter: JobFilter, $sort: JobSort, $first: Int, $after: String) { jobs(filter: $filter, sort: $sort, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { name successRate waiting active nextRunAt lastRun { id status } outcomes { status runId } recentRuns(first: 1) { id } } } }`;
    const filter = { tags: ['listed'] };
    await eventually(api, LIST, { filter }, ({ jobs }) => jobs.nodes[1].outcomes.length === 2);
    const names = async (variables: object) =>
      (await api.must(LIST, { filter, ...variables })).jobs.nodes.map((job: { name: string }) => job.name);
    const { jobs } = await api.must(LIST, { filter });
    expect(jobs.totalCount).toBe(3);
    expect(jobs.nodes[1]).toMatchObject({
      name: 'l2',
      successRate: 0.5,
      waiting: 0,
      lastRun: { id: bad.id, status: 'FAILED' },
      recentRuns: [{ id: bad.id }],
    });
    expect(jobs.nodes[2]).toMatchObject({ waiting: 1, nextRunAt: waits.dueAt });
    expect(await names({ sort: { by: 'PRIORITY', descending: true } })).toEqual(['l3', 'l2', 'l1']);
    expect(await names({ sort: { by: 'SUCCESS_RATE' } })).toEqual(['l2', 'l1', 'l3']);
    expect((await names({ sort: { by: 'LAST_RUN', descending: true } })).slice(0, 2)).toEqual(
      ['l2', 'l3'].sort((a) => (a === 'l2' ? -1 : 1)),
    );
    expect((await names({ sort: { by: 'NEXT_RUN' } }))[0]).toBe('l3');
    expect(await names({ filter: { ...filter, lastStatuses: ['FAILED'] } })).toEqual(['l2']);
    expect(await names({ filter: { ...filter, successRateBelow: 0.6 } })).toEqual(['l2']);
    expect(await names({ filter: { ...filter, search: 'L3' } })).toEqual(['l3']);
    for (const by of ['NAME', 'KIND', 'QUEUE', 'PRIORITY', 'LAST_RUN', 'NEXT_RUN', 'SUCCESS_RATE', 'UPDATED_AT']) {
      for (const descending of [true, false]) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const { nodes, pageInfo } = (await api.must(LIST, { filter, sort: { by, descending }, first: 1, after }))
            .jobs;
          seen.push(nodes[0].name);
          after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
        } while (after);
        expect([...seen].sort()).toEqual(['l1', 'l2', 'l3']);
      }
    }
    expect((await api.must('{ tags(prefix: "list") }')).tags).toEqual(['listed']);
  });

  it('sixty cards cost less than may be asked', async () => {
    const fields =
      'name title enabled successRate waiting active nextRunAt lastRun { id status createdAt } outcomes(last: 20) { runId status durationMs finishedAt }';
    await api.must(`{ jobs(first: 60) { nodes { ${fields} } } }`);
    await api.must(
      '{ runs(first: 50) { nodes { id job kind status queue attempt progress createdAt dueAt startedAt finishedAt durationMs waitMs revision error { message } jobDefinition { title } worker { host } } } }',
    );
    await api.must('{ queues { name depth active waitP95Ms workers } workers { id load } stats { total } }');
  });

  it('take their schedules with them when they are deleted', async () => {
    await createJob(api, { name: 'doomed' });
    const { createSchedule } = await api.must(
      'mutation { createSchedule(input: { job: "doomed", kind: CRON, cron: "0 9 * * *" }) { id nextFires } }',
    );
    expect(createSchedule.nextFires).toHaveLength(5);
    expect(await refusal(api, 'mutation { deleteJob(name: "doomed", expectedRevision: 7) }')).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 1,
    });
    expect((await api.must('mutation { deleteJob(name: "doomed") }')).deleteJob).toBe(true);
    const { schedule } = await api.must(
      'query ($id: ID!) { schedule(id: $id) { enabled disabledReason nextFires jobDefinition { name } } }',
      { id: createSchedule.id },
    );
    expect(schedule).toEqual({
      enabled: false,
      disabledReason: 'Job doomed was deleted',
      nextFires: [],
      jobDefinition: null,
    });
    expect(await refusal(api, '{ job(name: "doomed") { name } }')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(api, 'mutation { deleteJob(name: "doomed") }')).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('never give a revision twice, also not to another job that is made under the name of a deleted one', async () => {
    const schema = (title: string) => ({ inputSchema: { title } });
    await createJob(api, { name: 'phoenix', ...schema('first') });
    await api.must('mutation ($input: JobUpdateInput!) { updateJob(name: "phoenix", input: $input) { revision } }', {
      input: schema('second'),
    });
    for (const revision of [3, 4]) {
      await api.must('mutation { deleteJob(name: "phoenix") }');
      const made = await createJob(api, { name: 'phoenix', ...schema(`made as ${revision}`) });
      expect(made.createJob.revision).toBe(revision);
    }
    const { job } = await api.must('{ job(name: "phoenix") { revision revisions { revision } } }');
    expect(job.revisions.map(({ revision }: { revision: number }) => revision)).toEqual([1, 2, 3, 4]);
  });
});
