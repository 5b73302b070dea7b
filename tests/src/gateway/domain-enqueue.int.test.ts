import { queuedSubject } from '@jobflow/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, ENQUEUE, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
  await createJob(api, { name: 'noop', defaultInput: { preset: true } });
  await createJob(api, {
    name: 'strict',
    inputSchema: {
      type: 'object',
      required: ['user'],
      properties: { user: { type: 'object', properties: { id: { type: 'integer' } } } },
    },
  });
});
afterAll(() => home[Symbol.asyncDispose]());

const runStatus = (id: string) =>
  eventually(api, 'query ($id: ID!) { run(id: $id) { id status } }', { id }, () => true);
const MANY = 'mutation ($inputs: [EnqueueInput!]!) { enqueueMany(inputs: $inputs) { ids duplicates position } }';
const storedRuns = async () => {
  const { state } = await home.house.link.jsm.streams.info('JF_RUNS_0');
  return state.messages;
};

describe('enqueue', () => {
  it('answers from the event, and the read model agrees', async () => {
    const { run, duplicate } = await enqueue(api, { job: 'noop', input: { a: 1 }, priority: 7, tags: ['x'] });
    expect(duplicate).toBe(false);
    expect(run).toMatchObject({
      status: 'QUEUED',
      job: 'noop',
      attempt: 1,
      input: { a: 1 },
      queue: 'default',
      priority: 7,
      tags: ['x'],
    });
    const fields = 'id status job attempt input queue priority tags dueAt createdAt';
    const read = await eventually(api, `query ($id: ID!) { run(id: $id) { ${fields} } }`, { id: run.id }, () => true);
    expect(read.run).toEqual(run);
  });

  it('gives the job its default input, and plans what is to come later', async () => {
    const now = Date.now();
    const { run } = await enqueue(api, { job: 'noop', delayMs: 60_000 });
    expect(run).toMatchObject({ status: 'SCHEDULED', attempt: 0, input: { preset: true } });
    expect(Date.parse(run.dueAt) - now).toBeGreaterThanOrEqual(60_000);
    const past = await enqueue(api, { job: 'noop', runAt: new Date(now - 1000).toISOString() });
    expect(past.run.status).toBe('QUEUED');
  });

  it("names every field that is wrong, the schema's too", async () => {
    const input = {
      job: 'strict',
      input: { user: { id: 'x' } },
      priority: 11,
      delayMs: 1,
      runAt: new Date().toISOString(),
      tags: [''],
      retry: { maxAttempts: 101 },
      callbackUrl: 'http://169.254.169.254/',
    };
    const { code, fields } = await refusal(api, ENQUEUE, { input });
    expect(code).toBe('BAD_USER_INPUT');
    expect(Object.keys(fields ?? {}).sort()).toEqual([
      'callbackUrl',
      'delayMs',
      'input.user.id',
      'priority',
      'retry.maxAttempts',
      'tags.0',
    ]);
    expect((await refusal(api, ENQUEUE, { input: { job: 'strict' } })).fields).toEqual({ input: 'must be object' });
    expect(
      (await refusal(api, ENQUEUE, { input: { job: 'noop', input: 'x'.repeat(256 * 1024) } })).fields,
    ).toHaveProperty('input');
  });

  it('refuses unknown jobs and queues, and disabled jobs', async () => {
    expect(await refusal(api, ENQUEUE, { input: { job: 'nobody' } })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('nobody'),
    });
    expect(await refusal(api, ENQUEUE, { input: { job: 'noop', queue: 'nowhere' } })).toMatchObject({
      code: 'NOT_FOUND',
    });
    await createJob(api, { name: 'off', enabled: false });
    expect(await refusal(api, ENQUEUE, { input: { job: 'off' } })).toMatchObject({ code: 'CONFLICT' });
  });

  it('takes a callback to an address that is allowed', async () => {
    const { run } = await enqueue(api, { job: 'noop', callbackUrl: 'http://127.0.0.1:9/hook' });
    expect(run.status).toBe('QUEUED');
  });
});

