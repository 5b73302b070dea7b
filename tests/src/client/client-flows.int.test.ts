import { type Client, createClient, type Flow, type JobflowError } from '@jobflow/sdk/client';
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest';
import { createJob, type DomainHouse, openDomainHouse } from '../gateway/domain-house.js';
import { until } from '../platform/backed.js';

let home: DomainHouse;
let client: Client;
beforeAll(async () => {
  home = await openDomainHouse();
  await createJob(home.api, { name: 'noop' });
  const { createApiKey } = await home.api.must('mutation { createApiKey(name: "flows", role: USER) { secret } }');
  client = createClient({ url: home.gateway.url, apiKey: createApiKey.secret });
});
afterAll(async () => {
  client.close();
  await home[Symbol.asyncDispose]();
});

const failure = (promise: Promise<unknown>): Promise<JobflowError> =>
  promise.then(
    () => Promise.reject(new Error('this did not fail')),
    (error: JobflowError) => error,
  );
const statuses = ({ nodes }: Flow) => Object.fromEntries(nodes.map(({ key, run }) => [key, run.status]));

async function chain(name: string) {
  const made = await client.enqueueFlow({
    name,
    tags: ['nightly'],
    nodes: [
      { key: 'extract', job: 'noop' },
      { key: 'load', job: 'noop', dependsOn: ['extract'] },
      { key: 'tidy', job: 'noop', dependsOn: ['load'], onDependencyFailure: 'RUN' },
    ],
  });
  return { ...made, ids: Object.fromEntries(made.runs.map(({ key, run }) => [key, run.id])) };
}

it('cancelFlow cancels what waits, asks what runs to stop, and answers with the flow as it is then', async () => {
  const { flowId, ids } = await chain('to be cancelled');
  await home.worker.start(ids.extract ?? '');
  await until(async () => (await client.run(ids.extract ?? '')).status === 'RUNNING', 'it runs');
  const flow = await client.cancelFlow(flowId, 'not today');
  expectTypeOf(flow).toEqualTypeOf<Flow>();
  expect(flow).toEqual({
    id: flowId,
    name: 'to be cancelled',
    status: 'RUNNING',
    tags: ['nightly'],
    total: 3,
    done: 2,
    failed: 0,
    createdAt: expect.any(String),
    createdBy: expect.any(String),
    finishedAt: null,
    nodes: [
      {
        key: 'extract',
        dependsOn: [],
        onDependencyFailure: 'CANCEL',
        run: { id: ids.extract, job: 'noop', status: 'RUNNING' },
      },
      {
        key: 'load',
        dependsOn: ['extract'],
        onDependencyFailure: 'CANCEL',
        run: { id: ids.load, job: 'noop', status: 'CANCELLED' },
      },
      {
        key: 'tidy',
        dependsOn: ['load'],
        onDependencyFailure: 'RUN',
        run: { id: ids.tidy, job: 'noop', status: 'CANCELLED' },
      },
    ],
  });
  expect((await client.run(ids.load ?? '')).cancelReason).toBe('not today');
  await home.worker.cancelled(ids.extract ?? '');
  await until(async () => (await client.cancelFlow(flowId)).status === 'CANCELLED', 'the flow is cancelled');
});

it('retryFlow lets what failed, and what that cancelled, run again under the same ids', async () => {
  const { flowId, ids } = await chain('to be retried');
  expect(await failure(client.retryFlow(flowId))).toMatchObject({
    code: 'CONFLICT',
    details: { currentStatus: 'RUNNING' },
  });
  await client.cancelFlow(flowId);
  const flow = await client.retryFlow(flowId);
  expect(flow).toMatchObject({ id: flowId, status: 'RUNNING', done: 0, failed: 0, finishedAt: null });
  expect(statuses(flow)).toEqual({ extract: 'SCHEDULED', load: 'BLOCKED', tidy: 'BLOCKED' });
  expect(Object.fromEntries(flow.nodes.map(({ key, run }) => [key, run.id]))).toEqual(ids);
});

it('cancelFlow and retryFlow say what is wrong with the flow they name', async () => {
  for (const id of ['01936c2e-7a10-7c7b-9a51-0d6c2f0f9c01', 'nonsense']) {
    expect(await failure(client.cancelFlow(id))).toMatchObject({ name: 'JobflowError', code: 'NOT_FOUND' });
    expect(await failure(client.retryFlow(id))).toMatchObject({ name: 'JobflowError', code: 'NOT_FOUND' });
  }
  const { flowId } = await client.enqueueFlow({ nodes: [{ key: 'only', job: 'noop' }] });
  const late = failure(client.cancelFlow(flowId, 'x'.repeat(1001)));
  expect(await late).toMatchObject({ code: 'BAD_USER_INPUT', fields: { reason: expect.any(String) } });
});
