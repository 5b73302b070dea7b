import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../gateway/domain-house.js';
import { ApiClient } from '../system/api-client.js';
import { type RunningPlatform, startPlatformProcess } from '../system/running-platform.js';
import { runExample } from './run-example.js';

const cli = new URL('../../../packages/cli/dist/main.js', import.meta.url).pathname;

let platform: RunningPlatform;
let api: ApiClient;
let env: Record<string, string>;

beforeAll(async () => {
  platform = await startPlatformProcess();
  api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
  const { createApiKey } = await api.must('mutation { createApiKey(name: "examples", role: USER) { secret } }');
  env = { JOBFLOW_URL: platform.url, JOBFLOW_API_KEY: createApiKey.secret };
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
});

async function finished(file: string): Promise<string[]> {
  await using example = runExample(file, env);
  const code = await example.ended;
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${example.lines.join('\n')}`);
  return example.lines;
}

describe('the example client', () => {
  it('enqueues a run and waits for its result', async () => {
    expect(await finished('client/enqueue-and-wait.ts')).toEqual([
      'enqueued email.send: QUEUED',
      'sent to ada@example.com',
      'the same run again: true, duplicate: true',
      'refused with BAD_USER_INPUT: input.to',
      'ended as CANCELLED',
    ]);
  });

  it('enqueues a hundred runs at once and waits for all of them', async () => {
    expect(await finished('client/enqueue-many.ts')).toEqual(['enqueued 100 runs', 'all of them have succeeded']);
    const { runs } = await api.must('{ runs(filter: { tags: ["hundred"] }) { totalCount } }');
    expect(runs.totalCount).toBe(100);
  });

  it('follows a run and its log live', async () => {
    const lines = await finished('client/live-updates.ts');
    const logs = lines.filter((line) => line.startsWith('log: '));
    expect(logs.at(0)).toContain('connecting to the mail server');
    expect(logs.at(-1)).toBe('log: accepted');
    const states = lines.filter((line) => line.startsWith('state: '));
    expect(states.join()).toMatch(/RUNNING.*SUCCEEDED/);
  });

  it('says what it needs when it has no key', async () => {
    await using example = runExample('client/enqueue-many.ts', {});
    expect(await example.line(/API key/)).toContain('JOBFLOW_API_KEY');
    expect(await example.ended).toBe(1);
  });
});

describe('the example worker', () => {
  it('joins with credentials of its own, carries out a typed run, and stops when it is told to', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...[cli, 'worker-credentials', 'create', '--name', 'example', '--data-dir', platform.dataDir],
    ]);
    const [, nats = ''] = /NATS_URL=(nats:\S+)/.exec(stdout) ?? [];
    await using worker = runExample('worker/worker.ts', { NATS_URL: nats });
    await worker.line(/is working/);
    const { handlers } = await eventually(
      api,
      '{ handlers { name workers inputSchema job { title createdBy } } }',
      {},
      (data) => data.handlers.some(({ name }: { name: string }) => name === 'order.price'),
    );
    expect(handlers).toContainEqual({
      name: 'order.price',
      workers: 1,
      inputSchema: expect.objectContaining({ required: ['items'] }),
      job: { title: 'Price an order', createdBy: 'system:worker' },
    });
    expect(await finished('worker/order.ts')).toEqual(['the order costs 16.00']);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(worker.lines.slice(-2)).toEqual(['stopping: 0 runs are finishing', 'stopped after 1 runs']);
  });
});