describe('an idempotency key', () => {
  it('gives the same run for the same fields, and refuses others', async () => {
    const input = { job: 'noop', idempotencyKey: 'k1', input: { a: 1, b: 2 } };
    const first = await enqueue(api, input);
    const again = await enqueue(api, { ...input, input: { b: 2, a: 1 } });
    expect(first.duplicate).toBe(false);
    expect(again).toMatchObject({ duplicate: true, run: { id: first.run.id } });
    expect(await refusal(api, ENQUEUE, { input: { ...input, input: { a: 2 } } })).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
    expect((await enqueue(api, { ...input, job: 'strict', input: { user: {} } })).duplicate).toBe(false);
  });

  it('enqueues once however many ask at the same time', async () => {
    const before = await storedRuns();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.must(ENQUEUE, { input: { job: 'noop', idempotencyKey: 'race' } })),
    );
    expect(new Set(answers.map(({ enqueue: { run } }) => run.id)).size).toBe(1);
    expect(answers.filter(({ enqueue: { duplicate } }) => !duplicate)).toHaveLength(1);
    expect((await storedRuns()) - before).toBeLessThanOrEqual(2);
  });

  it('may come as a header; both and different are refused', async () => {
    const input = { job: 'noop', input: 1 };
    const header = { 'idempotency-key': 'from-header' };
    const { data } = await api.ask(ENQUEUE, { input }, header);
    const again = await enqueue(api, { ...input, idempotencyKey: 'from-header' });
    expect(again).toMatchObject({ duplicate: true, run: { id: data?.enqueue.run.id } });
    const { data: same } = await api.ask(ENQUEUE, { input: { ...input, idempotencyKey: 'from-header' } }, header);
    expect(same?.enqueue.duplicate).toBe(true);
    const wrong = await refusal(api, ENQUEUE, { input: { ...input, idempotencyKey: 'other' } }, header);
    expect(wrong).toMatchObject({ code: 'BAD_USER_INPUT', fields: { idempotencyKey: expect.any(String) } });
  });

  it('whose run never reached the log leads to a run all the same', async () => {
    const id = '0199aaaa-0000-7000-8000-000000000001';
    const { db } = home.house;
    const first = await enqueue(api, { job: 'noop', idempotencyKey: 'orphan', input: 1 });
    await db.query('update gateway.idempotency set run_id = $1 where key = $2', [id, 'orphan']);
    const again = await enqueue(api, { job: 'noop', idempotencyKey: 'orphan', input: 1 });
    expect(again).toMatchObject({ duplicate: true, run: { id } });
    expect(again.run.id).not.toBe(first.run.id);
    // It might have been on its way after all, so whoever executes it has to ask first.
    const message = await home.house.link.jsm.streams.getMessage('JF_RUNS_0', {
      last_by_subj: queuedSubject('default', 5),
    });
    expect(message?.json()).toMatchObject({ events: [{ type: 'RunQueued', verify: true, run: { id } }] });
    expect((await runStatus(id)).run.status).toBe('QUEUED');
  });
});

