import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@jobflow/sdk/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient, type Loose } from '../system/api-client.js';
import { startLocalServer } from '../system/local-server.js';
import { type RunningPlatform, startPlatformProcess } from '../system/running-platform.js';

let dir: string;
let gate: string;
let platform: RunningPlatform;
let api: ApiClient;
let server: Awaited<ReturnType<typeof startLocalServer>>;

const handlers = () => `
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from ${JSON.stringify(new URL('../../../packages/sdk/dist/index.js', import.meta.url).href)};
const once = { retry: { maxAttempts: 1 } };
export const echo = defineHandler('echo', once, async ({ input }) => input);
export const text = defineHandler('text', once, async ({ input }) => 'x'.repeat(input.length));
const countable = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } };
export const counted = defineHandler('counted', { ...once, input: countable }, async ({ input }) => input);
export const gated = defineHandler('gated', once, async () => {
  if (!existsSync(${JSON.stringify(gate)})) throw new Error('the gate is shut');
  return { open: true };
});
const again = { retry: { maxAttempts: 2, initialDelayMs: 10, jitter: 'NONE' } };
export const traced = defineHandler('traced', again, async ({ attempt, traceparent }) => {
  if (attempt === 1) throw new Error('not yet');
  return { attempt, traceparent };
});
export const held = defineHandler('held', once, async ({ signal }) => {
  await wait(60_000, undefined, { signal });
});
`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-flows-'));
  gate = join(dir, 'gate');
  const handlersDir = await mkdtemp(join(dir, 'handlers-'));
  await writeFile(join(handlersDir, 'flows.mjs'), handlers());
  server = await startLocalServer(({ path }) => ({ body: { path, rows: [1, 2, 3] } }));
  platform = await startPlatformProcess({ args: ['--handlers', handlersDir] });
  api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
  const jobs = [
    { name: 'extract', kind: 'HTTP', spec: { url: `${server.url}/extract` } },
    {
      name: 'load',
      kind: 'HTTP',
      spec: {
        method: 'POST',
        url: `${server.url}/load/{{parents.extract.runId}}`,
        body: {
          rows: '{{parents.extract.result.body.rows}}',
          status: '{{parents.extract.status}}',
          note: '{{input.note}}',
        },
      },
    },
    {
      name: 'wanting',
      kind: 'HTTP',
      spec: { url: `${server.url}/{{parents.extract.result.body.nothing}}` },
      retry: { maxAttempts: 3 },
    },
  ];
  for (const input of jobs)
    await api.must('mutation ($input: JobInput!) { createJob(input: $input) { name } }', { input });
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const node = (key: string, job: string, dependsOn: string[] = [], more: Loose = {}) => {
  const { input, ...rest } = more;
  return { key, dependsOn, enqueue: { job, ...(input !== undefined && { input }) }, ...rest };
};
const enqueueFlow = async (input: Loose): Promise<Loose> =>
  (
    await api.must('mutation ($input: FlowInput!) { enqueueFlow(input: $input) { flowId runs { key run { id } } } }', {
      input,
    })
  ).enqueueFlow;
const READ = `query ($id: ID!) { flow(id: $id) { status done failed total
  nodes { key run { id status input result attempt cancelReason error { code message retryable } } } } }`;
