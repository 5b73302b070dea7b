import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackingServices, startBackingServices } from '@jobflow/cli';
import { connectNats } from '@jobflow/platform';
import { createDb } from '@jobflow/read-model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silent, until } from '../platform/backed.js';
import { ApiClient, isEnded } from './api-client.js';
import { startLocalServer } from './local-server.js';
import { type RunningPlatform, startPlatformProcess } from './running-platform.js';
import { readFiles, readRedis, readStreams, readTables, type Writings, whereIs } from './search-everywhere.js';

const HANDLER = `
import { defineHandler } from '@jobflow/sdk';
export const leaky = defineHandler('leaky', { retry: { maxAttempts: 1 } }, async (ctx) => {
  const value = await ctx.secret('canary');
  ctx.logger.warn('using ' + value, { value, coded: Buffer.from('user:' + value).toString('base64') });
  ctx.progress(50, 'with ' + value);
  if (ctx.input.fail) throw Object.assign(new Error('refused ' + value), { cause: new Error(value) });
  return { value, [value]: 1, url: 'https://x/?q=' + encodeURIComponent(value) };
});`;

/** Everything that tells of what ran. */
const QUESTIONS = [
  'query ($ids: [ID!]) { runs(filter: { ids: $ids }) { nodes { id result error { message stack code fingerprint } progressMessage } } }',
  'query ($ids: [ID!]) { logs: runs(filter: { ids: $ids }) { nodes { logs(first: 50) { message } } } }',
  'query ($ids: [ID!]) { lives: runs(filter: { ids: $ids }) { nodes { timeline(last: 20) { message data } attempts(last: 5) { error { message stack } } } } }',
  '{ secrets { name description usedBy } channels { name target headers } jobs { nodes { name spec } } }',
  '{ deliveries { nodes { target attempts { url error requestHeaders requestBody responseHeaders responseBody } } } }',
  '{ auditLog { nodes { actor action target detail reason } } }',
];

let dir: string;
let backing: BackingServices;
let platform: RunningPlatform;
let api: ApiClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'jobflow-canary-'));
  await mkdir(join(dir, 'handlers'));
  await writeFile(join(dir, 'handlers', 'leaky.ts'), HANDLER);
  backing = await startBackingServices({ dataDir: join(dir, 'data'), fsync: false });
  platform = await startPlatformProcess({
    args: ['--handlers', join(dir, 'handlers')],
    env: { NATS_URL: backing.natsUrl, DATABASE_URL: backing.databaseUrl, REDIS_URL: backing.redisUrl },
  });
  api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
});
afterAll(async () => {
  api?.[Symbol.dispose]();
  await platform?.[Symbol.asyncDispose]();
  await backing?.stop();
  if (dir) await rm(dir, { recursive: true, force: true });
});

