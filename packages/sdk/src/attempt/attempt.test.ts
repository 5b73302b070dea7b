import { defaultRetryPolicy, type RunDefinition } from '@jobflow/contracts';
import type { Outcome } from '@jobflow/domain';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { NoRetry, RetryAt, Snooze } from '../define/attempt-control.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import { Attempt } from './attempt.js';
import { AttemptContext } from './attempt-context.js';
import { LogBuffer } from './log-buffer.js';

function makeAttempt(timeout: RunDefinition['timeout'] = {}) {
  const clock = testClock();
  const ends: (Outcome | undefined)[] = [];
  const logs = new LogBuffer({ clock, record: () => Promise.resolve() });
  const host = {
    clock,
    logs,
    secrets: { get: async (name: string) => `value of ${name}` },
    onEnd: (_: Attempt, outcome: Outcome | undefined) => void ends.push(outcome),
    onProgress: () => undefined,
  };
  const run: RunDefinition = {
    id: '0193581c-7b5e-7000-8000-000000000000',
    job: 'j',
    jobRevision: 1,
    kind: 'HANDLER',
    queue: 'default',
    priority: 5,
    retry: defaultRetryPolicy,
    timeout,
    createdAt: 0,
  };
  const message = {} as PulledMessage;
  const attempt = new Attempt(host, { run, attempt: 1, delivery: 0, verify: false, queuedAt: 0 }, message, 0);
  const ctx = new AttemptContext(attempt, {});
  return { attempt, ctx, clock, ends };
}

describe('an attempt', () => {
  it('ends once, whatever comes after', () => {
    const { attempt, ends } = makeAttempt();
    attempt.returned(1);
    attempt.returned(2);
    attempt.threw(new Error('late'));
    attempt.cancel(10);
    attempt.takenOver();
    expect(ends).toEqual([{ kind: 'succeeded', result: 1 }]);
    expect(attempt.disowned).toBe(true);
  });

  it('aborts the signal at the soft limit, and ends at the hard one', async () => {
    const { attempt, ctx, clock, ends } = makeAttempt({ softMs: 100, hardMs: 200 });
    attempt.armLimits(0);
    await clock.advance(99);
    expect(ctx.signal.aborted).toBe(false);
    await clock.advance(1);
    expect([ctx.signal.aborted, ctx.kill.aborted, ends.length]).toEqual([true, false, 0]);
    await clock.advance(100);
    expect(ctx.kill.aborted).toBe(true);
    expect(ends).toMatchObject([{ kind: 'timed-out', error: { code: 'TIMEOUT' } }]);
    expect(clock.timers()).toBe(0);
  });

  it('that heeds the soft limit has timed out; one that finishes all the same has succeeded', async () => {
    const heeding = makeAttempt({ softMs: 100 });
    heeding.attempt.armLimits(0);
    await heeding.clock.advance(100);
    heeding.attempt.threw(new Error('aborted'));
    expect(heeding.ends).toMatchObject([{ kind: 'timed-out' }]);
    const finishing = makeAttempt({ softMs: 100 });
    finishing.attempt.armLimits(0);
    await finishing.clock.advance(100);
    finishing.attempt.returned('done');
    expect(finishing.ends).toMatchObject([{ kind: 'succeeded' }]);
  });

  it.each([
    [new NoRetry('too large for the time it has'), { kind: 'failed', error: { retryable: false } }],
    [new RetryAt(9_000, 'at night'), { kind: 'failed', retryAt: 9_000, error: { message: 'at night' } }],
    [new Snooze(500, 'not yet'), { kind: 'snoozed', reason: 'not yet' }],
  ])('that answers the soft limit by deciding what comes next ends so: %s', async (thrown, outcome) => {
    const { attempt, clock, ends } = makeAttempt({ softMs: 100 });
    attempt.armLimits(0);
    await clock.advance(100);
    attempt.threw(thrown);
    expect(ends).toMatchObject([outcome]);
    if (!(thrown instanceof Snooze)) expect(ends).toMatchObject([{ error: { message: thrown.message } }]);
  });

  it('that is cancelled is cancelled, however its handler ends', async () => {
    for (const end of [(a: Attempt) => a.returned(1), (a: Attempt) => a.threw(new Error('x')), () => undefined]) {
      const { attempt, ctx, clock, ends } = makeAttempt();
      const { signal } = ctx;
      attempt.cancel(500);
      expect(signal.aborted).toBe(true);
      end(attempt);
      await clock.advance(500);
      expect(ends).toEqual([{ kind: 'cancelled' }]);
    }
  });

  it('that is drained goes back, unless its handler succeeds in time', async () => {
    const { attempt, clock, ends } = makeAttempt();
    attempt.drain(500);
    attempt.returned('in time');
    expect(ends).toMatchObject([{ kind: 'succeeded' }]);
    const late = makeAttempt();
    late.attempt.drain(500);
    await late.clock.advance(500);
    expect(late.ends).toMatchObject([{ kind: 'returned', reason: 'drained', notBefore: late.clock.now() }]);
    expect(clock.timers()).toBe(0);
  });

  it('that promised signs of itself ends when there are none; progress is one as well', async () => {
    const { attempt, ctx, clock, ends } = makeAttempt();
    const { kill } = ctx;
    attempt.armHeartbeat(100);
    await clock.advance(90);
    ctx.heartbeat();
    await clock.advance(90);
    ctx.progress(50);
    await clock.advance(99);
    expect([ends, kill.aborted]).toEqual([[], false]);
    await clock.advance(1);
    expect(ends).toMatchObject([{ kind: 'timed-out', error: { code: 'HEARTBEAT_TIMEOUT' } }]);
    expect([kill.aborted, clock.timers()]).toEqual([true, 0]);
  });

  it('has a signal that is aborted already when it is asked for too late', () => {
    const { attempt, ctx } = makeAttempt();
    attempt.cancel(500);
    expect(ctx.signal.aborted).toBe(true);
    expect(ctx.kill.aborted).toBe(false);
    const over = makeAttempt();
    over.attempt.takenOver();
    expect([over.ctx.signal.aborted, over.ctx.kill.aborted]).toEqual([true, true]);
  });

  it('gives functions that may be taken out of its context', async () => {
    const { ctx } = makeAttempt();
    const { logger, progress, heartbeat, secret, snooze, noRetry, retryAt } = ctx;
    logger.info('x', { circular: ctx });
    progress(50);
    heartbeat();
    expect(await secret('token')).toBe('value of token');
    expect(() => retryAt(5)).toThrow(expect.objectContaining({ control: 'retry-at' }));
    expect(() => snooze(5)).toThrow(expect.objectContaining({ control: 'snooze', ms: 5 }));
    expect(() => noRetry('x')).toThrow(expect.objectContaining({ control: 'no-retry' }));
  });
});
