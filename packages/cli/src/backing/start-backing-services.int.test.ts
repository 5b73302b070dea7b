import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkExternal } from '../platform/check-external.js';
import { freePort, tryPort } from '../process/free-port.js';
import { isAlive, processIdentity } from '../process/process-identity.js';
import { tempDir } from '../testing/temp-dir.js';
import { askNats } from './ask-nats.js';
import { askPostgres } from './ask-postgres.js';
import { askRedis } from './ask-redis.js';
import { type BackingServices, startBackingServices } from './start-backing-services.js';

let dir: Awaited<ReturnType<typeof tempDir>>;
let services: BackingServices;
beforeAll(async () => {
  dir = await tempDir();
  services = await startBackingServices({ dataDir: dir.path });
}, 300_000);
afterAll(async () => {
  await services?.stop();
  await dir[Symbol.asyncDispose]();
});

const pidsOf = (): number[] => services.processes.map(({ pid }) => pid as number);

test('all three answer, with credentials', async () => {
  const nats = await askNats(services.natsUrl);
  expect(nats).toEqual({ version: nats.version, jetstream: true });
  expect(await askPostgres(services.databaseUrl)).toBe('accepting');
  expect((await askRedis(services.redisUrl)).refused).toBeUndefined();
});

test('nobody gets in without the password', async () => {
  const wrong = (url: string): string => url.replace(/:[^:@/]+@/, ':wrong@');
  expect((await askNats(wrong(services.natsUrl))).refused).toMatch(/authorization violation/i);
  expect((await askNats(services.natsUrl.replace(/\/\/.*@/, '//'))).refused).toMatch(/authorization violation/i);
  expect((await askRedis(wrong(services.redisUrl))).refused).toBeTruthy();
  await expect(checkExternal({ redis: wrong(services.redisUrl) })).rejects.toThrow(
    /refuses us .*: correct REDIS_URL\.$/,
  );
  await expect(checkExternal({ nats: wrong(services.natsUrl) })).rejects.toThrow(
    /^NATS at 127\.0\.0\.1:\d+ refuses these credentials \(Authorization Violation\): correct NATS_URL\.$/,
  );
});

test('NATS is reached from elsewhere only where it is told to listen', async () => {
  const elsewhere = (url: string) => url.replace('127.0.0.1', '127.0.0.2');
  await expect(askNats(elsewhere(services.natsUrl), 1_000)).rejects.toThrow('connection refused');
  await using other = await tempDir();
  const natsListen = { host: '0.0.0.0', port: await freePort() };
  await using listening = await startBackingServices({ dataDir: other.path, only: ['nats'], natsListen });
  expect(new URL(listening.natsUrl).host).toBe(`127.0.0.1:${natsListen.port}`);
  expect((await askNats(elsewhere(listening.natsUrl))).refused).toBeUndefined();
});

test('no password shows in the list of processes', async () => {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', pidsOf().join(',')]);
  expect(stdout).toContain('nats-server');
  for (const url of [services.natsUrl, services.databaseUrl, services.redisUrl]) {
    expect(stdout).not.toContain(new URL(url).password);
  }
});

test('a server killed by -9 comes back on its port, with its data and within seconds', async () => {
  for (const server of [services.nats, services.postgres, services.redis]) {
    const before = server.pid;
    const killedAt = performance.now();
    await server.kill9();
    await server.whenReady();
    expect(server.pid).not.toBe(before);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
  }
  expect((await askNats(services.natsUrl)).jetstream).toBe(true);
  expect(await askPostgres(services.databaseUrl)).toBe('accepting');
});

test('a second start on the same data is refused', async () => {
  await expect(startBackingServices({ dataDir: dir.path })).rejects.toThrow('is in use by another Jobflow');
});

test('only what is asked for is started, and asking for another is an error', async () => {
  await using other = await tempDir();
  await using redis = await startBackingServices({ dataDir: other.path, only: ['redis'] });
  expect(redis.processes.map(({ name }) => name)).toEqual(['redis']);
  expect(() => redis.natsUrl).toThrow('nats was not started here');
});

test('a supervisor killed by -9 leaves nothing that hinders the next start', async () => {
  await using other = await tempDir();
  const path = join(other.path, 'deeper/data');
  const script = `
    const { startBackingServices } = await import('@jobflow/cli');
    const services = await startBackingServices({ dataDir: ${JSON.stringify(path)} });
    console.log(JSON.stringify(services.processes.map(({ pid }) => pid)));
    process.kill(process.pid, 'SIGKILL');`;
  const killed = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  }).catch((error: { stdout: string; signal: string }) => error);
  expect(killed).toMatchObject({ signal: 'SIGKILL' });
  const left = JSON.parse(killed.stdout) as number[];
  await using next = await startBackingServices({ dataDir: path });
  expect(left).toHaveLength(3);
  for (const pid of left) expect(await processIdentity(pid)).toBeUndefined();
  expect(await askPostgres(next.databaseUrl)).toBe('accepting');
});

test('stop leaves no process and frees the ports', async () => {
  await using other = await tempDir();
  const more = await startBackingServices({ dataDir: other.path, fsync: false });
  const pids = more.processes.map(({ pid }) => pid as number);
  await more.stop();
  await more.stop();
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
  for (const url of [more.natsUrl, more.databaseUrl, more.redisUrl]) {
    expect(await tryPort(Number(new URL(url).port))).toHaveProperty('port');
  }
});

test.each([
  ['nats', 'NATS_URL', 'nats://u:secret@127.0.0.1:9'],
  ['database', 'DATABASE_URL', 'postgres://u:secret@127.0.0.1:9/d'],
  ['redis', 'REDIS_URL', 'redis://:secret@127.0.0.1:9'],
])('an unreachable %s is one sentence without the password', async (name, variable, url) => {
  const checking = checkExternal({ [name]: url });
  await expect(checking).rejects.toThrow(
    new RegExp(
      `^\\w+ at 127\\.0\\.0\\.1:9 cannot be reached \\(connection refused\\): start it, or correct ${variable}; unset, one is started for you\\.$`,
    ),
  );
});

test('an old NATS, one without JetStream, and something else on its port are told apart', async () => {
  const answering = async (greeting: string): Promise<string> => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write('PONG\r\n'));
      socket.write(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const said = await checkExternal({ nats: `nats://127.0.0.1:${port}` }).then(
      () => 'fine',
      (error: Error) => error.message.replace(String(port), 'PORT'),
    );
    server.close();
    return said;
  };
  expect(await answering('INFO {"version":"2.9.10","jetstream":true}\r\n')).toBe(
    'NATS at 127.0.0.1:PORT is version 2.9.10, and Jobflow needs 2.12 or newer: upgrade it, or unset NATS_URL.',
  );
  expect(await answering('INFO {"version":"2.12.1"}\r\n')).toBe(
    'NATS at 127.0.0.1:PORT has JetStream turned off: start it with JetStream, or unset NATS_URL.',
  );
  expect(await answering('220 mail ready\r\n')).toBe(
    'NATS at 127.0.0.1:PORT cannot be reached (not a NATS server): start it, or correct NATS_URL; unset, one is started for you.',
  );
  expect(await answering('INFO {"version":"2.15.1","jetstream":true}\r\n')).toBe('fine');
});

test('a URL that is none is refused with an example', async () => {
  await expect(checkExternal({ redis: 'foo' })).rejects.toThrow(
    'REDIS_URL is not a URL: it should look like redis://:password@host:6379.',
  );
});
