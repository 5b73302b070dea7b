import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, refusal } from './domain-house.js';
import { hasStatus, openRunHouse } from './run-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openRunHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('cancelRun', () => {
  const CANCEL =
    'mutation ($id: ID!, $reason: String) { cancelRun(id: $id, reason: $reason) { id status cancelReason cancelRequestedAt } }';

  it('ends what waits at once, and says the same when asked again', async () => {
    for (const delayMs of [0, 60_000]) {
      const { run } = await enqueue(api, { job: 'noop', delayMs });
      const { cancelRun } = await api.must(CANCEL, { id: run.id, reason: 'enough' });
      expect(cancelRun).toMatchObject({ status: 'CANCELLED', cancelReason: 'enough' });
      expect((await api.must(CANCEL, { id: run.id })).cancelRun).toEqual(cancelRun);
    }
  });

  it('tells a running one, and whoever runs it', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.start(run.id);
    await hasStatus(home, run.id, 'RUNNING');
    const hint = Promise.withResolvers<string>();
    const heard = home.house.link.nc.subscribe('jf.control.cancel', {
      callback: (_, message) => hint.resolve(message.string()),
    });
    await home.house.link.nc.flush();
    const { cancelRun } = await api.must(CANCEL, { id: run.id });
    expect(cancelRun).toMatchObject({ status: 'RUNNING', cancelRequestedAt: expect.any(String) });
    expect(JSON.parse(await hint.promise)).toEqual({ runId: run.id, seq: expect.any(Number) });
    heard.unsubscribe();
    await home.worker.cancelled(run.id);
    await hasStatus(home, run.id, 'CANCELLED');
  });

  it('is a conflict once the run ended otherwise', async () => {
    const { run } = await enqueue(api, { job: 'noop' });
    await home.worker.succeed(run.id);
    await hasStatus(home, run.id, 'SUCCEEDED');
    expect(await refusal(api, CANCEL, { id: run.id })).toMatchObject({ code: 'CONFLICT', currentStatus: 'SUCCEEDED' });
    expect(await refusal(api, CANCEL, { id: '01890000-0000-7000-8000-000000000000' })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('finds a run that was enqueued the moment before, by a client that sends no position', async () => {
    const stranger = await home.signedIn();
    for (let n = 0; n < 5; n++) {
      const { run } = await enqueue(api, { job: 'noop' });
      const { cancelRun } = await (n === 0 ? stranger : await home.signedIn()).must(CANCEL, { id: run.id });
      expect(cancelRun.status).toBe('CANCELLED');
    }
  });
});

describe('retryRun', () => {
  const RETRY =
    'mutation ($id: ID!, $input: JSON) { retryRun(id: $id, input: $input) { id retryOf job input priority tags status } }';

  it('makes a linked run of any that has ended, with its input or another', async () => {
    const { run } = await enqueue(api, { job: 'noop', input: { a: 1 }, priority: 8, tags: ['again'] });
    await hasStatus(home, run.id, 'QUEUED');
    expect(await refusal(api, RETRY, { id: run.id })).toMatchObject({ code: 'CONFLICT', currentStatus: 'QUEUED' });
    await home.worker.fail(run.id);
    await hasStatus(home, run.id, 'FAILED');
    const { retryRun: same } = await api.must(RETRY, { id: run.id });
    expect(same).toMatchObject({
      retryOf: run.id,
      job: 'noop',
      input: { a: 1 },
      priority: 8,
      tags: ['of-job', 'again'],
      status: 'QUEUED',
    });
    const { retryRun: edited } = await api.must(RETRY, { id: run.id, input: { a: 2 } });
    expect(edited.input).toEqual({ a: 2 });
    const { run: old } = await api.must('query ($id: ID!) { run(id: $id) { retriedBy } }', { id: run.id });
    expect(old.retriedBy).toEqual([same.id, edited.id]);
  });

  it('needs the job to be there', async () => {
    await createJob(api, { name: 'gone' });
    const { run } = await enqueue(api, { job: 'gone' });
    await home.worker.succeed(run.id);
    await hasStatus(home, run.id, 'SUCCEEDED');
    await api.must('mutation { deleteJob(name: "gone") }');
    expect(await refusal(api, RETRY, { id: run.id })).toMatchObject({ code: 'NOT_FOUND' });
    const { run: seen } = await api.must('query ($id: ID!) { run(id: $id) { job jobDefinition { name } } }', {
      id: run.id,
    });
    expect(seen).toEqual({ job: 'gone', jobDefinition: null });
  });
});

describe('an API key for some jobs', () => {
  it('sees and starts only those', async () => {
    const { createApiKey } = await api.must(
      'mutation { createApiKey(name: "narrow", role: USER, jobs: ["other"]) { secret } }',
    );
    const narrow = await home.signedIn();
    narrow.useToken(createApiKey.secret);
    const { run } = await enqueue(api, { job: 'noop' });
    expect(await refusal(narrow, 'mutation { enqueue(input: { job: "noop" }) { run { id } } }')).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refusal(narrow, 'query ($id: ID!) { run(id: $id) { id } }', { id: run.id })).toMatchObject({
      code: 'NOT_FOUND',
    });
    const own = (await narrow.must('mutation { enqueue(input: { job: "other" }) { run { id } } }')).enqueue.run.id;
    const { runs, jobs } = await narrow.must('{ runs(first: 200) { nodes { id job } } jobs { nodes { name } } }');
    expect(runs.nodes.every((one: { job: string }) => one.job === 'other')).toBe(true);
    expect(runs.nodes.map((one: { id: string }) => one.id)).toContain(own);
    expect(jobs.nodes).toEqual([{ name: 'other' }]);
    expect(await refusal(narrow, 'mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: run.id })).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refusal(narrow, 'mutation { pauseQueue(name: "default") { paused } }')).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
