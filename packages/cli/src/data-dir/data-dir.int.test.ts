import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PidFiles } from '../process/pid-files.js';
import { isAlive, processIdentity } from '../process/process-identity.js';
import { tempDir } from '../testing/temp-dir.js';
import { openDataDir } from './data-dir.js';
import { lockDataDir } from './lock.js';
import { forgetAdminSeed, initialAdminPassword, readSecrets, rotateEncryptionKey } from './secrets.js';

let dir: Awaited<ReturnType<typeof tempDir>>;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir[Symbol.asyncDispose]());

test('a data directory is opened by one at a time, and by the next once it is given back', async () => {
  const first = await openDataDir(dir.path);
  await expect(openDataDir(dir.path)).rejects.toThrow(
    `The data directory ${dir.path} is in use by another Jobflow (process ${process.pid}): stop that one, or choose another directory with --data-dir.`,
  );
  await first.unlock();
  await (await openDataDir(dir.path)).unlock();
});

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1, identity: 'boot/1' }],
  ['of a process whose pid another one has now', { pid: process.pid, identity: 'another boot/1' }],
  ['that was cut off', undefined],
])('a lock %s is taken over', async (_, holder) => {
  await writeFile(join(dir.path, 'lock.7'), holder ? JSON.stringify(holder) : '{"pi');
  const unlock = await lockDataDir(dir.path);
  await expect(lockDataDir(dir.path)).rejects.toThrow('is in use by another Jobflow');
  await unlock();
  expect(await readdir(dir.path)).toEqual(['lock.8']);
});

test('of many that find the same stale lock, one gets it', async () => {
  await writeFile(join(dir.path, 'lock.7'), JSON.stringify({ pid: 2 ** 22 + 1, identity: 'boot/1' }));
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(dir.path)));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  expect(await readdir(dir.path)).toEqual(['lock.8']);
});

test('secrets are made once, for their owner alone, and the password is not among them', async () => {
  const first = await openDataDir(dir.path);
  await first.unlock();
  const second = await openDataDir(dir.path);
  expect(second.secrets).toEqual(first.secrets);
  const file = join(dir.path, 'secrets.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const password = (await initialAdminPassword(first.secrets)) as string;
  expect(password).toMatch(/^[A-Za-z0-9]{20}$/);
  expect(await readFile(file, 'utf8')).not.toContain(password);
  await forgetAdminSeed(dir.path, second.secrets);
  await second.unlock();
  const third = await openDataDir(dir.path);
  expect(await initialAdminPassword(third.secrets)).toBeUndefined();
  await third.unlock();
});

test('a new key for stored secrets keeps those from before, and outlives what a running start writes', async () => {
  const running = await openDataDir(dir.path);
  const first = running.secrets.encryptionKey;
  const second = await rotateEncryptionKey(dir.path);
  expect(second.old).toBe(first);
  const third = await rotateEncryptionKey(dir.path);
  await forgetAdminSeed(dir.path, running.secrets);
  await running.unlock();
  const { adminSeed, ...secrets } = await readSecrets(dir.path);
  expect(adminSeed).toBeUndefined();
  expect(secrets).toMatchObject({
    encryptionKey: third.current,
    oldEncryptionKeys: [second.current, first],
    jwtKey: running.secrets.jwtKey,
  });
  expect(Buffer.from(third.current, 'base64')).toHaveLength(32);
  expect((await stat(join(dir.path, 'secrets.json'))).mode & 0o777).toBe(0o600);
});

test('ports are the same at every start', async () => {
  const first = await openDataDir(dir.path);
  const ports = await Promise.all(['nats', 'redis', 'postgres'].map((name) => first.ports.take(name)));
  expect(new Set(ports).size).toBe(3);
  await first.unlock();
  const second = await openDataDir(dir.path);
  expect(await second.ports.take('redis')).toBe(ports[1]);
  await second.unlock();
});

test.each(['/proc/jobflow', '/etc/hostname', '/etc/hostname/jobflow'])(
  '%s is refused in one sentence',
  async (path) => {
    await expect(openDataDir(path)).rejects.toThrow(
      /^The data directory \S+ cannot be written \([^)]+\): make it writable or choose another with --data-dir\.$/,
    );
  },
);

test('a link to a folder is as good as the folder', async () => {
  await using other = await tempDir();
  await symlink(other.path, join(dir.path, 'link'));
  await (await openDataDir(join(dir.path, 'link'))).unlock();
  expect(await readdir(other.path)).toContain('secrets.json');
});

test('what a crashed start left running is ended, politely first; a stranger with its pid is left alone', async () => {
  const polite = 'process.on("SIGTERM",()=>process.exit(0));console.log("up");setInterval(()=>{},1000)';
  const stubborn = 'process.on("SIGTERM",()=>{});console.log("up");setInterval(()=>{},1000)';
  const children = [polite, stubborn, polite].map((script) => spawn(process.execPath, ['-e', script]));
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  const [first, second, stranger] = children.map((child) => child.pid as number) as [number, number, number];
  const pids = new PidFiles(join(dir.path, 'run'));
  await pids.record('first', first, 'SIGTERM');
  await pids.record('second', second, 'SIGTERM');
  await writeFile(
    join(dir.path, 'run/stranger.json'),
    JSON.stringify({ pid: stranger, identity: 'another boot/1', stopSignal: 'SIGTERM' }),
  );
  expect((await pids.stopLeftovers(300)).sort()).toEqual(['first', 'second']);
  expect(await processIdentity(first)).toBeUndefined();
  expect(await processIdentity(second)).toBeUndefined();
  expect(isAlive(stranger)).toBe(true);
  expect(await readdir(join(dir.path, 'run'))).toEqual([]);
  children[2]?.kill('SIGKILL');
});
