import { once } from 'node:events';
import { createClient, type JobflowError, RunFailedError } from '@jobflow/sdk/client';
import { describe, expect, it } from 'vitest';
import { type Answers, type Asked, refuse, runOf, startPromisedApi } from './promised-api.js';

const id = '0193581c-7b5e-7000-8000-000000000001';
const other = '0193581c-7b5e-7000-8000-000000000002';

async function withApi(answers: Answers) {
  const api = await startPromisedApi(answers);
  const client = createClient({ url: api.url, apiKey: 'jfk_test' });
  return {
    api,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** The runs of a world, in states that the test sets; `runUpdates` tells what has changed after a position. */
function stateOf(...ids: string[]) {
  const runs = new Map(ids.map((one) => [one, runOf({ id: one })]));
  const changes: { at: number; id: string }[] = [];
  const wakes = new Set<() => void>();
  const answers: Answers = {
    position: () => String(changes.length),
    runs: ({ filter }) => ({
      position: String(changes.length),
      nodes: filter.ids.flatMap((one: string) => runs.get(one) ?? []),
    }),
    runUpdates: async function* ({ filter, after }: { filter?: { ids?: string[] }; after: string }, { gone }: Asked) {
      let seen = Number(after);
      for (;;) {
        const fresh = changes.slice(seen).filter((change) => filter?.ids?.includes(change.id) ?? true);
        seen = changes.length;
        if (fresh.length > 0) {
          const changed = [...new Set(fresh.map((change) => change.id))].map((one) => runs.get(one));
          yield { runUpdates: { runs: changed, left: [], position: String(seen), skipped: 0, gap: false } };
        }
        if (gone.aborted) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        wakes.add(resolve);
        gone.addEventListener('abort', () => resolve(), { once: true });
        if (changes.length === seen) await promise;
        wakes.delete(resolve);
      }
    } as unknown as Answers[string],
  };
  const change = (one: string, fields: Record<string, unknown>) => {
    runs.set(one, { ...runOf({ id: one }), ...runs.get(one), ...fields });
    changes.push({ at: changes.length, id: one });
    for (const wake of wakes) wake();
  };
  return { answers, change };
}

const askedFor = async (api: { fields(): string[] }, field: string, times = 1): Promise<void> => {
  while (api.fields().filter((one) => one === field).length < times) await new Promise((go) => setTimeout(go, 5));
};
const failure = (promise: Promise<unknown>): Promise<JobflowError> =>
  promise.then(
    () => Promise.reject(new Error('this did not fail')),
    (error: JobflowError) => error,
  );

describe('waiting for a result', () => {
  it('answers at once for a run that has ended, and hears of one that ends later', async () => {
    const { answers, change } = stateOf(id);
    await using world = await withApi(answers);
    const waiting = world.client.waitForResult(id);
    await askedFor(world.api, 'runUpdates');
    change(id, { status: 'RUNNING' });
    change(id, { status: 'SUCCEEDED', result: { answer: 42 } });
    expect(await waiting).toEqual({ answer: 42 });
    expect(world.api.fields()).toEqual(['runs', 'runUpdates']);
    expect(await world.client.waitForResult(id)).toEqual({ answer: 42 });
    expect(world.api.fields()).toEqual(['runs', 'runUpdates', 'runs']);
  });

  it('outlives a broken stream, and misses nothing that happened meanwhile', async () => {
    const { answers, change } = stateOf(id);
    await using world = await withApi(answers);
    world.api.befall(undefined, 'break the stream', 'refuse');
    const waiting = world.client.waitForResult(id);
    await askedFor(world.api, 'runUpdates');
    change(id, { status: 'RUNNING' });
    await askedFor(world.api, 'runUpdates', 2);
    change(id, { status: 'SUCCEEDED', result: 'done' });
    expect(await waiting).toBe('done');
    const streams = world.api.asked.filter(({ field }) => field === 'runUpdates');
    expect(streams.map(({ variables }) => variables.after)).toEqual(['0', '1', '1']);
  });

  it('looks from time to time where no stream can be had', async () => {
    const { answers, change } = stateOf(id);
    await using world = await withApi({ ...answers, runUpdates: () => refuse('UNAVAILABLE', { retryable: true }) });
    const waiting = world.client.waitForResult(id);
    await askedFor(world.api, 'runUpdates', 2);
    change(id, { status: 'SUCCEEDED', result: 'seen' });
    expect(await waiting).toBe('seen');
  });

  it('of runs asked for together takes one look and one stream', async () => {
    const { answers, change } = stateOf(id, other);
    await using world = await withApi(answers);
    const both = Promise.all([world.client.waitForResult(id), world.client.waitForResult(other)]);
    await askedFor(world.api, 'runUpdates');
    change(other, { status: 'SUCCEEDED', result: 2 });
    change(id, { status: 'SUCCEEDED', result: 1 });
    expect(await both).toEqual([1, 2]);
    expect(world.api.fields()).toEqual(['runs', 'runUpdates']);
  });

  it('holds no more than eight streams, and answers the others all the same', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => id.slice(0, -2) + String(n + 10));
    const { answers, change } = stateOf(...ids);
    await using world = await withApi(answers);
    const all: Promise<unknown>[] = [];
    for (const one of ids) {
      all.push(world.client.waitForResult(one));
      await Promise.resolve();
    }
    await askedFor(world.api, 'runs', 12);
    await askedFor(world.api, 'runUpdates', 8);
    for (const one of ids) change(one, { status: 'SUCCEEDED', result: one });
    expect(await Promise.all(all)).toEqual(ids);
    expect(world.api.fields().filter((field) => field === 'runUpdates')).toHaveLength(8);
  });

  it('throws with the reason when the run ends without a result', async () => {
    const { answers, change } = stateOf(id, other);
    await using world = await withApi(answers);
    const error = { message: 'no such mailbox', code: 'E_BOX', fingerprint: 'f', retryable: true };
    change(id, { status: 'FAILED', attempt: 3, startedAt: '2026-01-01T00:00:00.000Z', error });
    const failed = await failure(world.client.waitForResult(id));
    expect(failed).toBeInstanceOf(RunFailedError);
    expect(failed).toMatchObject({ runId: id, attempts: 3, status: 'FAILED', error: { code: 'E_BOX' } });
    expect(failed.message).toBe(`Run ${id} of mail failed after 3 attempts: no such mailbox`);
    change(other, { status: 'CANCELLED', cancelReason: 'enough' });
    expect(await failure(world.client.waitForResult(other))).toMatchObject({
      ...{ status: 'CANCELLED', attempts: 0, error: null },
      message: expect.stringContaining('was cancelled: enough'),
    });
  });

  it('ends after its time or with its signal, and leaves no stream behind', async () => {
    const { answers } = stateOf(id);
    await using world = await withApi(answers);
    const abort = new AbortController();
    const late = failure(world.client.waitForResult(id, { timeoutMs: 100 }));
    const aborted = failure(world.client.waitForResult(id, { signal: abort.signal }));
    await askedFor(world.api, 'runUpdates');
    expect(await late).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('it is QUEUED') });
    abort.abort(new Error('never mind'));
    expect(await aborted).toMatchObject({ message: 'never mind' });
    const [, stream] = world.api.asked;
    if (!stream?.gone.aborted) await once(stream?.gone as AbortSignal, 'abort');
  });

  it('says so when there is no such run', async () => {
    const { answers } = stateOf();
    await using world = await withApi(answers);
    expect(await failure(world.client.waitForResult('nonsense'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(world.client.waitForResult(id))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('following', () => {
  it('run updates goes on after the last one seen, and ends when the reader does', async () => {
    const { answers, change } = stateOf(id);
    await using world = await withApi(answers);
    world.api.befall(undefined, 'break the stream');
    const seen: string[] = [];
    const updates = world.client.runUpdates({ jobs: ['mail'] });
    const first = updates.next();
    await askedFor(world.api, 'runUpdates');
    change(id, { status: 'RUNNING' });
    seen.push((await first).value?.runs[0]?.status ?? '');
    const second = updates.next();
    await askedFor(world.api, 'runUpdates', 2);
    change(id, { status: 'SUCCEEDED' });
    seen.push((await second).value?.runs[0]?.status ?? '');
    await updates.return();
    expect(seen).toEqual(['RUNNING', 'SUCCEEDED']);
    const streams = world.api.asked.filter(({ field }) => field === 'runUpdates');
    expect(streams.map(({ variables }) => variables)).toEqual([
      { filter: { jobs: ['mail'] }, after: '0' },
      { filter: { jobs: ['mail'] }, after: '1' },
    ]);
    if (!streams[1]?.gone.aborted) await once(streams[1]?.gone as AbortSignal, 'abort');
  });

  it('logs goes on after the last line, until the run has ended', async () => {
    const line = (n: number) => ({
      line: n,
      at: '2026-01-01T00:00:00.000Z',
      level: 'INFO',
      stream: 'LOG',
      attempt: 1,
      message: `line ${n}`,
    });
    const runLogs = async function* ({ afterLine }: { afterLine: number }) {
      yield { runLogs: { lines: [line(afterLine + 1)], dropped: 0, finished: afterLine === 1 } };
    } as unknown as Answers[string];
    await using world = await withApi({ runLogs });
    world.api.befall('break the stream');
    const messages: string[] = [];
    for await (const { lines } of world.client.runLogs(id)) messages.push(...lines.map(({ message }) => message));
    expect(messages).toEqual(['line 1', 'line 2']);
  });

  it('ends with its signal, and with what another try does not mend', async () => {
    const { answers } = stateOf(id);
    await using world = await withApi({ ...answers, runLogs: () => refuse('NOT_FOUND') });
    const abort = new AbortController();
    const next = failure(world.client.runUpdates({}, { signal: abort.signal }).next());
    await askedFor(world.api, 'runUpdates');
    abort.abort(new Error('enough seen'));
    expect(await next).toMatchObject({ message: 'enough seen' });
    expect(await failure(world.client.runLogs(id).next())).toMatchObject({ code: 'NOT_FOUND' });
  });
});
