import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tempDir } from '../testing/temp-dir.js';
import { until } from '../testing/until.js';
import { ManagedProcess, type ProcessSpec } from './managed-process.js';
import { PidFiles } from './pid-files.js';
import { isAlive } from './process-identity.js';
import { RotatingLog } from './rotating-log.js';

let dir: Awaited<ReturnType<typeof tempDir>>;
let warnings: string[];
let elapsedMs: number;
beforeEach(async () => {
  dir = await tempDir();
  warnings = [];
  elapsedMs = 0;
});
afterEach(() => dir[Symbol.asyncDispose]());

/** A process that runs this script; ready once it said so. */
function managed(script: string, more: Partial<ProcessSpec> = {}): ManagedProcess & { heard: string[] } {
  const heard: string[] = [];
  let said = false;
  const spec: ProcessSpec = {
    name: 'worker',
    async launch() {
      said = false;
      return { file: process.execPath, args: ['-e', script], env: {} };
    },
    async probe() {
      if (!said) throw new Error('not yet');
    },
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 500,
    startTimeoutMs: 10_000,
    onLine(line) {
      heard.push(line);
      said ||= line === 'ready';
    },
    ...more,
  };
  const log = { info: () => {}, warn: (line: string) => warnings.push(line) };
  const output = new RotatingLog(join(dir.path, 'worker.log'));
  const pids = new PidFiles(join(dir.path, 'run'));
  return Object.assign(new ManagedProcess(spec, { log, output, pids, now: () => elapsedMs }), { heard });
}

const FOR_EVER = 'console.log("ready"); setInterval(() => {}, 1000);';

test('a process that is to give way does, in every life', async () => {
  const worker = managed(FOR_EVER, { nice: 6 });
  await worker.start();
  expect(getPriority(worker.pid)).toBe(getPriority() + 6);
  await worker.kill9();
  await worker.whenReady();
  expect(getPriority(worker.pid)).toBe(getPriority() + 6);
  await worker.stop();
});

test('a killed process is started again at once, and a stopped one is not', async () => {
  const worker = managed(FOR_EVER);
  await worker.start();
  const first = worker.pid;
  await worker.kill9();
  await worker.whenReady();
  expect(worker.pid).not.toBe(first);
  expect(warnings).toEqual(['worker was ended by SIGKILL; starting it again now.']);
  const second = worker.pid as number;
  await worker.stop();
  expect(worker.pid).toBeUndefined();
  expect(isAlive(second)).toBe(false);
  await worker.stop();
});

test('one that did its work for a while is started again at once, however often it is killed', async () => {
  const worker = managed(FOR_EVER);
  await worker.start();
  for (let kills = 0; kills < 3; kills++) {
    elapsedMs += 6_000;
    await worker.kill9();
    await worker.whenReady();
  }
  expect(new Set(warnings)).toEqual(new Set(['worker was ended by SIGKILL; starting it again now.']));
  await worker.stop();
});

test('one that dies soon after it is ready waits longer and longer, and time spent on starting does not count', async () => {
  const worker = managed(FOR_EVER, {
    async launch() {
      elapsedMs += 60_000;
      return { file: process.execPath, args: ['-e', FOR_EVER], env: {} };
    },
    probe: () => Promise.resolve(),
  });
  await worker.start();
  for (let kills = 0; kills < 3; kills++) {
    elapsedMs += 1_000;
    await worker.kill9();
    await worker.whenReady();
  }
  const waits = ['now', 'in 0.5 s', 'in 1 s'];
  expect(warnings).toEqual(waits.map((when) => `worker was ended by SIGKILL; starting it again ${when}.`));
  await worker.stop();
});

test('stop works before start, and start works after stop', async () => {
  const worker = managed(FOR_EVER);
  await worker.stop();
  await worker.start();
  await worker.restart();
  await worker.start();
  expect(worker.pid).toBeDefined();
  await worker.stop();
});

test('a process that somebody else shut down stays down; one that ended otherwise does not', async () => {
  const script = `process.on("SIGUSR2", () => process.exit(0)); process.on("SIGHUP", () => process.exit(83)); ${FOR_EVER}`;
  const worker = managed(script, { staysDown: (code) => code === 0 });
  await worker.start();
  const first = worker.pid as number;
  process.kill(first, 'SIGHUP');
  await until(() => worker.pid !== undefined && worker.pid !== first);
  await worker.whenReady();
  process.kill(worker.pid as number, 'SIGUSR2');
  await until(() => worker.pid === undefined);
  await expect(worker.whenReady()).rejects.toThrow('worker was shut down.');
  expect(worker.pid).toBeUndefined();
  await worker.start();
  expect(worker.pid).toBeDefined();
  await worker.stop();
});

test('a process that never becomes ready is given up after three deaths, with its last words as the reason', async () => {
  const worker = managed('console.error("no such\\nthe disk is full"); process.exit(3);');
  await expect(worker.start()).rejects.toThrow('worker ended with code 3: the disk is full.');
  expect(worker.heard.filter((line) => line === 'the disk is full')).toHaveLength(3);
});

test('a process that hangs at its start is given up in time', async () => {
  const worker = managed('setInterval(() => {}, 1000);', { startTimeoutMs: 200 });
  await expect(worker.start()).rejects.toThrow('worker did not become ready in time.');
  expect(worker.pid).toBeUndefined();
});

test('a program that is not there is an error, not a crash', async () => {
  const worker = managed('', { launch: async () => ({ file: '/no/such/program', args: [], env: {} }) });
  await expect(worker.start()).rejects.toThrow(/worker could not be started: .*ENOENT/);
});

test('a process that ignores the signal to stop is killed', async () => {
  const worker = managed(`process.on("SIGTERM", () => console.log("no")); ${FOR_EVER}`);
  await worker.start();
  await worker.stop();
  expect(worker.heard).toContain('no');
});

test('what a dead process leaves in its group ends with it', async () => {
  const child = `require("child_process").spawn(process.execPath, ["-e", "setInterval(()=>{},1000)"], { stdio: "ignore" })`;
  const worker = managed(`console.log("child " + ${child}.pid); ${FOR_EVER}`);
  await worker.start();
  const pid = Number(worker.heard.find((line) => line.startsWith('child'))?.slice(6));
  expect(isAlive(pid)).toBe(true);
  await worker.kill9();
  await until(() => !isAlive(pid));
  await worker.stop();
});

test('all that a process says is in its log file', async () => {
  const worker = managed(`console.log("one"); console.error("two"); ${FOR_EVER}`);
  await worker.start();
  await worker.stop();
  const log = readFileSync(join(dir.path, 'worker.log'), 'utf8');
  expect(log.split('\n').sort()).toEqual(['', 'one', 'ready', 'two']);
});
