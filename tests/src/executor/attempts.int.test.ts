import { setTimeout as wait } from 'node:timers/promises';
import { LOGS_STREAM, logSubject, outcomeSubject, RUNS_STREAM } from '@jobflow/contracts';
import { defineHandler, defineJob } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, retryOnce, startHouse } from './house.js';

let house: House;
const starts = new Map<string, number>();
const startedOf = (job: string) => starts.get(job) ?? 0;
const count = (job: string) => starts.set(job, startedOf(job) + 1);
/** Resolves when the handler of this run has begun. */
const begun = new Map<string, PromiseWithResolvers<void>>();
const beginning = (runId: string) => {
  const promise = begun.get(runId) ?? Promise.withResolvers<void>();
  begun.set(runId, promise);
  return promise;
};

const handlers = [
  defineHandler('ok', {}, async ({ input }) => ({ got: input })),
  defineHandler('sync', {}, () => 'at once'),
  defineHandler('fails', {}, async () => {
    count('fails');
    throw Object.assign(new Error('no luck'), { code: 'LUCK' });
  }),
  defineHandler('third-time', {}, async ({ attempt }) => {
    if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
    return attempt;
  }),
  defineHandler('no-retry', {}, async ({ noRetry }) => noRetry('never again', 'FINAL')),
  defineHandler('retry-at', {}, async ({ attempt, retryAt }) => (attempt === 1 ? retryAt(150, 'later') : 'done')),
  defineHandler('snoozes', {}, async ({ attempt, snooze }) => {
    count('snoozes');
    return startedOf('snoozes') < 3 ? snooze(30) : { attempt };
  }),
  defineHandler('throws-text', {}, async () => {
    throw 'just text';
  }),
  defineHandler('cyclic', {}, async () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    return value;
  }),
  defineHandler('large', {}, async () => 'x'.repeat(300 * 1024)),
  defineHandler('exits', {}, async () => process.exit(4)),
  defineHandler('logs-for-ever', {}, async ({ logger }) => {
    for (;;) {
      for (let n = 0; n < 500; n++) logger.info(`line ${n}`);
      await wait(1);
    }
  }),
  defineHandler('silent', { heartbeatMs: 150 }, () => new Promise(() => undefined)),
  defineHandler('beats', { heartbeatMs: 400 }, async ({ heartbeat }) => {
    for (let n = 0; n < 12; n++) {
      await wait(100);
      heartbeat();
    }
    return 'done';
  }),
  defineHandler('never', {}, () => new Promise(() => undefined)),
  defineHandler('waits', {}, async ({ runId, signal }) => {
    beginning(runId).resolve();
    await wait(60_000, undefined, { signal });
  }),
  defineHandler('ignores-signal', {}, async ({ runId }) => {
    beginning(runId).resolve();
    await new Promise(() => undefined);
  }),
  defineHandler('talks', {}, async ({ logger, progress }) => {
    progress(10, 'begun');
    for (let i = 0; i < 1200; i++) logger.info(`line ${i}`);
    logger.debug('not kept');
    await wait(60);
    progress(50, 'half');
    logger.error('last', { code: 7 });
  }),
];

