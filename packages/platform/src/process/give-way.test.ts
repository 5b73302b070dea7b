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

/** How nice its session is; undefined where the system does not weigh sessions. */
function niceOfSession(pid: number): number | undefined {
  try {
    return Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

test('a process gives way, and where sessions are weighed, its session does', () => {
  const pid = waiting();
  const weighed = niceOfSession(pid) !== undefined;
  giveWay(pid, 7);
  expect(getPriority(pid)).toBe(7);
  expect(niceOfSession(pid)).toBe(weighed ? 7 : undefined);
});

test('nobody gives less way than before, and a process that is gone is no failure', () => {
  const pid = waiting();
  giveWay(pid, 7);
  giveWay(pid, 3);
  expect(getPriority(pid)).toBe(7);
  expect(() => giveWay(2 ** 22 + 1, 5)).not.toThrow();
});

test('what a job runs gives way to the platform', async () => {
  const { stdin, stdout, ended } = startContained({ argv: ['/bin/sh', '-c', 'read go; nice'], cwd: '/' });
  stdin.end('go\n');
  expect(Number(await text(stdout))).toBe(10);
  await ended;
});
