import {
  controlSubject,
  defaultRetryPolicy,
  flowMsgId,
  parseCommit,
  RUNS_STREAM,
  type RunEvent,
} from '@jobflow/contracts';
import { flowRunIds } from '@jobflow/domain';
import { createOrderedReader, newId } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent, until } from '../platform/backed.js';
import type { ApiClient, Loose } from '../system/api-client.js';
import { createJob, type DomainHouse, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
  await createJob(api, { name: 'noop' });
  await createJob(api, { name: 'asleep', enabled: false });
  await createJob(api, {
    name: 'strict',
    inputSchema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
  });
  await createJob(api, {
    name: 'fetch',
    kind: 'HTTP',
    spec: { url: 'https://example.com/{{parents.extract.result.id}}' },
  });
});
afterAll(() => home[Symbol.asyncDispose]());

const NODES = 'key dependsOn onDependencyFailure run { id status job flowId cancelReason dependsOn dependents }';
const FLOW = `id name status tags total done failed createdAt finishedAt createdBy nodes { ${NODES} }`;
const ENQUEUE = `mutation ($input: FlowInput!) { enqueueFlow(input: $input) { flowId duplicate position
  runs { key dependsOn onDependencyFailure run { id status job } } flow { id status total done } } }`;
const READ = `query ($id: ID!) { flow(id: $id) { ${FLOW} } }`;

const node = (key: string, dependsOn: string[] = [], more: Loose = {}) => {
  const { enqueue = {}, ...rest } = more;
  return { key, dependsOn, enqueue: { job: 'noop', ...enqueue }, ...rest };
};
const enqueueFlow = async (input: Loose): Promise<Loose> => (await api.must(ENQUEUE, { input })).enqueueFlow;
/** The flow as the read model has it, once it has caught up: with a thousand runs that may take longer than a query waits. */
async function read(id: string): Promise<Loose> {
  let flow: Loose = {};
  await until(
    async () => {
      const { data, errors } = await api.ask(READ, { id });
      if (errors?.[0]?.extensions.code === 'TIMEOUT') return false;
      if (!data?.flow) throw new Error(JSON.stringify(errors));
      flow = data.flow;
      return true;
    },
    `flow ${id} is in the read model`,
    30_000,
  );
  return flow;
}
const whenFlow = async (id: string, holds: (flow: Loose) => boolean): Promise<Loose> =>
  (await eventually(api, READ, { id }, ({ flow }) => holds(flow))).flow;
const idsOf = (made: Loose): Record<string, string> =>
  Object.fromEntries(made.runs.map((one: Loose) => [one.key, one.run.id]));
const statusesOf = (flow: Loose): Record<string, string> =>
  Object.fromEntries(flow.nodes.map((one: Loose) => [one.key, one.run.status]));
const stored = async () => (await home.house.link.jsm.streams.info(RUNS_STREAM)).state.messages;
const wrong = async (...nodes: Loose[]) => {
  const { code, fields } = await refusal(api, ENQUEUE, { input: { nodes } });
  expect(code).toBe('BAD_USER_INPUT');
  return fields;
};

/** Everything the log holds from a sequence on, message by message. */
async function logFrom(fromSeq: number, messages: number): Promise<RunEvent[][]> {
  const found: RunEvent[][] = [];
  const reader = createOrderedReader(home.house.link, {
    stream: RUNS_STREAM,
    fromSeq,
    logger: silent,
    async onBatch(batch) {
      for (const { data } of batch) {
        const parsed = parseCommit('run', data);
        if (parsed.ok) found.push(parsed.commit.events);
      }
    },
  });
  await reader.start();
  await until(() => found.length >= messages, `${messages} messages are read`);
  await reader.stop();
  return found;
}

