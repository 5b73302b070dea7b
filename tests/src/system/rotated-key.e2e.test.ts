import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient, isEnded } from './api-client.js';
import { startLocalServer } from './local-server.js';
import { type RunningPlatform, startPlatformProcess } from './running-platform.js';

const cli = new URL('../../../packages/cli/dist/main.js', import.meta.url).pathname;

it('a platform whose key was rotated fills and signs with what was sealed before', async () => {
  await using server = await startLocalServer(() => ({ body: {} }));
  await using platform = await startPlatformProcess();
  const secret = await prepare(platform, server.url);
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[cli, 'rotate-secrets-key', '--data-dir', platform.dataDir],
  ]);
  const [, oldKey = ''] = /the key ([0-9a-f]{8}) is kept/.exec(stdout) ?? [];
  expect(await runOnce(platform)).toBe('SUCCEEDED');
  expect(await platform.stop()).toBe(0);
  await platform.startAgain();
  const none = `No stored secret needs an old key (${oldKey}).`;
  await until(async () => (await secretsHealth(platform)) === none, none);
  expect(await runOnce(platform)).toBe('SUCCEEDED');
  const received = (wanted: string) => server.received.filter(({ path }) => path === wanted);
  await until(() => received('/hook').length === 2, 'the channel hears of both runs');
  expect(received('/job').map(({ headers }) => headers.authorization)).toEqual([
    'Bearer the-token',
    'Bearer the-token',
  ]);
  for (const { body, headers } of received('/hook')) {
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeTruthy();
  }
});

async function signedIn(platform: RunningPlatform): Promise<ApiClient> {
  const api = new ApiClient(platform.url);
  await api.signIn(platform.email, platform.password);
  return api;
}

/** A secret, a job that uses it, and a channel that hears of it; what the channel signs with. */
async function prepare(platform: RunningPlatform, url: string): Promise<string> {
  using api = await signedIn(platform);
  await api.must('mutation { setSecret(name: "api-token", value: "the-token") { name } }');
  const spec = { url: `${url}/job`, headers: { authorization: 'Bearer {{secrets.api-token}}' } };
  await api.must('mutation ($input: JobInput!) { createJob(input: $input) { name } }', {
    input: { name: 'call', kind: 'HTTP', spec },
  });
  const { createChannel } = await api.must(
    'mutation ($input: ChannelInput!) { createChannel(input: $input) { secret } }',
    { input: { name: 'ops', kind: 'WEBHOOK', url: `${url}/hook`, rules: [{ jobs: ['call'] }] } },
  );
  return createChannel.secret;
}

async function runOnce(platform: RunningPlatform): Promise<string> {
  using api = await signedIn(platform);
  const { enqueue } = await api.must('mutation { enqueue(input: { job: "call" }) { run { id } } }');
  return (await api.watchRun(enqueue.run.id, isEnded)).status;
}

async function secretsHealth(platform: RunningPlatform): Promise<string> {
  using api = await signedIn(platform);
  const { health } = await api.must('{ health { checks { code message } } }');
  return health.checks.find(({ code }: { code: string }) => code === 'secrets').message;
}