describe('a unique key', () => {
  it('leads to the run that has not ended, and is free again when it has', async () => {
    const first = await enqueue(api, { job: 'noop', uniqueKey: 'u1' });
    const second = await enqueue(api, { job: 'noop', uniqueKey: 'u1', input: { other: true } });
    expect(second).toMatchObject({ duplicate: true, run: { id: first.run.id } });
    await home.worker.succeed(first.run.id);
    await eventually(
      api,
      'query ($id: ID!) { run(id: $id) { status } }',
      { id: first.run.id },
      ({ run }) => run.status === 'SUCCEEDED',
    );
    const third = await enqueue(api, { job: 'noop', uniqueKey: 'u1' });
    expect(third.duplicate).toBe(false);
    expect(third.run.id).not.toBe(first.run.id);
  });

  it('is taken by one of many that ask at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => api.must(ENQUEUE, { input: { job: 'noop', uniqueKey: 'crowd', input: n } })),
    );
    expect(new Set(answers.map(({ enqueue: { run } }) => run.id)).size).toBe(1);
    expect(answers.filter(({ enqueue: { duplicate } }) => !duplicate)).toHaveLength(1);
  });

  it('beside an idempotency key lets both lead to the same run', async () => {
    const first = await enqueue(api, { job: 'noop', uniqueKey: 'both' });
    const second = await enqueue(api, { job: 'noop', uniqueKey: 'both', idempotencyKey: 'both-1' });
    expect(second).toMatchObject({ duplicate: true, run: { id: first.run.id } });
    await home.worker.succeed(first.run.id);
    await eventually(
      api,
      'query ($id: ID!) { run(id: $id) { status } }',
      { id: first.run.id },
      ({ run }) => run.status === 'SUCCEEDED',
    );
    const third = await enqueue(api, { job: 'noop', uniqueKey: 'both', idempotencyKey: 'both-1' });
    expect(third).toMatchObject({ duplicate: true, run: { id: first.run.id, status: 'SUCCEEDED' } });
  });
});

