import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Platform, startPlatform } from '@jobflow/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient, isEnded, type Loose } from '../system/api-client.js';

let dir: string;
let platform: Platform;
let api: ApiClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-away-'));
  const handlersDir = join(dir, 'handlers');
  await mkdir(handlersDir);
  const sdk = new URL('../../../packages/sdk/dist/index.js', import.meta.url).href;
  await writeFile(
    join(handlersDir, 'works.mjs'),
    `import { defineHandler } from ${JSON.stringify(sdk)};
     export const works = defineHandler('works', {}, () => 'done');
     export const counted = defineHandler('counted', { limits: { concurrency: 3 } }, () => 'done');`,
  );
  const password = 'correct horse battery staple';
  platform = await startPlatform({ dataDir: join(dir, 'data'), handlersDir, adminPassword: password });
  api = new ApiClient(platform.url);
  await api.signIn(platform.adminEmail, password);
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.stop();
  await rm(dir, { recursive: true, force: true });
});

const enqueue = async (input: Loose): Promise<string> => {
  const query = 'mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id } } }';
  return (await api.must(query, { input })).enqueue.run.id;
};
const why = async (id: string): Promise<Loose[]> => {
  const { run } = await api.must('query ($id: ID!) { run(id: $id) { whyNotRunning { code message target } } }', { id });
  return run.whyNotRunning;
};

describe('while Redis is away', () => {
  it('a run under limits says so and what to do, one without them runs, and both go on when Redis is back', async () => {
    const configure =
      'mutation ($name: String!, $input: QueueInput!) { configureQueue(name: $name, input: $input) { name } }';
    await api.must(configure, { name: 'narrow', input: { concurrency: 2 } });
    await api.must(configure, { name: 'paced', input: { rate: { limit: 100, perMs: 1_000 } } });
    const first = await enqueue({ job: 'works', queue: 'narrow' });
    expect(await api.watchRun(first, isEnded)).toMatchObject({ status: 'SUCCEEDED' });
    const { redis } = platform.backing;
    await redis.stop();
    const waiting = {
      CONCURRENCY_LIMIT: await enqueue({ job: 'works', queue: 'narrow' }),
      RATE_LIMIT: await enqueue({ job: 'works', queue: 'paced' }),
    };
    const free = await enqueue({ job: 'works' });
    const counted = await enqueue({ job: 'counted' });
    for (const [code, id] of Object.entries(waiting)) {
      await until(
        async () => (await why(id)).some(({ message }) => /cannot be counted/.test(message)),
        `${code} is told`,
      );
      expect(await why(id)).toContainEqual({
        code,
        target: code === 'RATE_LIMIT' ? 'paced' : 'narrow',
        message: expect.stringMatching(
          /^The limits of queue \w+ cannot be counted.*Redis cannot be reached; check that it runs/,
        ),
      });
    }
    expect(await api.watchRun(free, isEnded)).toMatchObject({ status: 'SUCCEEDED' });
    await until(
      async () => (await why(counted)).some(({ message }) => /check that it runs.*; it is offered/.test(message)),
      'the run of a job with limits says what to do, and when it is offered again',
    );
    await redis.start();
    for (const id of [...Object.values(waiting), counted])
      expect(await api.watchRun(id, isEnded)).toMatchObject({ status: 'SUCCEEDED' });
  });
});
