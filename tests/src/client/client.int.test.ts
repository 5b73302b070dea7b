import { encodePosition } from '@jobflow/contracts';
import { type ClientOptions, createClient, type FlowNode, type JobflowError } from '@jobflow/sdk/client';
import { defineHandler, defineJob } from '@jobflow/sdk/define';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import { type Answers, refuse, runOf, startPromisedApi } from './promised-api.js';

const id = '0193581c-7b5e-7000-8000-000000000001';
const sendInvoice = defineHandler(
  'invoice.send',
  { input: z.object({ id: z.string(), copies: z.number().default(1) }) },
  async ({ input }) => ({ sent: input.copies, at: new Date(), note: undefined as string | undefined }),
);
const anything = defineJob('anything');
const flowOf = (fields: object) => ({
  ...{ status: 'RUNNING', tags: [], nodes: [], total: 0, done: 0, failed: 0, createdAt: '2026-01-01T00:00:00.000Z' },
  ...fields,
});

async function withApi(answers: Answers, options: Partial<ClientOptions> = {}) {
  const api = await startPromisedApi(answers);
  const credentials = options.token === undefined ? { apiKey: 'jfk_test' } : {};
  const client = createClient({ url: api.url, ...credentials, ...options });
  return {
    api,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

const enqueued = (_: unknown, { variables }: { variables: Record<string, unknown> }) => ({
  run: runOf({ id, job: (variables.input as { job: string }).job }),
  duplicate: false,
  position: 'p',
});
const failure = (promise: Promise<unknown>): Promise<JobflowError> =>
  promise.then(
    () => Promise.reject(new Error('this did not fail')),
    (error: JobflowError) => error,
  );

describe('enqueue', () => {
  it('goes under the trace of its call, else of the client, and is sent whatever that is', async () => {
    await using world = await withApi({ enqueue: enqueued });
    const traces = ['of-the-client', undefined, 'of-the-client'];
    using client = createClient({ url: world.api.url, apiKey: 'jfk_test', traceparent: () => traces.shift() });
    await client.enqueue('a', {});
    await client.enqueue('a', {});
    await client.enqueue('a', {}, { traceparent: 'of-the-call' });
    await client.enqueue('a', {}, { traceparent: 'a line\nbreak' });
    expect(world.api.asked.map(({ headers }) => headers.traceparent)).toEqual([
      'of-the-client',
      undefined,
      'of-the-call',
      undefined,
    ]);
    expect(world.api.asked.map(({ variables }) => Object.keys(variables.input))).toEqual(
      Array.from({ length: 4 }, () => ['job', 'input', 'idempotencyKey']),
    );
  });

  it('sends what the handler names, and knows its types', async () => {
    await using world = await withApi({ enqueue: enqueued });
    const { client, api } = world;
    const runAt = new Date('2030-01-01T00:00:00Z');
    const run = await client.enqueue(sendInvoice, { id: 'i-1' }, { priority: 2, runAt, idempotencyKey: 'k' });
    expect(run).toEqual({ id, job: 'invoice.send', status: 'QUEUED', duplicate: false, position: 'p' });
    expect(api.asked[0]?.headers.authorization).toBe('Bearer jfk_test');
    expect(api.asked[0]?.headers.traceparent).toBeUndefined();
    expect(api.asked[0]?.variables.input).toEqual({
      job: 'invoice.send',
      input: { id: 'i-1' },
      priority: 2,
      runAt: '2030-01-01T00:00:00.000Z',
      idempotencyKey: 'k',
    });
    expectTypeOf(() => client.waitForResult(run)).returns.resolves.toEqualTypeOf<{
      sent: number;
      at: string;
      note?: string;
    }>();
    await client.enqueue('by.name', { any: 'thing' });
    await client.enqueue(anything);
    await client.enqueue<typeof sendInvoice>('invoice.send', { id: 'i-2', copies: 2 });
    // @ts-expect-error the id is missing
    await client.enqueue(sendInvoice, {});
    // @ts-expect-error it takes an input
    await client.enqueue(sendInvoice);
    // @ts-expect-error the id is no number
    await client.enqueue<typeof sendInvoice>('invoice.send', { id: 1 });
  });

  it('whose answer was lost is sent again under the same key', async () => {
    await using world = await withApi({ enqueue: enqueued });
    world.api.befall('lose the answer', 'refuse');
    expect(await world.client.enqueue('mail', {})).toMatchObject({ id });
    const keys = world.api.asked.map(({ variables }) => variables.input.idempotencyKey);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^auto:.{36}$/);
    expect(new Set(keys).size).toBe(1);
  });

  it('without a key is not repeated when its outcome is unknown', async () => {
    await using world = await withApi({ enqueue: enqueued });
    world.api.befall('lose the answer');
    const error = await failure(world.client.enqueue('mail', {}, { idempotencyKey: false }));
    expect(error).toMatchObject({ name: 'JobflowError', code: 'UNAVAILABLE', retryable: true });
    expect(world.api.asked).toHaveLength(1);
    expect(world.api.asked[0]?.variables.input).not.toHaveProperty('idempotencyKey');
  });

  it('of many gives each its key, in order', async () => {
    await using world = await withApi({ enqueueMany: () => ({ ids: ['a', 'b'], duplicates: [], position: 'p' }) });
    const { client, api } = world;
    const both = await client.enqueueMany([
      { job: sendInvoice, input: { id: 'i-1' } },
      { job: 'mail', input: 5, tags: ['x'], idempotencyKey: 'mine' },
    ]);
    expect(both.ids).toEqual(['a', 'b']);
    const { inputs } = api.asked[0]?.variables ?? {};
    expect(inputs).toMatchObject([{ job: 'invoice.send' }, { job: 'mail', input: 5, idempotencyKey: 'mine' }]);
    expect(inputs[0].idempotencyKey).toMatch(/^auto:/);
    await client.enqueueMany(['1', '2'].map((one) => ({ job: sendInvoice, input: { id: one } })));
    // @ts-expect-error the id is no number
    await client.enqueueMany([{ job: sendInvoice, input: { id: 1 } }]);
  });

  it('of a flow takes templates wherever the input has a value, and nothing else that does not fit', () => {
    const counted = defineHandler(
      'count',
      { input: z.object({ n: z.number(), deep: z.object({ on: z.boolean() }) }) },
      () => 1,
    );
    const node = (input: FlowNode<typeof counted>['input']) => input;
    node({ n: 1, deep: { on: true } });
    node({ n: '{{parents.extract.result.n}}', deep: '{{parents.extract.result}}' });
    // @ts-expect-error: a text without a template is no number
    node({ n: 'three', deep: { on: true } });
  });

  it('of a flow sends its graph as the API promises', async () => {
    await using world = await withApi({
      enqueueFlow: (args) => ({
        flowId: 'f',
        runs: args.input.nodes.map(({ key }: { key: string }) => ({ key, run: runOf({ id: `run-${key}` }) })),
        duplicate: false,
        position: 'p',
      }),
    });
    const { client, api } = world;
    api.befall('lose the answer');
    const flow = await client.enqueueFlow({
      name: 'month end',
      nodes: [
        { key: 'extract', job: anything },
        { key: 'send', job: sendInvoice, input: { id: 'i' }, dependsOn: ['extract'], onDependencyFailure: 'RUN' },
      ],
    });
    expect(flow.runs.map(({ key, run }) => [key, run.id])).toEqual([
      ['extract', 'run-extract'],
      ['send', 'run-send'],
    ]);
    const sent = api.asked.map(({ variables }) => variables.input);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[0]).toEqual({
      name: 'month end',
      idempotencyKey: expect.stringMatching(/^auto:/),
      nodes: [
        { key: 'extract', enqueue: { job: 'anything' } },
        {
          key: 'send',
          enqueue: { job: 'invoice.send', input: { id: 'i' } },
          dependsOn: ['extract'],
          onDependencyFailure: 'RUN',
        },
      ],
    });
  });
});