describe('enqueueFlow', () => {
  it('makes all runs of a graph, roots queued and the others waiting, and the read model agrees', async () => {
    const made = await enqueueFlow({
      name: 'nightly',
      tags: ['etl', 'etl'],
      nodes: [
        node('load', ['extract', 'clean'], { onDependencyFailure: 'RUN' }),
        node('extract'),
        node('clean', ['extract']),
        node('later', [], { enqueue: { delayMs: 3_600_000 } }),
      ],
    });
    expect(made).toMatchObject({ duplicate: false, flow: { id: made.flowId, status: 'RUNNING', total: 4, done: 0 } });
    expect(made.runs.map(({ key, run }: Loose) => [key, run.status])).toEqual([
      ['load', 'BLOCKED'],
      ['extract', 'QUEUED'],
      ['clean', 'BLOCKED'],
      ['later', 'SCHEDULED'],
    ]);
    const ids = idsOf(made);
    const flow = await read(made.flowId);
    expect(flow).toMatchObject({ name: 'nightly', status: 'RUNNING', tags: ['etl'], total: 4, done: 0, failed: 0 });
    expect(
      flow.nodes.map(({ key, dependsOn, onDependencyFailure }: Loose) => ({ key, dependsOn, onDependencyFailure })),
    ).toEqual([
      { key: 'load', dependsOn: expect.arrayContaining(['extract', 'clean']), onDependencyFailure: 'RUN' },
      { key: 'extract', dependsOn: [], onDependencyFailure: 'CANCEL' },
      { key: 'clean', dependsOn: ['extract'], onDependencyFailure: 'CANCEL' },
      { key: 'later', dependsOn: [], onDependencyFailure: 'CANCEL' },
    ]);
    const [, extract, clean] = flow.nodes;
    expect(extract.run).toMatchObject({ flowId: made.flowId, dependsOn: [], dependents: [ids.load, ids.clean] });
    expect(clean.run).toMatchObject({ dependsOn: [ids.extract], dependents: [ids.load] });
  });

  it('stands in the log as one unit: the flow first, each queued run alone, planned ones together', async () => {
    const before = await stored();
    await enqueueFlow({ nodes: [node('a'), node('b', ['a']), node('c', ['a']), node('d')] });
    expect(await stored()).toBe(before + 4);
    const [created, planned, ...queued] = await logFrom(before + 1, 4);
    expect(created?.map(({ type }) => type)).toEqual(['FlowCreated']);
    expect(planned?.map(({ type }) => type)).toEqual(['RunPlanned', 'RunPlanned']);
    expect(queued.map((events) => events.map(({ type }) => type))).toEqual([['RunQueued'], ['RunQueued']]);
  });

  it('takes 1,000 nodes, also when each is a root', async () => {
    const roots = Array.from({ length: 1000 }, (_, n) => node(`n${n}`));
    const made = await enqueueFlow({ nodes: roots });
    expect(made.runs).toHaveLength(1000);
    const statuses = Object.values(statusesOf(await read(made.flowId)));
    expect(statuses.filter((status) => status === 'QUEUED').length).toBeGreaterThanOrEqual(999);
    const chain = Array.from({ length: 1000 }, (_, n) => node(`n${n}`, n > 0 ? [`n${n - 1}`] : []));
    expect((await enqueueFlow({ nodes: chain })).runs).toHaveLength(1000);
    expect((await refusal(api, ENQUEUE, { input: { nodes: [...roots, node('one-too-many')] } })).code).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('refuses what cannot be carried out, by path, and leaves nothing in the log', async () => {
    const before = await stored();
    expect(await wrong()).toEqual({ nodes: 'must have 1 to 1000 items' });
    expect(await wrong(node('a', ['b']), node('b', ['c']), node('c', ['a']))).toEqual({
      'nodes.0.dependsOn': 'is part of a cycle, in which each waits for the next: a → b → c → a',
    });
    expect(await wrong(node('a', ['nowhere']), node('a'), node('no key!'))).toMatchObject({
      'nodes.0.dependsOn.0': 'there is no node "nowhere" in this flow',
      'nodes.1.key': 'is the key of nodes.0 as well',
      'nodes.2.key': expect.stringContaining('letters'),
    });
    expect(await wrong(node('a', [], { enqueue: { idempotencyKey: 'k', uniqueKey: 'u' } }))).toMatchObject({
      'nodes.0.enqueue.idempotencyKey': expect.stringContaining('whole flow'),
      'nodes.0.enqueue.uniqueKey': expect.stringContaining('cannot be given'),
    });
    expect(await wrong(node('a', [], { enqueue: { priority: 11, delayMs: -1 } }))).toMatchObject({
      'nodes.0.enqueue.priority': expect.any(String),
      'nodes.0.enqueue.delayMs': expect.any(String),
    });
    expect(await wrong(node('a', [], { enqueue: { job: 'strict', input: { n: 'x' } } }))).toMatchObject({
      'nodes.0.enqueue.input.n': expect.any(String),
    });
    const unknown = { input: { nodes: [node('a', [], { enqueue: { job: 'gone' } })] } };
    expect(await refusal(api, ENQUEUE, unknown)).toMatchObject({ code: 'NOT_FOUND' });
    const asleep = { input: { nodes: [node('a'), node('b', ['a'], { enqueue: { job: 'asleep' } })] } };
    expect(await refusal(api, ENQUEUE, asleep)).toMatchObject({ code: 'CONFLICT' });
    const bad = { name: 'x'.repeat(201), tags: ['y'.repeat(65)], callbackUrl: 'http://10.0.0.1/', nodes: [node('a')] };
    const { fields } = await refusal(api, ENQUEUE, { input: bad });
    expect(Object.keys(fields ?? {}).sort()).toEqual(['callbackUrl', 'name', 'tags.0']);
    expect(await stored()).toBe(before);
  });

  it('refuses templates over what a node does not depend on, in its input and in its job', async () => {
    const input = { n: '{{parents.extract.result.n}}' };
    expect(await wrong(node('extract'), node('b', [], { enqueue: { input } }))).toEqual({
      'nodes.1.enqueue.input': 'holds {{parents.extract.result.n}}, but the node does not depend on "extract"',
    });
    expect(await wrong(node('extract'), node('b', [], { enqueue: { job: 'fetch' } }))).toEqual({
      'nodes.1.enqueue.job': 'its spec holds {{parents.extract.result.id}}, but the node does not depend on "extract"',
    });
    expect(await wrong(node('a'), node('b', ['a'], { enqueue: { input: '{{parents.a.output}}' } }))).toEqual({
      'nodes.1.enqueue.input': expect.stringContaining('one of runId, status, result, error'),
    });
    const templated = node('b', ['extract'], { enqueue: { job: 'strict', input } });
    expect((await enqueueFlow({ nodes: [node('extract'), templated] })).duplicate).toBe(false);
  });

  it('of the same key and content is the same flow; with other content it is refused', async () => {
    const input = { idempotencyKey: 'flow-1', nodes: [node('a'), node('b', ['a'])] };
    const made = await enqueueFlow(input);
    const before = await stored();
    const again = await enqueueFlow(input);
    expect(again).toMatchObject({ flowId: made.flowId, duplicate: true });
    expect(idsOf(again)).toEqual(idsOf(made));
    expect(await stored()).toBe(before);
    const other = { ...input, nodes: [node('a'), node('c', ['a'])] };
    expect(await refusal(api, ENQUEUE, { input: other })).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    const { idempotencyKey, ...keyless } = input;
    const byHeader = await api.ask(ENQUEUE, { input: keyless }, { 'idempotency-key': idempotencyKey });
    expect(byHeader.data?.enqueueFlow).toMatchObject({ flowId: made.flowId, duplicate: true });
    const both = await refusal(api, ENQUEUE, { input }, { 'idempotency-key': 'another' });
    expect(both.fields).toHaveProperty('idempotencyKey');
  });

  it('shows all its nodes, also when the projector is just between the flow and its runs', async () => {
    const { log } = home.worker;
    const { db } = home.house;
    const id = newId();
    const createdAt = Date.now();
    const [runId = ''] = flowRunIds(id, 1);
    const subject = controlSubject('default');
    const nodes = [{ key: 'a', runId, job: 'noop' }];
    await log.append({
      messages: [{ subject, events: [{ type: 'FlowCreated', id, queue: 'default', createdAt, nodes }] }],
    });
    await until(
      async () => (await db.query('select 1 from read.flows where id = $1', [id])).length > 0,
      'it is folded',
    );

    const fresh = await home.signedIn();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const holding = db.tx(async (tx) => {
      await tx.query('lock table read.checkpoint in exclusive mode');
      isLocked();
      await released;
    });
    await locked;
    const retry = { ...defaultRetryPolicy, maxAttempts: 1 };
    const head = { id: runId, job: 'noop', jobRevision: 1, kind: 'HANDLER', queue: 'default', priority: 5 } as const;
    const run = { ...head, retry, timeout: {}, createdAt, flow: { id, key: 'a' } };
    await log.append({ messages: [{ subject, events: [{ type: 'RunPlanned', run, dueAt: createdAt + 3_600_000 }] }] });
    const since = Date.now();
    const answer = fresh.must(READ, { id });
    // Its connection tells what it asked last: the runs of the nodes, which are not there yet.
    const asked = `select 1 from pg_stat_activity where pid <> pg_backend_pid() and query like 'select id, job%from read.runs where id = any%'
      and query_start > to_timestamp($1 / 1000.0)`;
    const looked = until(async () => (await db.query(asked, [since])).length > 0, 'it looked for the runs', 1_000);
    await looked.catch(() => undefined);
    release();
    await holding;
    expect(statusesOf((await answer).flow)).toEqual({ a: 'SCHEDULED' });
  });

  it('at the same time under one key makes one flow', async () => {
    const input = { idempotencyKey: 'flow-2', nodes: [node('a'), node('b', ['a'])] };
    const made = await Promise.all(Array.from({ length: 5 }, () => enqueueFlow(input)));
    expect(new Set(made.map(({ flowId }) => flowId)).size).toBe(1);
    await read(made[0]?.flowId);
    const rows = await home.house.db.query('select id from read.runs where flow_id = $1', [made[0]?.flowId]);
    expect(rows).toHaveLength(2);
  });

  it('whose key was taken by a gateway that never appended it is made under the same ids', async () => {
    const input = { idempotencyKey: 'flow-3', nodes: [node('a'), node('b', ['a'])] };
    const made = await enqueueFlow(input);
    await read(made.flowId);
    // As if it had never reached the log, although the key is taken.
    for (const table of ['flows where id', 'flow_nodes where flow_id', 'runs where flow_id'])
      await home.house.db.query(`delete from read.${table} = $1`, [made.flowId]);
    const again = await enqueueFlow(input);
    expect(again).toMatchObject({ flowId: made.flowId, duplicate: true });
    expect(idsOf(again)).toEqual(idsOf(made));
    expect(flowMsgId(again.flowId)).toBe(`${made.flowId}:flow`);
  });

  it('is for keys that may use all of its jobs', async () => {
    const { createApiKey } = await api.must(
      'mutation { createApiKey(name: "narrow", role: USER, jobs: ["noop"]) { secret } }',
    );
    const narrow = await home.signedIn();
    narrow.useToken(createApiKey.secret);
    const mixed = { nodes: [node('a'), node('b', ['a'], { enqueue: { job: 'strict', input: { n: 1 } } })] };
    expect(await refusal(narrow, ENQUEUE, { input: mixed })).toMatchObject({ code: 'FORBIDDEN' });
    const made = await enqueueFlow(mixed);
    await read(made.flowId);
    expect(await refusal(narrow, READ, { id: made.flowId })).toMatchObject({ code: 'NOT_FOUND' });
    const { flows } = await narrow.must('{ flows { nodes { id } } }');
    expect(flows.nodes.map(({ id }: Loose) => id)).not.toContain(made.flowId);
    expect(flows.nodes.length).toBeGreaterThan(0);
  });
});

describe('the end of a run', () => {
  it('lets go what waited for it, says why others are cancelled, and in the end what became of the flow', async () => {
    const made = await enqueueFlow({
      nodes: [
        node('a'),
        node('b', ['a']),
        node('bad'),
        node('c', ['bad']),
        node('d', ['c']),
        node('e', ['d', 'b'], { onDependencyFailure: 'RUN' }),
      ],
    });
    const ids = idsOf(made);
    const why = async (id: string) =>
      (await api.must('query ($id: ID!) { run(id: $id) { whyNotRunning { code message target } } }', { id })).run
        .whyNotRunning;
    await read(made.flowId);
    expect(await why(ids.e ?? '')).toEqual([
      { code: 'PARENTS', message: 'It waits for 2 runs to end: b, d', target: ids.b },
    ]);
    await home.worker.succeed(ids.a ?? '', { rows: 3 });
    await home.worker.fail(ids.bad ?? '');
    const flow = await whenFlow(made.flowId, ({ done }) => done === 4);
    expect(flow).toMatchObject({ status: 'RUNNING', failed: 1 });
    expect(statusesOf(flow)).toEqual({
      a: 'SUCCEEDED',
      b: 'SCHEDULED',
      bad: 'FAILED',
      c: 'CANCELLED',
      d: 'CANCELLED',
      e: 'BLOCKED',
    });
    const reasonOf = (key: string) => flow.nodes.find((one: Loose) => one.key === key).run.cancelReason;
    expect(reasonOf('c')).toBe(`It depends on bad (run ${ids.bad}), which failed`);
    expect(reasonOf('d')).toBe(`It depends on c (run ${ids.c}), which was cancelled`);
    expect(await why(ids.e ?? '')).toMatchObject([{ message: 'It waits for b to end', target: ids.b }]);
    const { run } = await api.must(
      'query ($id: ID!) { run(id: $id) { timeline { type message actor } timelineCount } }',
      {
        id: ids.b,
      },
    );
    expect(run.timeline).toMatchObject([
      { type: 'RunPlanned', message: expect.stringContaining('once the runs it depends on have ended') },
      { type: 'RunReleased', actor: 'system:flow', message: 'Nothing it depends on is left to wait for' },
    ]);
    expect(run.timelineCount).toBe(2);
  });
});

describe('cancelFlow', () => {
  const CANCEL = `mutation ($id: ID!, $reason: String) { cancelFlow(id: $id, reason: $reason) { ${FLOW} } }`;

  it('cancels what waits, asks what runs to stop, and answers with what became of it', async () => {
    const made = await enqueueFlow({
      nodes: [node('a'), node('b', ['a']), node('c', ['b'], { onDependencyFailure: 'RUN' }), node('q')],
    });
    const ids = idsOf(made);
    await home.worker.start(ids.a ?? '');
    const { cancelFlow } = await api.must(CANCEL, { id: made.flowId, reason: 'not today' });
    expect(statusesOf(cancelFlow)).toEqual({ a: 'RUNNING', b: 'CANCELLED', c: 'CANCELLED', q: 'CANCELLED' });
    expect(cancelFlow).toMatchObject({ status: 'RUNNING', done: 3 });
    expect(cancelFlow.nodes[1].run.cancelReason).toBe('not today');
    expect((await api.must(CANCEL, { id: made.flowId })).cancelFlow.status).toBe('RUNNING');
    await home.worker.cancelled(ids.a ?? '');
    const over = await whenFlow(made.flowId, ({ status }) => status !== 'RUNNING');
    expect(over).toMatchObject({ status: 'CANCELLED', done: 4, failed: 0, finishedAt: expect.any(String) });
    expect((await api.must(CANCEL, { id: made.flowId })).cancelFlow.status).toBe('CANCELLED');
  });

  it('is refused for a flow that has ended otherwise, and for one that is not there', async () => {
    const made = await enqueueFlow({ nodes: [node('a')] });
    await home.worker.succeed(idsOf(made).a ?? '');
    await whenFlow(made.flowId, ({ status }) => status === 'SUCCEEDED');
    expect(await refusal(api, CANCEL, { id: made.flowId })).toMatchObject({
      code: 'CONFLICT',
      currentStatus: 'SUCCEEDED',
    });
    expect(await refusal(api, CANCEL, { id: '01936c2e-7a10-7c7b-9a51-0d6c2f0f9c01' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(api, CANCEL, { id: 'nonsense' })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(api, CANCEL, { id: made.flowId, reason: 'x'.repeat(1001) })).toMatchObject({
      fields: { reason: expect.any(String) },
    });
  });
});

describe('retryFlow', () => {
  const RETRY = `mutation ($id: ID!) { retryFlow(id: $id) { ${FLOW} } }`;

  it('lets what failed and what it cancelled run again, in the same flow, once for each command', async () => {
    const made = await enqueueFlow({ nodes: [node('a'), node('b', ['a']), node('c', ['b'])] });
    const ids = idsOf(made);
    expect(await refusal(api, RETRY, { id: made.flowId })).toMatchObject({
      code: 'CONFLICT',
      currentStatus: 'RUNNING',
    });
    await home.worker.succeed(ids.a ?? '');
    await whenFlow(made.flowId, ({ done }) => done === 1);
    await api.must('mutation ($id: ID!) { cancelRun(id: $id) { status } }', { id: ids.b });
    await whenFlow(made.flowId, ({ status }) => status === 'FAILED');
    const answers = await Promise.all([1, 2, 3].map(() => api.ask(RETRY, { id: made.flowId })));
    const flow = answers.find(({ data }) => data?.retryFlow)?.data?.retryFlow;
    expect(flow).toMatchObject({ id: made.flowId, status: 'RUNNING', done: 1, finishedAt: null });
    expect(statusesOf(flow)).toEqual({ a: 'SUCCEEDED', b: 'SCHEDULED', c: 'BLOCKED' });
    const rows = await home.house.db.query('select retries from read.flows where id = $1', [made.flowId]);
    expect(rows).toEqual([{ retries: 1 }]);
    const { run } = await api.must(
      'query ($id: ID!) { run(id: $id) { attempt error { message } timeline { type } } }',
      { id: ids.b },
    );
    expect(run).toMatchObject({ attempt: 0, error: null });
    expect(run.timeline.filter(({ type }: Loose) => type === 'RunRestarted')).toHaveLength(1);
  });

  it('is refused when nothing failed, and when all that did not succeed has expired', async () => {
    const good = await enqueueFlow({ nodes: [node('a')] });
    await home.worker.succeed(idsOf(good).a ?? '');
    await whenFlow(good.flowId, ({ status }) => status === 'SUCCEEDED');
    expect(await refusal(api, RETRY, { id: good.flowId })).toMatchObject({
      code: 'CONFLICT',
      currentStatus: 'SUCCEEDED',
    });
    const expiresAt = new Date(Date.now() + 300).toISOString();
    const late = await enqueueFlow({ nodes: [node('a', [], { enqueue: { expiresAt } }), node('b', ['a'])] });
    await until(() => Date.now() > Date.parse(expiresAt), 'its time has passed');
    await home.worker.expire(idsOf(late).a ?? '');
    await whenFlow(late.flowId, ({ status, failed }) => status === 'FAILED' && failed === 1);
    expect(await refusal(api, RETRY, { id: late.flowId })).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('expired'),
    });
  });
});

describe('flows', () => {
  const LIST =
    'query ($filter: FlowFilter, $first: Int, $after: String) { flows(filter: $filter, first: $first, after: $after) { totalCount nodes { id name } pageInfo { hasNextPage endCursor } } }';

  it('are listed newest first, by the page, under every filter', async () => {
    const tags = ['listed'];
    const made: string[] = [];
    for (const name of ['alpha one', 'alpha two', 'beta'])
      made.push((await enqueueFlow({ name, tags, nodes: [node('a')] })).flowId);
    await read(made.at(-1) ?? '');
    const ids = async (filter: Loose) =>
      (await api.must(LIST, { filter })).flows.nodes.map(({ id }: Loose) => made.indexOf(id));
    expect(await ids({ tags })).toEqual([2, 1, 0]);
    expect(await ids({ tags, name: 'ALPHA' })).toEqual([1, 0]);
    expect(await ids({ ids: [made[0], 'nonsense'] })).toEqual([0]);
    expect(await ids({ tags, statuses: ['FAILED'] })).toEqual([]);
    expect(await ids({ tags, statuses: ['RUNNING', 'FAILED'] })).toHaveLength(3);
    expect(await ids({ tags, createdAfter: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
    expect(await ids({ tags, createdBefore: new Date(Date.now() + 60_000).toISOString() })).toHaveLength(3);
    const first = (await api.must(LIST, { filter: { tags }, first: 2 })).flows;
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const second = (await api.must(LIST, { filter: { tags }, first: 2, after: first.pageInfo.endCursor })).flows;
    expect(second.nodes.map(({ id }: Loose) => id)).toEqual([made[0]]);
    expect(await refusal(api, LIST, { after: 'nonsense' })).toMatchObject({ fields: { after: expect.any(String) } });
    expect(await refusal(api, LIST, { first: 201 })).toMatchObject({ fields: { first: expect.any(String) } });
  });

  it('give their runs to lists and live updates, and refuse what would be too much in one answer', async () => {
    const made = await enqueueFlow({ nodes: [node('a'), node('b', ['a'])] });
    await read(made.flowId);
    const RUNS = 'query ($filter: RunFilter) { runs(filter: $filter) { position nodes { id flow { id name } } } }';
    const { runs } = await api.must(RUNS, { filter: { flowId: made.flowId } });
    expect(runs.nodes.map(({ id }: Loose) => id).sort()).toEqual(Object.values(idsOf(made)).sort());
    expect(runs.nodes[0].flow).toEqual({ id: made.flowId, name: null });
    expect(await refusal(api, RUNS, { filter: { flowId: 'x' } })).toMatchObject({
      fields: { 'filter.flowId': expect.any(String) },
    });
    const frames = api.subscribe(
      'subscription ($filter: RunFilter, $after: String) { runUpdates(filter: $filter, after: $after) { runs { id status } } }',
      { filter: { flowId: made.flowId }, after: runs.position },
    );
    await home.worker.succeed(idsOf(made).a ?? '');
    const seen: string[] = [];
    for await (const { runUpdates } of frames) {
      for (const { status } of runUpdates.runs) seen.push(status);
      if (seen.includes('SUCCEEDED') && seen.includes('SCHEDULED')) break;
    }
    const many = await enqueueFlow({ nodes: Array.from({ length: 101 }, (_, n) => node(`n${n}`)) });
    const heavy = 'query ($id: ID!) { flow(id: $id) { nodes { run { result } } } }';
    expect(await refusal(api, heavy, { id: many.flowId })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
