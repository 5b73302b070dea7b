import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { startContained } from './contained-process.js';
import { giveWay } from './give-way.js';

const children: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that leads a session of its own until the test is over. */
function waiting(): number {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { detached: true, stdio: 'pipe' });
  children.push(child);
  if (child.pid === undefined) throw new Error('it did not start');
  return child.pid;
}

const weighsSessions = () => niceOfSession(process.pid) !== undefined;

/** How nice its session is; undefined where the system does not weigh sessions. */
function niceOfSession(pid: number): number | undefined {
  try {
    return Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

test('a process gives way, and where sessions are weighed, its session does', async () => {
  const pid = waiting();
  const weighed = niceOfSession(pid) !== undefined;
  giveWay(pid, 7);
  expect(getPriority(pid)).toBe(getPriority() + 7);
  if (weighed) await expect.poll(() => niceOfSession(pid)).toBe(getPriority() + 7);
});

test('nobody gives less way than before, or more than there is, and a process that is gone is no failure', () => {
  const pid = waiting();
  giveWay(pid, 7);
  giveWay(pid, 3);
  expect(getPriority(pid)).toBe(getPriority() + 7);
  giveWay(pid, 30);
  expect(getPriority(pid)).toBe(19);
  expect(() => giveWay(2 ** 22 + 1, 5)).not.toThrow();
});

// The limit is on everybody who is not root, so it shows where many start at once.
test.skipIf(process.getuid?.() !== 0 || !weighsSessions())('also for a person who is not root', async () => {
  const module = new URL('give-way.ts', import.meta.url).pathname;
  const script = `
    const { spawn } = require('node:child_process');
    const { readFileSync } = require('node:fs');
    import(${JSON.stringify(module)}).then(async ({ giveWay }) => {
      const children = [1, 2, 3].map(() => spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }));
      for (const { pid } of children) giveWay(pid, 7);
      const all = () => children.every(({ pid }) => readFileSync('/proc/' + pid + '/autogroup', 'utf8').includes('nice 7'));
      const look = setInterval(() => { if (all()) { for (const child of children) child.kill(); clearInterval(look); } }, 20);
    });`;
  const child = spawn(process.execPath, ['-e', script], { uid: 65534, gid: 65534, stdio: 'inherit' });
  children.push(child);
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
});

test('what a job runs gives way to the platform', async () => {
  const { stdin, stdout, ended } = startContained({ argv: ['/bin/sh', '-c', 'read go; nice'], cwd: '/' });
  stdin.end('go\n');
  expect(Number(await text(stdout))).toBe(Math.min(19, getPriority() + 10));
  await ended;
});