describe('enqueueMany', () => {
  it('answers ids in the order of its inputs, in one batch', async () => {
    const before = await storedRuns();
    const inputs = Array.from({ length: 300 }, (_, n) => ({
      job: 'noop',
      input: n,
      ...(n % 3 === 0 && { delayMs: 60_000 }),
    }));
    const { enqueueMany } = await api.must(MANY, { inputs });
    expect(await storedRuns()).toBe(before + 300);
    const { rows } = {
      rows: (
        await eventually(
          api,
          'query ($ids: [ID!]) { runs(filter: { ids: $ids }, first: 200) { nodes { id input status } } }',
          { ids: enqueueMany.ids.slice(0, 200) },
          ({ runs }) => runs.nodes.length === 200,
        )
      ).runs.nodes,
    };
    for (const row of rows) {
      expect(row.input).toBe(enqueueMany.ids.indexOf(row.id));
      expect(row.status).toBe(row.input % 3 === 0 ? 'SCHEDULED' : 'QUEUED');
    }
  });

  it('stores nothing when one of them is wrong, and names it', async () => {
    const before = await storedRuns();
    const inputs = [{ job: 'noop' }, { job: 'noop', priority: 0 }, { job: 'strict', input: {} }];
    expect(await refusal(api, MANY, { inputs })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { 'inputs.1.priority': expect.any(String), 'inputs.2.input.user': 'is required' },
    });
    const keyed = [
      { job: 'noop', idempotencyKey: 'm1', input: 1 },
      { job: 'noop', idempotencyKey: 'k1', input: 'not what it was' },
    ];
    expect(await refusal(api, MANY, { inputs: keyed })).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    expect(await storedRuns()).toBe(before);
    expect((await api.must(MANY, { inputs: keyed.slice(0, 1) })).enqueueMany.duplicates).toEqual([]);
  });

  it('refuses none and more than a thousand', async () => {
    expect(await refusal(api, MANY, { inputs: [] })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await refusal(api, MANY, { inputs: Array.from({ length: 1001 }, () => ({ job: 'noop' })) })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('knows what of it existed before, and what of it is the same', async () => {
    const inputs = [
      { job: 'noop', idempotencyKey: 'b1', input: 1 },
      { job: 'noop', idempotencyKey: 'b2', input: 2 },
      { job: 'noop', idempotencyKey: 'b1', input: 1 },
      { job: 'noop', uniqueKey: 'b3' },
      { job: 'noop', uniqueKey: 'b3', idempotencyKey: 'b4' },
    ];
    const first = (await api.must(MANY, { inputs })).enqueueMany;
    expect(first.ids[2]).toBe(first.ids[0]);
    expect(first.ids[4]).toBe(first.ids[3]);
    expect(first.duplicates).toEqual([first.ids[0], first.ids[3]]);
    const second = (await api.must(MANY, { inputs })).enqueueMany;
    expect(second.ids).toEqual(first.ids);
    expect(second.duplicates).toEqual(first.ids);
  });

  it('can be repeated whole by the header', async () => {
    const header = { 'idempotency-key': 'whole' };
    const inputs = [
      { job: 'noop', input: 1 },
      { job: 'noop', input: 2 },
    ];
    const first = await api.ask(MANY, { inputs }, header);
    const second = await api.ask(MANY, { inputs }, header);
    expect(second.data?.enqueueMany).toMatchObject({
      ids: first.data?.enqueueMany.ids,
      duplicates: first.data?.enqueueMany.ids,
    });
  });
});

describe('when the log is nearly full', () => {
  it('takes no new runs, and says so', async () => {
    const { jsm } = home.house.link;
    const { config, state } = await jsm.streams.info('JF_RUNS_0');
    await jsm.streams.update('JF_RUNS_0', { max_bytes: Math.ceil(state.bytes / 0.85) });
    try {
      let last: string | undefined;
      await until(async () => {
        const { errors } = await api.ask(ENQUEUE, { input: { job: 'noop' } });
        last = errors?.[0]?.extensions.code;
        return last !== undefined;
      }, 'it is refused');
      expect(last).toBe('QUEUE_FULL');
      expect(await refusal(api, MANY, { inputs: [{ job: 'noop' }] })).toMatchObject({ code: 'QUEUE_FULL' });
      const keyed = { job: 'noop', idempotencyKey: 'while-full' };
      expect(await refusal(api, ENQUEUE, { input: keyed })).toMatchObject({ code: 'QUEUE_FULL' });
      await jsm.streams.update('JF_RUNS_0', { max_bytes: config.max_bytes });
      await until(async () => !(await api.ask(ENQUEUE, { input: { job: 'noop' } })).errors, 'there is room again');
      expect(await enqueue(api, keyed)).toMatchObject({ duplicate: false });
    } finally {
      await jsm.streams.update('JF_RUNS_0', { max_bytes: config.max_bytes });
    }
  });
});

describe('when a backing service is away', () => {
  it('a repeat of a key goes through while the projector stands still, and makes no second run', async () => {
    await home.stopProjector();
    try {
      const input = { job: 'noop', idempotencyKey: 'no-projector', input: 1 };
      const first = await enqueue(await home.signedIn(), input);
      const again = await enqueue(await home.signedIn(), input);
      expect(again).toMatchObject({ duplicate: true, run: { id: first.run.id } });
      home.startProjector();
      const status = async () =>
        (await api.ask('query ($id: ID!) { run(id: $id) { status } }', { id: first.run.id })).data?.run?.status;
      await until(async () => (await status()) !== undefined, 'the run is projected');
      expect(await status()).toBe('QUEUED');
    } finally {
      home.startProjector();
    }
  });

  it('the same key leads to one run, however often it is repeated while NATS dies', async () => {
    const before = (await api.must('{ stats { total } }')).stats.total;
    await home.house.backing.nats.kill9();
    const codes = new Set<string>();
    const ids = new Set<string>();
    await until(async () => {
      const { data, errors } = await api.ask(ENQUEUE, { input: { job: 'noop', idempotencyKey: 'through-death' } });
      for (const error of errors ?? []) codes.add(`${error.extensions.code} ${error.extensions.retryable}`);
      if (data?.enqueue) ids.add(data.enqueue.run.id);
      return data?.enqueue !== undefined && data.enqueue !== null;
    }, 'it is taken');
    expect([...codes].filter((code) => code !== 'UNAVAILABLE true')).toEqual([]);
    ids.add((await enqueue(api, { job: 'noop', idempotencyKey: 'through-death' })).run.id);
    expect(ids.size).toBe(1);
    await eventually(api, '{ stats { total } }', {}, ({ stats }) => stats.total === before + 1);
  });
});
