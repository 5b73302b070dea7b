import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { processesNaming } from '../system/running-platform.js';
import { type House, startHouse } from './house.js';

const MAIN = fileURLToPath(new URL('../../../services/executor/dist/main.js', import.meta.url));

let house: House;
let executor: ChildProcess;

async function startExecutor(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH ?? '',
      NATS_URL: house.backing.natsUrl,
      JOBFLOW_HEALTH_PORT: '0',
      JOBFLOW_KINDS: 'SHELL,PYTHON',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  await until(() => output.includes('ready for runs'), 'the executor is ready');
  return child;
}

beforeAll(async () => {
  house = await startHouse();
  executor = await startExecutor();
});
afterAll(async () => {
  executor?.kill('SIGKILL');
  await house?.[Symbol.asyncDispose]();
});

/** Starts what leaves its session and heeds no signal; the jobs themselves heed none either. */
const SCRIPTS = {
  SHELL: (seconds: number) =>
    `trap '' TERM INT HUP; setsid sh -c 'trap "" TERM INT HUP; sleep ${seconds}' & echo started; while true; do sleep 1; done`,
  PYTHON: (seconds: number) => `
import os, signal, subprocess, time
for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(name, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    os.execvp("sleep", ["sleep", "${seconds}"])
print("started")
while True: time.sleep(1)`,
};

async function startEscapee(kind: keyof typeof SCRIPTS, seconds: number, hardMs: number) {
  const runId = await house.enqueue({
    job: `escape-${seconds}`,
    kind,
    spec: { script: SCRIPTS[kind](seconds) },
    timeout: { hardMs },
    retry: { maxAttempts: 1, backoff: 'FIXED', initialDelayMs: 0, maxDelayMs: 0, factor: 1, jitter: 'NONE' },
  });
  await house.lines(runId, (lines) => lines.some(({ message }) => message === 'started'));
  const alive = async () => (await processesNaming(`sleep ${seconds}`)).length > 0;
  await until(alive, 'what left its session runs');
  return { runId, alive };
}

describe.each(['SHELL', 'PYTHON'] as const)('what a %s job started and left its session', (kind) => {
  // Named like no process of another run of this test.
  const first = (kind === 'SHELL' ? 100_000_000 : 200_000_000) + process.pid * 10;

  it('is dead within a second of the time limit', async () => {
    const { runId, alive } = await startEscapee(kind, first, 4_000);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED' });
    const ended = house.fold.events(runId).at(-1)?.event;
    if (ended?.type !== 'RunAttemptFailed') throw new Error(`it ended with ${ended?.type}`);
    expect(ended.status).toBe('TIMED_OUT');
    await until(async () => !(await alive()), 'it is dead');
    expect(Date.now() - ended.finishedAt).toBeLessThan(1_000);
  });

  it('is dead within a second of the cancellation', async () => {
    const { runId, alive } = await startEscapee(kind, first + 1, 60_000);
    const cancelled = Date.now();
    await house.cancel(runId);
    await until(async () => !(await alive()), 'it is dead');
    // The job heeds no signal, so that it is given 800 ms first; the rest is finding out.
    expect(Date.now() - cancelled).toBeLessThan(1_300);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'CANCELLED' });
  });

  it('is dead within a second of the executor’s SIGKILL', async () => {
    const { runId, alive } = await startEscapee(kind, first + 2, 60_000);
    const ended = once(executor, 'exit');
    executor.kill('SIGKILL');
    const killed = Date.now();
    await ended;
    await until(async () => !(await alive()), 'it is dead');
    expect(Date.now() - killed).toBeLessThan(1_000);
    await house.cancel(runId);
    executor = await startExecutor();
  });
});