const read = async (id: string): Promise<Loose> => {
  const { flow } = await api.must(READ, { id });
  return { ...flow, of: Object.fromEntries(flow.nodes.map(({ key, run }: Loose) => [key, run])) };
};
async function ended(id: string): Promise<Loose> {
  let flow = await read(id);
  await until(
    async () => {
      flow = await read(id);
      return flow.status !== 'RUNNING';
    },
    `flow ${id} has ended`,
    20_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(flow)}`);
  });
  return flow;
}

describe('a flow on a whole platform', () => {
  it("carries results from run to run: in a handler's input, and in the spec of an HTTP job", async () => {
    const made = await enqueueFlow({
      nodes: [
        node('extract', 'extract'),
        node('count', 'echo', ['extract'], {
          input: { rows: '{{parents.extract.result.body.rows}}', secret: '{{secrets.x}}' },
        }),
        node('load', 'load', ['extract', 'count'], { input: { note: 'first is {{parents.count.result.rows[0]}}' } }),
      ],
    });
    const flow = await ended(made.flowId);
    expect(flow).toMatchObject({ status: 'SUCCEEDED', done: 3, failed: 0 });
    expect(flow.of.count).toMatchObject({
      input: { rows: [1, 2, 3], secret: '{{secrets.x}}' },
      result: { rows: [1, 2, 3] },
    });
    const call = await server.next(({ path }) => path === `/load/${flow.of.extract.id}`);
    expect(JSON.parse(call.body)).toEqual({ rows: [1, 2, 3], status: 'SUCCEEDED', note: 'first is 1' });
  });

  it('fails a run whose templates lead nowhere or to too much, at once and with the reason', async () => {
    const long = { length: 200_000 };
    const made = await enqueueFlow({
      nodes: [
        node('extract', 'extract'),
        node('lost', 'echo', ['extract'], { input: '{{parents.extract.result.body.nothing}}' }),
        node('below', 'echo', ['lost']),
        node('wanting', 'wanting', ['extract']),
        node('a', 'text', [], { input: long }),
        node('b', 'text', [], { input: long }),
        node('sum', 'echo', ['a', 'b'], { input: ['{{parents.a.result}}', '{{parents.b.result}}'] }),
      ],
    });
    const flow = await ended(made.flowId);
    expect(flow).toMatchObject({ status: 'FAILED', failed: 3, done: 7 });
    expect(flow.of.lost).toMatchObject({
      status: 'FAILED',
      attempt: 0,
      error: {
        code: 'TEMPLATE',
        retryable: false,
        message: expect.stringContaining('{{parents.extract.result.body.nothing}} does not exist'),
      },
    });
    expect(flow.of.below.cancelReason).toContain('It depends on lost');
    expect(flow.of.wanting).toMatchObject({ status: 'FAILED', attempt: 1, error: { code: 'TEMPLATE' } });
    expect(flow.of.sum).toMatchObject({ status: 'FAILED', error: { code: 'TEMPLATE_TOO_LARGE' } });
  });

  it("holds an input to its job's schema once its templates are filled", async () => {
    const made = await enqueueFlow({
      nodes: [
        node('extract', 'extract'),
        node('right', 'counted', ['extract'], { input: { n: '{{parents.extract.result.body.rows[1]}}' } }),
        node('wrong', 'counted', ['extract'], { input: { n: '{{parents.extract.result.body.path}}' } }),
        node('below', 'echo', ['wrong']),
        node('free', 'echo', ['extract'], { input: { n: '{{parents.extract.result.body.path}}' } }),
      ],
    });
    const flow = await ended(made.flowId);
    expect(flow.of.right).toMatchObject({ status: 'SUCCEEDED', result: { n: 2 } });
    expect(flow.of.wrong).toMatchObject({
      status: 'FAILED',
      attempt: 0,
      error: { code: 'INVALID_INPUT', retryable: false, message: expect.stringContaining('input.n must be integer') },
    });
    expect(flow.of.below.cancelReason).toContain('It depends on wrong');
    expect(flow.of.free).toMatchObject({ status: 'SUCCEEDED', result: { n: '/extract' } });
  });

  it('tells its callback once that it has ended, and once more when it was retried', async () => {
    const made = await enqueueFlow({
      name: 'nightly',
      callbackUrl: `${server.url}/done`,
      nodes: [
        node('a', 'echo'),
        node('b', 'gated', ['a']),
        node('c', 'echo', ['b'], { input: '{{parents.b.result.open}}' }),
        node('clean', 'echo', ['b'], { onDependencyFailure: 'RUN', input: '{{parents.b.status}}' }),
      ],
    });
    const flow = await ended(made.flowId);
    expect(flow.nodes.map(({ run }: Loose) => run.status)).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED', 'SUCCEEDED']);
    expect(flow.of.clean.result).toBe('FAILED');
    const told = () => server.received.filter(({ path }) => path === '/done').map(({ body }) => JSON.parse(body));
    await until(() => told().length === 1, 'the callback is told');
    expect(told()[0]).toMatchObject({
      type: 'flow.failed',
      data: { flowId: made.flowId, name: 'nightly', status: 'FAILED', total: 4, failed: 1 },
    });

    await writeFile(gate, '');
    await api.must('mutation ($id: ID!) { retryFlow(id: $id) { status } }', { id: made.flowId });
    const again = await ended(made.flowId);
    expect(again).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    expect(again.of.b).toMatchObject({ attempt: 1, result: { open: true } });
    expect(again.of.c).toMatchObject({ input: true, result: true });
    expect(again.of.clean.result).toBe('FAILED');
    await until(() => told().length === 2, 'the callback is told again');
    expect(told()[1]).toMatchObject({ type: 'flow.succeeded', data: { failed: 0 } });
  });

  it('stops when it is cancelled, and what was stopped runs when it is retried', async () => {
    const made = await enqueueFlow({ nodes: [node('a', 'held'), node('b', 'echo', ['a']), node('c', 'echo')] });
    await until(async () => (await read(made.flowId)).of.a.status === 'RUNNING', 'the first runs');
    await until(async () => (await read(made.flowId)).of.c.status === 'SUCCEEDED', 'the other has run');
    await api.must('mutation ($id: ID!) { cancelFlow(id: $id, reason: "enough") { status } }', { id: made.flowId });
    const flow = await ended(made.flowId);
    expect(flow).toMatchObject({ status: 'CANCELLED', done: 3, failed: 0 });
    expect(flow.nodes.map(({ run }: Loose) => run.status)).toEqual(['CANCELLED', 'CANCELLED', 'SUCCEEDED']);
    await api.must('mutation ($id: ID!) { retryFlow(id: $id) { status } }', { id: made.flowId });
    // The executor heard of the cancellation, and must not take the new attempt for the old one.
    await until(async () => (await read(made.flowId)).of.a.status === 'RUNNING', 'it runs again');
    await api.must('mutation ($id: ID!) { cancelFlow(id: $id) { status } }', { id: made.flowId });
    expect(await ended(made.flowId)).toMatchObject({ status: 'CANCELLED' });
  });

  it('is enqueued by the client of the SDK, and its last result is waited for', async () => {
    const { createApiKey } = await api.must('mutation { createApiKey(name: "flows", role: USER) { secret } }');
    using client = createClient({ url: platform.url, apiKey: createApiKey.secret });
    const flow = await client.enqueueFlow({
      name: 'from a program',
      nodes: [
        { key: 'one', job: 'echo', input: { n: 1 } },
        { key: 'two', job: 'echo', input: { n: '{{parents.one.result.n}}' }, dependsOn: ['one'] },
      ],
    });
    expect(flow).toMatchObject({
      duplicate: false,
      runs: [{ key: 'one' }, { key: 'two', run: { status: 'BLOCKED' } }],
    });
    expect(await client.waitForResult(flow.runs[1]?.run.id ?? '')).toEqual({ n: 1 });
    await expect(client.enqueueFlow({ nodes: [{ key: 'a', job: 'echo', dependsOn: ['a'] }] })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'nodes.0.dependsOn': expect.stringContaining('a → a') },
    });
  });

  it("carries its caller's trace through every node and every retry", async () => {
    const { createApiKey } = await api.must('mutation { createApiKey(name: "traces", role: USER) { secret } }');
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${trace}-00f067aa0ba902b7-00`;
    using client = createClient({ url: platform.url, apiKey: createApiKey.secret, traceparent: () => traceparent });
    const flow = await client.enqueueFlow({
      nodes: [
        { key: 'one', job: 'traced' },
        { key: 'two', job: 'traced', dependsOn: ['one'] },
      ],
    });
    for (const { run } of flow.runs) {
      expect(await client.waitForResult(run.id)).toEqual({ attempt: 2, traceparent });
      expect(await client.graphql('query ($id: ID!) { run(id: $id) { traceId } }', { id: run.id })).toEqual({
        run: { traceId: trace },
      });
    }
    const other = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { ids } = await client.enqueueMany([{ job: 'traced' }], { traceparent: other });
    expect(await client.waitForResult(ids[0] ?? '')).toEqual({ attempt: 2, traceparent: other });
    const run = await client.enqueue('traced', {}, { traceparent: other.toUpperCase() });
    expect(await client.waitForResult(run)).toEqual({ attempt: 2 });
  });
});