it('keeps every secret it was given to itself: no stream, table, cache, log or answer shows one', async () => {
  const canary = `canary/${randomUUID()}+ö`;
  const password = `pw-${randomUUID()}`;
  const header = `header-${randomUUID()}`;
  const channelSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const db = await createDb(backing.databaseUrl, { name: 'test' });
  const link = await connectNats(backing.natsUrl, { name: 'test', logger: silent });
  await using server = await startLocalServer(({ headers, path, body }) => ({
    status: path.includes('fail') ? 400 : 200,
    body: { headers, path, body },
  }));
  await db.query(`create role canary login password '${password}'`);
  const connection = new URL(backing.databaseUrl);
  connection.username = 'canary';
  connection.password = password;

  const set = (name: string, value: string) =>
    api.must('mutation ($name: String!, $value: String!) { setSecret(name: $name, value: $value) { name } }', {
      name,
      value,
    });
  await set('canary', canary);
  await set('warehouse', connection.href);
  connection.password = `${password}-wrong`;
  await set('wrong', connection.href);
  const { createApiKey } = await api.must('mutation { createApiKey(name: "k", role: USER) { secret } }');
  const { createChannel } = await api.must(
    'mutation ($input: ChannelInput!) { createChannel(input: $input) { secret channel { id } } }',
    {
      input: {
        ...{ name: 'hook', kind: 'WEBHOOK', url: `${server.url}/hook`, secret: channelSecret },
        headers: { 'x-key': header },
        rules: [{ mode: 'EVERY' }],
      },
    },
  );
  const login = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken } }',
      variables: { e: platform.email, p: platform.password },
    }),
  });
  const { accessToken } = ((await login.json()) as { data: { login: { accessToken: string } } }).data.login;
  const refreshToken = /=([^;]+)/.exec(login.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
  expect([createChannel.secret, createApiKey.secret.slice(0, 4), refreshToken.length > 20]).toEqual([
    channelSecret,
    'jfk_',
    true,
  ]);

  const T = '{{secrets.canary}}';
  const shell =
    'echo "$T"; echo "$T" >&2; printf %s "u:$T" | base64; printf %s "$T" | od -An -tx1 | tr -d " \\n"; echo';
  const script =
    'const t = await context.secret("canary"); console.log(t); console.error(t); log.warn(t, { t }); progress(9, t);';
  const jobs: Record<string, unknown>[] = [
    { kind: 'SHELL', spec: { script: `${shell}; echo "\\"$T\\""`, env: { T } } },
    { kind: 'SHELL', spec: { script: 'echo "bad $1" >&2; exit 3', args: [T] } },
    { kind: 'PYTHON', spec: { script: 'import os; raise Exception("bad " + os.environ["T"])', env: { T } } },
    { kind: 'PYTHON', spec: { script: 'import os, json; print(json.dumps([os.environ["T"]]))', env: { T } } },
    {
      kind: 'HTTP',
      spec: { url: `${server.url}/a/${T}?q=${T}`, headers: { 'x-t': encodeURIComponent(T) }, body: [T] },
    },
    { kind: 'HTTP', spec: { url: `${server.url}/fail/${T}`, body: T } },
    {
      kind: 'SQL',
      spec: { connection: 'warehouse', query: 'select $1::text as told, current_user as who', params: [T] },
    },
    { kind: 'SQL', spec: { connection: 'warehouse', query: 'select $1::int', params: [T] } },
    { kind: 'SQL', spec: { connection: 'wrong', query: 'select 1' } },
    { kind: 'JAVASCRIPT', spec: { code: `${script} return [t, encodeURIComponent(t)];` } },
    { kind: 'JAVASCRIPT', spec: { code: `${script} throw Object.assign(new Error('bad ' + t), { code: t });` } },
  ];
  const ids: string[] = [];
  const start = async (job: string, input = {}) => {
    const { enqueue } = await api.must('mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id } } }', {
      input: { job, input },
    });
    ids.push(enqueue.run.id);
  };
  for (const [n, job] of jobs.entries()) {
    const input = { name: `canary-${n}`, retry: { maxAttempts: 2, initialDelayMs: 10 }, ...job };
    await api.must('mutation ($input: JobInput!) { createJob(input: $input) { name } }', { input });
    await start(input.name);
  }
  await start('leaky');
  await start('leaky', { fail: true });
  const runs = await Promise.all(ids.map((id) => api.watchRun(id, isEnded)));
  expect(runs.map(({ status }) => status)).toEqual(
    ['SUCCEEDED', 'FAILED', 'FAILED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'SUCCEEDED', 'FAILED', 'FAILED'].concat(
      ['SUCCEEDED', 'FAILED'],
      ['SUCCEEDED', 'FAILED'],
    ),
  );
  // The jobs did have it: what the server received, and what stands in the place of what they told.
  expect(JSON.stringify(server.received)).toContain(encodeURIComponent(canary));
  expect(runs[0]?.result).toBe('***');
  expect([runs[9]?.result, runs[10]?.error.message]).toEqual([['***', '***'], 'bad ***']);
  expect(runs[11]?.result).toEqual({ value: '***', '***': 1, url: 'https://x/?q=***' });
  expect(runs[12]?.error.message).toBe('refused ***');
  await until(() => server.received.filter(({ path }) => path === '/hook').length >= ids.length, 'webhooks went out');
  await until(async () => {
    const [row] = await db.query<{ n: number }>(
      `select count(*)::int as n from read.deliveries where status not in ('PENDING', 'RETRYING')`,
    );
    return (row?.n ?? 0) >= ids.length;
  }, 'their deliveries are recorded');

  const writings: Writings = new Map();
  const answers = {};
  for (const query of QUESTIONS) Object.assign(answers, await api.must(query, query.includes('$ids') ? { ids } : {}));
  writings.set('answers', JSON.stringify(answers));
  writings.set('output', platform.output());
  await readStreams(link, writings);
  await readTables(db, writings);
  await readRedis(backing.redisUrl, writings);
  await readFiles(join(platform.dataDir, 'logs'), writings);
  await link.stop();
  await db.stop();

  // The search finds what is there.
  for (const where of ['answers', 'stream JF_LOGS', 'table read.runs']) expect(writings.get(where)).toContain('***');
  expect(whereIs('canary-0', writings)).toEqual(
    expect.arrayContaining(['answers', 'stream JF_STATE', 'table read.jobs']),
  );
  expect([...writings.keys()].filter((name) => name.endsWith('.log')).length).toBeGreaterThanOrEqual(5);
  const planted = {
    ...{ canary, password, header, channelSecret, accessToken, refreshToken },
    apiKey: createApiKey.secret,
    adminPassword: platform.password,
    channelKey: channelSecret.slice('whsec_'.length),
  };
  const found = Object.entries(planted).flatMap(([name, text]) =>
    whereIs(text, writings).map((where) => `${name} in ${where}`),
  );
  expect(found).toEqual([]);
}, 180_000);
