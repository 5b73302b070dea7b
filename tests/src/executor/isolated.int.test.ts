import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, retryOnce, startHouse } from './house.js';
import { isolatedHandlers } from './isolated-handlers.js';

let house: House;
let alive = 0;

beforeAll(async () => {
  house = await startHouse();
  const here = defineHandler('here', {}, () => ++alive);
  await house.worker({ handlers: [...isolatedHandlers, here], queues: ['default'] });
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

const lastEvent = (runId: string) => house.fold.events(runId).at(-1)?.event;
const ended = async (run: Parameters<House['enqueue']>[0]) => house.fold.whenEnded(await house.enqueue(run));
const failure = async (run: Parameters<House['enqueue']>[0]) => {
  const { id } = await ended({ retry: retryOnce, ...run });
  const last = lastEvent(id);
  if (last?.type !== 'RunAttemptFailed') throw new Error(`${run.job} ended with ${JSON.stringify(last)}`);
  return last;
};

describe('a handler in a process of its own', () => {
  it('has all of its context there', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { id } = await ended({ job: 'iso.all', tags: ['a'], traceparent });
    const last = lastEvent(id);
    expect(last).toMatchObject({
      type: 'RunSucceeded',
      result: { n: 7, tags: ['a'], attempt: 1, runId: id, job: 'iso.all', traceparent },
    });
    expect(last?.type === 'RunSucceeded' && (last.result as { pid: number }).pid).not.toBe(process.pid);
    const lines = await house.lines(id, (known) => known.length >= 2);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'WARN', stream: 'LOG', message: 'at work {"n":7}' }));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'INFO', stream: 'STDOUT', message: 'printed' }));
  });

  it('decides about its retry as everywhere', async () => {
    expect(await ended({ job: 'iso.retry-at' })).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
    expect(await failure({ job: 'iso.no-retry' })).toMatchObject({ error: { code: 'FINAL', retryable: false } });
    const snoozing = await house.enqueue({ job: 'iso.snooze' });
    const state = await house.fold.when(snoozing, ({ status }) => status === 'SCHEDULED');
    expect((state.dueAt ?? 0) - Date.now()).toBeGreaterThan(500_000);
  });

  it.each([
    ['iso.throws', 'INSIDE', /from inside/],
    ['iso.throws-text', 'NON_ERROR_THROWN', /just text/],
    ['iso.throws-later', undefined, /from a timer/],
    ['iso.cyclic', 'RESULT_NOT_JSON', /cannot be written as JSON/],
    ['iso.large', 'RESULT_TOO_LARGE', /301 KiB/],
    ['iso.exits', 'EXIT_3', /exit code 3/],
    ['iso.kills-itself', 'SIGKILL', /SIGKILL/],
    ['iso.heap', 'OUT_OF_MEMORY', /64 MiB/, { memoryMb: 64 }],
    ['iso.buffers', 'OUT_OF_MEMORY', /memory|alloc/i, { memoryMb: 64 }],
    ['iso.cpu', 'CPU_TIME_EXCEEDED', /1 s of processor time/, { cpuSeconds: 1 }],
  ] as [string, string | undefined, RegExp, object?][])(
    '%s fails its attempt with %s, and the worker lives',
    async (job, code, words, limits = {}) => {
      const { error, status } = await failure({ job, limits });
      expect([status, error.code]).toEqual(['FAILED', code]);
      expect(error.message).toMatch(words);
      expect(await ended({ job: 'here' })).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  it('keeps as many lines as any other, and says how many it did not', async () => {
    const { id } = await ended({ job: 'iso.talks' });
    const lines = await house.lines(id, (known) => known.some(({ message }) => message.includes('more lines')));
    expect(lines.at(-1)?.message).toMatch(/^40000 more lines were not kept/);
    expect(lines).toHaveLength(10_001);
  });

  it('is told of its soft limit', async () => {
    const last = await failure({ job: 'iso.heeds', timeout: { softMs: 1_500, hardMs: 60_000 } });
    expect(last).toMatchObject({ status: 'TIMED_OUT', error: { code: 'TIMEOUT' } });
    expect(last.finishedAt - last.startedAt).toBeLessThan(10_000);
  });

  it.each([
    ['cancelled', { hardMs: 60_000 }],
    ['past its hard limit', { hardMs: 8_000 }],
  ])('that is %s is killed with all it started, although it blocks', async (how, timeout) => {
    const mark = join(house.dir, `mark-${how.replaceAll(' ', '-')}`);
    const runId = await house.enqueue({ job: 'iso.blocks', input: { mark }, timeout, retry: retryOnce });
    const written = async () => (await readFile(mark, 'utf8').catch(() => '')).length;
    while ((await written()) === 0) await wait(20);
    if (how === 'cancelled') await house.cancel(runId);
    const asked = Date.now();
    const state = await house.fold.whenEnded(runId);
    expect(state.status).toBe(how === 'cancelled' ? 'CANCELLED' : 'FAILED');
    if (how === 'cancelled') expect(Date.now() - asked).toBeLessThan(1_500);
    let before = -1;
    // Written every 50 ms while it lives.
    for (let now = await written(); now !== before; now = await written()) {
      before = now;
      await wait(300);
    }
    expect(lastEvent(runId)?.type).toBe(how === 'cancelled' ? 'RunCancelled' : 'RunAttemptFailed');
  });
});

describe('a handler that needs a process of its own', () => {
  it('is refused by a worker that could not load it there, in words', async () => {
    const lost = { ...defineHandler('lost', { isolation: 'process' }, () => 1), module: undefined };
    await expect(house.worker({ handlers: [lost] })).rejects.toThrow(
      /"lost" needs a process of its own.*import\.meta\.url/,
    );
  });

  it('fails in words if its file defines no such handler', async () => {
    const module = new URL('./isolated-handlers.ts', import.meta.url).href;
    const astray = defineHandler('astray', { isolation: 'process', module, queue: 'astray' }, () => 1);
    await house.worker({ handlers: [astray], queues: ['astray'] });
    const { error } = await failure({ job: 'astray', queue: 'astray' });
    expect(error).toMatchObject({
      code: 'HANDLER_NOT_LOADED',
      message: expect.stringContaining('module: import.meta.url'),
    });
  });

  it('gets it for the limits of its run alone', async () => {
    const state = await ended({ job: 'iso.all', limits: { memoryMb: 128 } });
    expect(state.status).toBe('SUCCEEDED');
  });
});
