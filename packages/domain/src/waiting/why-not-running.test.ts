import { describe, expect, it } from 'vitest';
import { type WaitFacts, whyNotRunning } from './why-not-running.js';

const run: WaitFacts['run'] = {
  status: 'QUEUED',
  job: 'mail.send',
  kind: 'HANDLER',
  queue: 'mail',
  attempt: 1,
  maxAttempts: 3,
  queuedAt: 500,
};
const why = (over: Partial<WaitFacts['run']> = {}, facts: Partial<WaitFacts> = {}) =>
  whyNotRunning({ now: 1000, run: { ...run, ...over }, ...facts });

describe('why a run is not running', () => {
  it.each(['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const)(
    'is no question for one that is %s',
    (status) => {
      expect(why({ status }, { queue: { paused: true }, workers: { serving: 0, able: 0 }, ahead: 3 })).toEqual([]);
    },
  );

  it('is its time, for one that is delayed or between attempts', () => {
    expect(why({ status: 'SCHEDULED', dueAt: 3000 })).toEqual([
      { code: 'DUE_LATER', message: 'It is due in 2 s', until: 3000 },
    ]);
    expect(why({ status: 'RETRYING', dueAt: 1, nextAttemptAt: 61_000 })).toEqual([
      { code: 'RETRY_BACKOFF', message: 'Attempt 1 of 3 failed; the next one is due in 1 min', until: 61_000 },
    ]);
  });

  it('is a pause, a disabled job or a full log, with who and since when', () => {
    const queue = { paused: true, pauseReason: 'deploy', pausedAt: 7, pausedBy: 'user:1' };
    const reasons = why({}, { queue, job: { enabled: false, updatedAt: 8, updatedBy: 'user:2' }, logFull: true });
    expect(reasons).toMatchObject([
      { code: 'QUEUE_PAUSED', message: 'Queue mail is paused: deploy', target: 'mail', since: 7, actor: 'user:1' },
      { code: 'JOB_DISABLED', target: 'mail.send', since: 8, actor: 'user:2' },
      { code: 'LOG_FULL' },
    ]);
  });

  it('is that nobody can run it', () => {
    expect(why({}, { workers: { serving: 0, able: 0 } })).toMatchObject([
      { code: 'NO_WORKER', target: 'mail', since: 500 },
    ]);
    const noHandler = [{ code: 'NO_HANDLER', message: 'No worker has a handler for mail.send', target: 'mail.send' }];
    expect(why({}, { workers: { serving: 2, able: 0 } })).toMatchObject(noHandler);
    expect(why({ waitReason: 'NO_HANDLER', waitSince: 600 })).toMatchObject([{ ...noHandler[0], since: 600 }]);
    expect(why({ waitReason: 'NO_HANDLER' }, { workers: { serving: 2, able: 1 } })).toEqual([]);
    expect(why({ kind: 'SHELL' }, { workers: { serving: 1, able: 0 } })).toMatchObject([
      { message: 'No worker runs jobs of kind SHELL' },
    ]);
    const reason = 'SHELL jobs are switched off: add SHELL to JOBFLOW_KINDS of an executor';
    expect(why({ kind: 'SHELL' }, { workers: { serving: 1, able: 0, reason } })).toMatchObject([
      { code: 'NO_HANDLER', message: `No worker runs jobs of kind SHELL: ${reason}` },
    ]);
  });

  const parent = (key: string) => ({ key, runId: `run of ${key}` });
  it('is whoever came before, and the parents of one that is blocked', () => {
    expect(why({}, { ahead: 12 })).toMatchObject([
      { code: 'BEHIND_OTHERS', message: '12 runs are ahead of it', ahead: 12 },
    ]);
    expect(why({ status: 'BLOCKED' }, { parents: [parent('extract'), parent('load')] })).toMatchObject([
      { code: 'PARENTS', target: 'run of extract', message: 'It waits for 2 runs to end: extract, load' },
    ]);
    expect(why({ status: 'BLOCKED' }, { parents: [parent('extract')] })).toMatchObject([
      { message: 'It waits for extract to end' },
    ]);
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(parent);
    expect(why({ status: 'BLOCKED' }, { parents: many })).toMatchObject([
      { message: 'It waits for 7 runs to end: a, b, c, d, e and 2 more' },
    ]);
  });

  it('is a limit of its job or key, with who runs, who waits before it, and when its turn is', () => {
    const limits = { concurrency: 3, concurrencyKey: 'tenantId', rate: { limit: 10, perMs: 60_000 } };
    const limit = { key: 'job:mail.send=42', running: 3, waitingBefore: 17 };
    const waits = { waitReason: 'CONCURRENCY_LIMIT', waitSince: 800, limits };
    expect(why(waits, { limit })).toEqual([
      {
        code: 'CONCURRENCY_LIMIT',
        message: 'Job mail.send runs at most 3 at a time for tenantId 42; 3 run now, 17 wait before it',
        target: 'mail.send',
        since: 800,
        ahead: 17,
      },
    ]);
    const ofQueue = { limit: { key: 'queue:mail=42', running: 1, waitingBefore: 0 } };
    expect(why(waits, { ...ofQueue, queue: { paused: false, concurrencyPerKey: 1 } })).toMatchObject([
      { message: 'Queue mail runs at most 1 at a time for tenantId 42; 1 run now', target: 'mail' },
    ]);
    expect(why({ waitReason: 'RATE_LIMIT', nextAttemptAt: 13_000, limits })).toMatchObject([
      {
        code: 'RATE_LIMIT',
        message: 'Job mail.send starts at most 10 runs per 1 min; its turn is in 12 s',
        until: 13_000,
      },
    ]);
    expect(why({ waitReason: 'LIMITS_UNAVAILABLE', nextAttemptAt: 9_000 })).toMatchObject([
      { code: 'CONCURRENCY_LIMIT', message: expect.stringContaining('no Redis; it is offered again in 8 s') },
    ]);
  });

  it('is a limit of its queue, once that is reached', () => {
    const queue = { paused: false, concurrency: 5, rate: { limit: 10, perMs: 1_000 } };
    expect(why({}, { queue: { ...queue, running: 4 } })).toEqual([]);
    expect(why({}, { queue: { ...queue, running: 5 }, ahead: 20 })).toMatchObject([
      { code: 'CONCURRENCY_LIMIT', message: 'Queue mail runs at most 5 at a time; 5 run now', target: 'mail' },
      { code: 'RATE_LIMIT', until: 3_000 },
      { code: 'BEHIND_OTHERS' },
    ]);
  });

  it('is that nobody can count the limits of its queue, or its own', () => {
    const workers = { serving: 1, able: 1, limitsTrouble: 'Redis cannot be reached; check that it runs' };
    const [reason, ...more] = why({}, { queue: { paused: false, concurrency: 5, running: 1 }, workers });
    expect(reason).toMatchObject({ code: 'CONCURRENCY_LIMIT', target: 'mail' });
    expect(reason?.message).toBe(
      'The limits of queue mail cannot be counted, so nothing of it starts: Redis cannot be reached; check that it runs',
    );
    expect(more).toEqual([]);
    const rate = { limit: 10, perMs: 1_000 };
    expect(why({}, { queue: { paused: false, rate }, workers })).toMatchObject([{ code: 'RATE_LIMIT' }]);
    expect(why({}, { queue: { paused: false }, workers })).toEqual([]);
    expect(why({ waitReason: 'LIMITS_UNAVAILABLE', nextAttemptAt: 9_000 }, { workers })).toMatchObject([
      { message: expect.stringMatching(/Redis cannot be reached; check that it runs; it is offered again in 8 s$/) },
    ]);
  });

  it('is nothing, when nothing is in its way', () => {
    expect(why()).toEqual([]);
  });
});