describe('a call', () => {
  it('that is refused says what is wrong, where, and how to find it', async () => {
    await using world = await withApi({
      enqueue: () => refuse('BAD_USER_INPUT', { fields: { 'input.to': 'is required' } }),
    });
    const error = await failure(world.client.enqueue('mail'));
    expect(error).toMatchObject({
      code: 'BAD_USER_INPUT',
      correlationId: 'c-1',
      retryable: false,
      fields: { 'input.to': 'is required' },
    });
    expect(world.api.asked).toHaveLength(1);
  });

  it('that was turned away for its rate waits as long as it was told, whatever it does', async () => {
    let calls = 0;
    const rate = () => refuse('RATE_LIMITED', { retryAfterMs: 150, retryable: true });
    await using world = await withApi({ retryRun: () => (calls++ === 0 ? rate() : runOf({ id })) });
    const startedAt = performance.now();
    expect(await world.client.retry(id)).toMatchObject({ id });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145);
  });

  it('that would do something twice is not repeated when its answer is lost', async () => {
    await using world = await withApi({
      retryRun: () => runOf({ id }),
      cancelRun: () => runOf({ id, status: 'CANCELLED' }),
      retryFlow: () => flowOf({ id }),
      cancelFlow: () => flowOf({ id, status: 'CANCELLED' }),
    });
    const { api, client } = world;
    api.befall('lose the answer', 'lose the answer');
    expect(await failure(client.retry(id))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await client.cancel(id, 'enough')).toMatchObject({ status: 'CANCELLED' });
    api.befall('lose the answer', 'lose the answer');
    expect(await failure(client.retryFlow(id))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await client.cancelFlow(id, 'enough')).toMatchObject({ status: 'CANCELLED' });
    expect(api.fields()).toEqual(['retryRun', 'cancelRun', 'cancelRun', 'retryFlow', 'cancelFlow', 'cancelFlow']);
  });

  it('reads what was written before it, also when answers overtake each other', async () => {
    await using world = await withApi({ run: () => runOf({ id }), enqueue: enqueued });
    const { api, client } = world;
    api.answerAt(encodePosition({ runs: 7, state: 1 }));
    await client.enqueue('mail');
    api.answerAt(encodePosition({ runs: 5, state: 2 }));
    await client.enqueue('mail');
    await client.run(id);
    expect(api.asked.map(({ headers }) => headers['x-jobflow-position'])).toEqual([
      undefined,
      encodePosition({ runs: 7, state: 1 }),
      encodePosition({ runs: 7, state: 2 }),
    ]);
  });

  it('forgets a position of a log that is gone', async () => {
    await using world = await withApi({
      enqueue: enqueued,
      run: (_, { headers }) => (headers['x-jobflow-position'] ? refuse('POSITION_EXPIRED') : runOf({ id })),
    });
    world.api.answerAt('of another log');
    await world.client.enqueue('mail');
    expect(await world.client.run(id)).toMatchObject({ id });
  });

  it('asks for a new token when the old one has expired, once', async () => {
    const tokens = ['old', 'new'];
    const run: Answers[string] = (_, { headers }) =>
      headers.authorization === 'Bearer new' ? runOf({ id }) : refuse('UNAUTHENTICATED');
    await using world = await withApi({ run }, { token: () => tokens.shift() ?? 'none' });
    expect(await world.client.run(id)).toMatchObject({ id });
    await using other = await withApi({ run }, { token: () => 'bad' });
    expect(await failure(other.client.run(id))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(other.api.asked).toHaveLength(2);
  });

  it('ends with its time, its signal, and its client', async () => {
    const never = () => new Promise(() => undefined);
    await using world = await withApi({ run: never });
    const { client } = world;
    expect(await failure(client.run(id, { timeoutMs: 50 }))).toMatchObject({ code: 'TIMEOUT' });
    const abort = new AbortController();
    const aborted = failure(client.run(id, { signal: abort.signal }));
    abort.abort(new Error('changed my mind'));
    expect(await aborted).toMatchObject({ message: 'changed my mind' });
    const closed = failure(client.run(id));
    client.close();
    expect(await closed).toMatchObject({ code: 'CLOSED' });
    expect(await failure(client.run(id))).toMatchObject({ code: 'CLOSED' });
  });

  it('is repeated for as long as nobody listens and its time is not over', async () => {
    await using world = await withApi({ enqueue: enqueued });
    let refused = 0;
    const fetchOf = (most: number) => (url: string, init: RequestInit) => {
      if (refused === most) return fetch(url, init);
      refused++;
      return Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
      );
    };
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    try {
      using patient = createClient({ url: world.api.url, apiKey: 'jfk_test', fetch: fetchOf(50) });
      expect(await patient.enqueue('mail', {}, { idempotencyKey: false })).toMatchObject({ id });
      expect(refused).toBe(50);
      random.mockReturnValue(0.1);
      refused = 0;
      using late = createClient({ url: world.api.url, apiKey: 'jfk_test', fetch: fetchOf(1_000), timeoutMs: 400 });
      const error = await failure(late.enqueue('mail', {}));
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, details: { sent: false } });
      expect(error.message).toMatch(/cannot be reached \(ECONNREFUSED\); tried \d+ times in 0\.4 s$/);
      expect(refused).toBeGreaterThan(2);
    } finally {
      random.mockRestore();
    }
  });

  it('gives up after its repetitions, with the last reason', async () => {
    await using world = await withApi({ run: () => runOf({ id }) }, { retries: 2 });
    const page = { status: 502, body: '<html>bad gateway</html>' };
    world.api.befall(page, page, page);
    const error = await failure(world.client.run(id));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/502.*; tried 3 times in \d/) });
    expect(world.api.asked).toHaveLength(3);
  });

  it('of any other document works, and only queries are repeated', async () => {
    await using world = await withApi({
      system: () => ({ name: 'x', version: '1', environment: 'test' }),
      pauseQueue: () => null,
    });
    const { client, api } = world;
    api.befall('refuse');
    expect(await client.graphql('{ system { name } }')).toEqual({ system: { name: 'x' } });
    api.befall('refuse');
    const pausing = client.graphql('# a comment\nmutation M { pauseQueue(name: "query") { name } }');
    expect(await failure(pausing)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(api.fields()).toEqual(['system', 'system', 'pauseQueue']);
  });

  it.each([
    [{ url: 'localhost:4000', apiKey: 'k' }, /url must be/],
    [{ url: 'http://x' }, /either apiKey/],
    [{ url: 'http://x', apiKey: 'k', token: 't' }, /either apiKey/],
    [{ url: 'http://x', apiKey: 'k', timeoutMs: 0 }, /timeoutMs/],
  ])('with options that cannot work, %j, is refused where it is written', (options, message) => {
    expect(() => createClient(options)).toThrow(message);
  });
});
