import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askNats } from '../backing/ask-nats.js';
import { isAlive, processIdentity } from '../process/process-identity.js';
import { fakeServices } from '../testing/fake-services.js';
import { tempDir } from '../testing/temp-dir.js';
import { until } from '../testing/until.js';
import { type Platform, type PlatformOptions, startPlatform } from './start-platform.js';

let dir: Awaited<ReturnType<typeof tempDir>>;
let options: PlatformOptions;
let migrated: string[];
let warnings: string[];
beforeEach(async () => {
  dir = await tempDir();
  migrated = [];
  warnings = [];
  const out = join(dir.path, 'out');
  await mkdir(out);
  options = {
    dataDir: join(dir.path, 'data'),
    handlersDir: dir.path,
    servicesDir: await fakeServices(join(dir.path, 'services')),
    migrate: async (url) => void migrated.push(url),
    env: { OUT: out },
    log: { info: () => {}, warn: (line) => warnings.push(line) },
  };
});
afterEach(() => dir[Symbol.asyncDispose]());

const pidsOf = (platform: Platform): number[] =>
  [...platform.services, ...platform.backing.processes].map(({ pid }) => pid as number);

/** What each started service was told, newest process last. */
async function told(service: string): Promise<Record<string, string>[]> {
  const out = join(dir.path, 'out');
  const names = (await readdir(out)).filter((name) => name.startsWith(`${service}-`));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(out, name), 'utf8'))));
}

test('everything comes up, is told what it needs, and is gone after stop', async () => {
  const platform = await startPlatform({ ...options, executors: 2, schedulers: 2 });
  expect(platform.services.map(({ name }) => name)).toEqual([
    ...['projector', 'gateway', 'scheduler-1', 'scheduler-2', 'executor-1', 'executor-2', 'notifier'],
  ]);
  expect(migrated).toEqual([platform.urls.database]);
  const [gateway] = await told('gateway');
  expect(gateway).toMatchObject({ NATS_URL: platform.urls.nats, HOST: '127.0.0.1', JOBFLOW_PUBLIC_URL: platform.url });
  expect(platform.url).toBe(`http://127.0.0.1:${gateway?.PORT}`);
  expect(await told('executor')).toHaveLength(2);
  expect(warnings).toContain('gateway: the queue is slow');
  expect(await readFile(join(options.dataDir, 'logs/gateway.log'), 'utf8')).toContain('the queue is slow');

  const pids = pidsOf(platform);
  expect(pids).toHaveLength(10);
  await platform.stop();
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
});

test('the first administrator is told once, and the same password holds after a start that was cut off', async () => {
  const cutOff = new AbortController();
  const failing = startPlatform({
    ...options,
    signal: cutOff.signal,
    migrate: async () => cutOff.abort(new Error('cut off')),
  });
  await expect(failing).rejects.toThrow('cut off');

  const first = await startPlatform(options);
  const { adminEmail, adminPassword } = first;
  expect([adminEmail, adminPassword?.length]).toEqual(['admin@jobflow.local', 20]);
  await first.stop();
  const second = await startPlatform(options);
  expect(second.adminPassword).toBeUndefined();
  expect((await told('gateway')).at(-1)).toBeDefined();
  await second.stop();
});

test('a password that would not work is not shown', async () => {
  const env = { ...options.env, ADMIN_EMAIL_IN_DB: 'someone@else', ADMIN_PASSWORD_IN_DB: 'x' };
  await using platform = await startPlatform({ ...options, env });
  expect(platform.adminPassword).toBeUndefined();
});

test('a service that dies is started again, and so is NATS, on its port', async () => {
  await using platform = await startPlatform(options);
  const executor = platform.services.find(({ name }) => name === 'executor');
  const before = [executor?.pid, platform.backing.nats.pid];
  await Promise.all([executor?.kill9(), platform.backing.nats.kill9()]);
  await Promise.all([executor?.whenReady(), platform.backing.nats.whenReady()]);
  expect([executor?.pid, platform.backing.nats.pid]).not.toEqual(before);
  expect((await askNats(platform.urls.nats)).jetstream).toBe(true);
  expect(await told('executor')).toHaveLength(2);
});

test('a service that cannot start is named with its reason, and nothing is left behind', async () => {
  await expect(startPlatform({ ...options, env: { ...options.env, FAIL: 'notifier' } })).rejects.toThrow(
    'notifier ended with code 1: PORT must be a number.',
  );
  await using platform = await startPlatform(options); // its data directory is free again
  expect(platform.services).toHaveLength(5);
});

test('forceStop ends what does not want to end', async () => {
  const platform = await startPlatform({ ...options, env: { ...options.env, STUBBORN: 'executor' } });
  const pids = pidsOf(platform);
  const stopping = platform.stop();
  const startedAt = performance.now();
  await platform.forceStop();
  await stopping;
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
});

test('a busy port is one sentence, and nothing is started', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await expect(startPlatform({ ...options, port })).rejects.toThrow(
    `Port ${port} is already in use: stop the program that uses it, or choose another with --port.`,
  );
  server.close();
  await expect(readdir(options.dataDir)).rejects.toThrow('ENOENT');
});

test('two platforms run side by side', async () => {
  await using first = await startPlatform(options);
  await using second = await startPlatform({ ...options, dataDir: join(dir.path, 'other') });
  expect(first.url).not.toBe(second.url);
  expect(new Set([...pidsOf(first), ...pidsOf(second)]).size).toBe(16);
});

test('servers that run already are used, and not stopped', async () => {
  await using first = await startPlatform(options);
  const second = await startPlatform({ ...options, dataDir: join(dir.path, 'other'), urls: first.urls });
  expect(second.backing.processes).toEqual([]);
  expect(warnings.join()).toContain('run it with "sync_interval: always"');
  await second.stop();
  expect((await askNats(first.urls.nats)).jetstream).toBe(true);
});

test('when the supervisor is killed by -9, its services and servers end too', async () => {
  const main = pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href;
  const { log: _log, migrate: _migrate, ...plain } = options;
  const script = `
    const { startPlatform } = await import(${JSON.stringify(main)});
    const platform = await startPlatform({ ...${JSON.stringify(plain)}, migrate: async () => {} });
    console.log(JSON.stringify([...platform.services, ...platform.backing.processes].map(({ pid }) => pid)));`;
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [said] = (await once(supervisor.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(said.toString()) as number[];
  expect(pids).toHaveLength(8);
  supervisor.kill('SIGKILL');
  await until(async () => (await Promise.all(pids.map(processIdentity))).every((identity) => identity === undefined));
});