beforeAll(async () => {
  house = await startHouse();
  await house.worker({
    handlers,
    jobs: [defineJob('nobody', { title: 'Nobody does it' })],
    queues: ['default'],
    noHandlerAfterMs: 600,
  });
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

const types = (runId: string) => house.fold.events(runId).map(({ event }) => event.type);
const lastError = (runId: string) => {
  const failed = house.fold.events(runId).findLast(({ event }) => event.type === 'RunAttemptFailed')?.event;
  return failed?.type === 'RunAttemptFailed' ? failed : undefined;
};
const ended = async (run: Parameters<House['enqueue']>[0]) => house.fold.whenEnded(await house.enqueue(run));

describe('an attempt', () => {
  it('that returns succeeds, with what it returned', async () => {
    const runId = await house.enqueue({ job: 'ok', input: { n: 1 } });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(house.fold.events(runId).at(-1)?.event).toMatchObject({ type: 'RunSucceeded', result: { got: { n: 1 } } });
    expect(await ended({ job: 'sync' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that fails is tried again until none is left, then is a dead letter', async () => {
    const state = await ended({ job: 'fails' });
    expect(state).toMatchObject({ status: 'FAILED', attempt: 3, deadLetter: 'OPEN' });
    expect(startedOf('fails')).toBe(3);
    expect(lastError(state.id)).toMatchObject({
      error: { message: 'no luck', code: 'LUCK', retryable: true },
      next: { kind: 'dead', reason: 'attempts-exhausted' },
    });
    expect(lastError(state.id)?.error.stack).toMatch(/no luck[\s\S]*attempts\.int\.test/);
  });

  it('may succeed at last', async () => {
    expect(await ended({ job: 'third-time' })).toMatchObject({ status: 'SUCCEEDED', attempt: 3 });
  });

  it('decides about its retry by itself', async () => {
    const final = await ended({ job: 'no-retry' });
    expect(final).toMatchObject({ status: 'FAILED', attempt: 1 });
    expect(lastError(final.id)).toMatchObject({
      error: { code: 'FINAL' },
      next: { kind: 'dead', reason: 'not-retryable' },
    });
    const later = await ended({ job: 'retry-at' });
    expect(later).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
    const failed = lastError(later.id);
    expect(failed?.next.kind === 'retry' && failed.next.at - failed.startedAt).toBeGreaterThanOrEqual(150);
    const snoozed = await ended({ job: 'snoozes' });
    expect(snoozed).toMatchObject({ status: 'SUCCEEDED', attempt: 1, delivery: 2 });
  });

  it('is named when it throws no error, or returns what cannot be kept', async () => {
    const cases: [string, string][] = [
      ['throws-text', 'NON_ERROR_THROWN'],
      ['cyclic', 'RESULT_NOT_JSON'],
      ['large', 'RESULT_TOO_LARGE'],
      ['exits', 'HANDLER_EXITED'],
    ];
    for (const [job, code] of cases) {
      const state = await ended({ job, retry: { ...retryOnce } });
      expect([job, state.status, lastError(state.id)?.error.code]).toEqual([job, 'FAILED', code]);
    }
  });

  it('times out at its soft limit if it heeds the signal, at its hard limit if not', async () => {
    const soft = await ended({ job: 'waits', timeout: { softMs: 80, hardMs: 5_000 }, retry: retryOnce });
    expect(lastError(soft.id)).toMatchObject({ status: 'TIMED_OUT', error: { code: 'TIMEOUT' } });
    expect(lastError(soft.id)?.error.message).toMatch(/soft/);
    const hard = await ended({ job: 'never', timeout: { hardMs: 120 }, retry: retryOnce });
    expect(lastError(hard.id)).toMatchObject({ status: 'TIMED_OUT', error: { code: 'TIMEOUT' } });
    expect(lastError(hard.id)?.error.message).toMatch(/hard/);
  });

  it('that logs without end is stopped at its hard limit, and its log is bounded', async () => {
    const { id } = await ended({ job: 'logs-for-ever', timeout: { hardMs: 1_000 }, retry: retryOnce });
    expect(lastError(id)).toMatchObject({ status: 'TIMED_OUT' });
    const lines = await house.lines(id, (known) => known.some(({ message }) => message.includes('more lines')));
    expect(lines).toHaveLength(10_001);
    expect(await ended({ job: 'ok' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that promised signs of itself is stopped when there are none, and goes on while there are', async () => {
    const { id } = await ended({ job: 'silent', retry: retryOnce });
    expect(lastError(id)).toMatchObject({ status: 'TIMED_OUT', error: { code: 'HEARTBEAT_TIMEOUT' } });
    expect(await ended({ job: 'beats' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that runs on tells so; one that is short does not', async () => {
    const short = await ended({ job: 'ok' });
    expect(types(short.id)).toEqual(['RunQueued', 'RunSucceeded']);
    const runId = await house.enqueue({ job: 'talks' });
    await house.fold.whenEnded(runId);
    expect(types(runId)).toContain('RunStarted');
    expect(types(runId)).toContain('RunProgressed');
    expect(house.fold.events(runId).every(({ accepted }) => accepted)).toBe(true);
  });

  it('has stored every line before its outcome', async () => {
    const runId = await house.enqueue({ job: 'talks' });
    await house.fold.whenEnded(runId);
    const lines = await house.lines(runId, (known) => known.length >= 1201);
    const { streams } = house.link.jsm;
    const logged = await streams.getMessage(LOGS_STREAM, { last_by_subj: logSubject('default') });
    const ended = await streams.getMessage(RUNS_STREAM, { last_by_subj: outcomeSubject('default') });
    expect(logged?.time.getTime()).toBeLessThanOrEqual(ended?.time.getTime() ?? 0);
    expect(lines).toHaveLength(1201);
    expect(lines[0]).toMatchObject({ level: 'INFO', stream: 'LOG', message: 'line 0' });
    expect(lines.at(-1)).toMatchObject({ level: 'ERROR', message: 'last {"code":7}' });
  });
});

describe('a run', () => {
  it('that is cancelled while it runs ends as cancelled, whether its handler heeds the signal or not', async () => {
    for (const job of ['waits', 'ignores-signal']) {
      const runId = await house.enqueue({ job });
      await house.fold.when(runId, (state) => state.status === 'RUNNING');
      const asked = Date.now();
      await house.cancel(runId);
      expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'CANCELLED' });
      expect(Date.now() - asked).toBeLessThan(1_500);
      expect(types(runId)).toContain('RunCancelled');
    }
  });

  it('that is cancelled before it starts never starts', async () => {
    const runId = await house.enqueue({ job: 'counted-cancel', queue: 'late' });
    await house.cancel(runId);
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'CANCELLED' });
    let ran = 0;
    const counted = defineHandler('counted-cancel', { queue: 'late' }, () => void ran++);
    await house.worker({ handlers: [counted], queues: ['late'] });
    const next = await house.enqueue({ job: 'counted-cancel', queue: 'late' });
    await house.fold.whenEnded(next);
    expect(ran).toBe(1);
  });

  it('whose time has passed expires instead of starting', async () => {
    const state = await ended({ job: 'ok', expiresAt: Date.now() - 1 });
    expect(state.status).toBe('EXPIRED');
  });

  it('that nobody handles goes back, says so, and is a dead letter in the end', async () => {
    const runId = await house.enqueue({ job: 'nobody' });
    expect(await house.fold.when(runId, (state) => state.waitReason === 'NO_HANDLER')).toMatchObject({
      status: 'QUEUED',
    });
    const state = await house.fold.whenEnded(runId);
    expect(state).toMatchObject({ status: 'FAILED', attempt: 1 });
    expect(lastError(runId)).toMatchObject({
      error: { code: 'NO_HANDLER' },
      next: { kind: 'dead', reason: 'no-handler' },
    });
  });

  it('that may run at most once is claimed before it starts', async () => {
    const state = await ended({ job: 'ok', guarantee: 'AT_MOST_ONCE' });
    expect(state).toMatchObject({ status: 'SUCCEEDED', claim: 1 });
    expect(types(state.id)).toEqual(['RunQueued', 'RunClaimed', 'RunSucceeded']);
  });

  it('of a kind that this worker does not have waits for one that has', async () => {
    const runId = await house.enqueue({ job: 'shell', kind: 'SHELL', spec: { script: 'true' } });
    expect(await house.fold.whenEnded(runId)).toMatchObject({ status: 'FAILED' });
    expect(lastError(runId)?.error.message).toMatch(/SHELL jobs/);
  });
});

describe('handlers', () => {
  it('create their jobs, with schema and defaults', () => {
    expect(house.store.jobs.get('nobody')?.state).toMatchObject({
      title: 'Nobody does it',
      kind: 'HANDLER',
      createdBy: 'system:worker',
    });
  });
});

it('no event of these tests was refused by the fold', () => {
  expect(house.fold.refused().map(({ event }) => event)).toEqual([]);
});
