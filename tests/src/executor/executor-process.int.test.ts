import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, startHouse } from './house.js';

const MAIN = fileURLToPath(new URL('../../../services/executor/dist/main.js', import.meta.url));
const children: ChildProcess[] = [];

interface Executor {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

function startExecutor(env: Record<string, string>): Executor {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', JOBFLOW_HEALTH_PORT: '0', JOBFLOW_DRAIN_MS: '500', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, ended: once(child, 'exit').then(([code]) => code as number | null) };
}

let house: House;
let executor: Executor;
let handlers: string;

beforeAll(async () => {
  house = await startHouse();
  handlers = join(house.dir, 'handlers');
  await mkdir(handlers);
  await writeFile(
    join(handlers, 'greet.ts'),
    `import { defineHandler } from '@jobflow/sdk';
     import { z } from 'zod';
     export default defineHandler('greet', { input: z.object({ name: z.string().default('you') }) }, async ({ input }) => {
       void Promise.reject(new Error('stray'));
       return 'hello ' + (input.name as string);
     });`,
  );
  await writeFile(join(handlers, 'broken.mjs'), 'export default (;');
  executor = startExecutor({
    NATS_URL: house.backing.natsUrl,
    JOBFLOW_HANDLERS: handlers,
    JOBFLOW_KINDS: 'http,javascript,handler,shell',
    JOBFLOW_ALLOW_CIDRS: '127.0.0.0/8',
    JOBFLOW_QUEUES: 'default',
    JOBFLOW_NO_HANDLER_AFTER_MS: '1000',
  });
  while (!executor.output().includes('ready for runs')) await wait(20);
});
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await house?.[Symbol.asyncDispose]();
});

const lastEvent = (runId: string) => house.fold.events(runId).at(-1)?.event;

describe('an executor', () => {
  it('carries out handlers of its directory, wherever that lies, and names a file it cannot load', async () => {
    const runId = await house.enqueue({ job: 'greet', input: {} });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(lastEvent(runId)).toMatchObject({ type: 'RunSucceeded', result: 'hello you' });
    expect(executor.output()).toMatch(/broken\.mjs could not be loaded/);
    expect(house.store.jobs.get('greet')?.state).toMatchObject({ inputSchema: { type: 'object' } });
  });

  it('carries out shell and JavaScript jobs', async () => {
    const shell = await house.enqueue({
      job: 's',
      kind: 'SHELL',
      spec: { script: 'echo "got $1"', args: ['{{input.x}}'] },
      input: { x: 5 },
    });
    const script = await house.enqueue({
      job: 'j',
      kind: 'JAVASCRIPT',
      spec: { code: 'return input.x * 2' },
      input: { x: 5 },
    });
    await Promise.all([shell, script].map(house.fold.whenEnded));
    expect(lastEvent(shell)).toMatchObject({ type: 'RunSucceeded', result: 'got 5' });
    expect(lastEvent(script)).toMatchObject({ type: 'RunSucceeded', result: 10 });
    expect(await house.lines(shell, (lines) => lines.length > 0)).toMatchObject([
      { stream: 'STDOUT', message: 'got 5' },
    ]);
  });

  it('gives a run of a kind that is switched off back, until it is clear that nobody takes it', async () => {
    const runId = await house.enqueue({ job: 'p', kind: 'PYTHON', spec: { script: 'print(1)' } });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED' });
    expect(lastEvent(runId)).toMatchObject({
      error: { code: 'NO_HANDLER', message: expect.stringContaining('add PYTHON to JOBFLOW_KINDS') },
    });
  });

  it('that is killed takes with it what its jobs started', async () => {
    const second = startExecutor({ NATS_URL: house.backing.natsUrl, JOBFLOW_KINDS: 'SHELL', JOBFLOW_QUEUES: 'doomed' });
    const mark = join(house.dir, 'pid');
    const script = `setsid sh -c 'while true; do echo alive >> "${mark}"; sleep 0.05; done' & echo started; wait`;
    const runId = await house.enqueue({ job: 'd', kind: 'SHELL', queue: 'doomed', spec: { script } });
    await house.lines(runId, (lines) => lines.some(({ message }) => message === 'started'));
    while ((await readFile(mark, 'utf8').catch(() => '')).length < 12) await wait(20);
    second.child.kill('SIGKILL');
    await second.ended;
    await wait(1_000);
    const before = (await readFile(mark, 'utf8')).length;
    await wait(300);
    expect((await readFile(mark, 'utf8')).length).toBe(before);
  });

  it('survives a promise that a handler forgot, and stops cleanly', async () => {
    expect(executor.output()).toMatch(/stray/);
    executor.child.kill('SIGTERM');
    expect(await executor.ended).toBe(0);
  });

  it.each([
    [{ NATS_URL: 'nats://127.0.0.1:1' }, /cannot be reached/],
    [
      { NATS_URL: 'nats://127.0.0.1:1', JOBFLOW_KINDS: 'COBOL', JOBFLOW_CONCURRENCY: 'many' },
      /JOBFLOW_CONCURRENCY.*JOBFLOW_KINDS.*COBOL/,
    ],
    [{}, /NATS_URL is not set/],
  ])('that cannot start says why in a sentence: %#', async (env, words) => {
    const failing = startExecutor(env as Record<string, string>);
    expect(await failing.ended).toBe(1);
    expect(failing.output()).toMatch(words);
    expect(failing.output()).not.toMatch(/\n\s+at /);
  });
});
