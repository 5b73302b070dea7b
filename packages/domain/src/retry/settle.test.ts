import { defaultRetryPolicy, RunEvent } from '@jobflow/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.js';
import { type SettlePolicy, settle } from './settle.js';

const ref = {
  runId: '01890a5d-ac96-774b-bcce-b302099a8057',
  attempt: 1,
  delivery: 0,
  claim: 0,
  workerId: 'w1',
  startedAt: 1000,
};
const policy = { job: 'mail.send', retry: { ...defaultRetryPolicy, jitter: 'NONE' as const } };
const error = { message: 'no route to 10.0.0.1' };
const settled = (outcome: Outcome, over: Partial<typeof ref> = {}) =>
  settle(outcome, { ...ref, ...over }, policy, 2000, () => 0.5);

describe('settling an attempt', () => {
  it('records a success with its result', () => {
    expect(settled({ kind: 'succeeded', result: { n: 1 } })).toEqual({
      type: 'RunSucceeded',
      ...ref,
      finishedAt: 2000,
      result: { n: 1 },
    });
    expect(settled({ kind: 'succeeded' })).not.toHaveProperty('result');
  });

  it('retries a failure after its backoff while attempts are left', () => {
    expect(settled({ kind: 'failed', error })).toMatchObject({
      type: 'RunAttemptFailed',
      status: 'FAILED',
      next: { kind: 'retry', at: 3000 },
      error: { message: error.message, retryable: true, fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(settled({ kind: 'failed', error }, { attempt: 2 })).toMatchObject({ next: { kind: 'retry', at: 4000 } });
    expect(settled({ kind: 'failed', error }, { attempt: 3 })).toMatchObject({
      next: { kind: 'dead', reason: 'attempts-exhausted' },
    });
  });

  it('lets the handler choose when, but not the past, and not beyond the last attempt', () => {
    expect(settled({ kind: 'failed', error, retryAt: 99_000 })).toMatchObject({ next: { kind: 'retry', at: 99_000 } });
    expect(settled({ kind: 'failed', error, retryAt: 1 })).toMatchObject({ next: { kind: 'retry', at: 2000 } });
    expect(settled({ kind: 'failed', error, retryAt: Number.NaN })).toMatchObject({
      next: { kind: 'retry', at: 3000 },
    });
    expect(settled({ kind: 'failed', error, retryAt: 99_000 }, { attempt: 3 })).toMatchObject({
      next: { kind: 'dead' },
    });
  });

  it('does not retry what is not retryable', () => {
    expect(settled({ kind: 'failed', error: { ...error, retryable: false } })).toMatchObject({
      error: { retryable: false },
      next: { kind: 'dead', reason: 'not-retryable' },
    });
  });

  it('retries timeouts and lost attempts like failures', () => {
    expect(settled({ kind: 'timed-out', error })).toMatchObject({ status: 'TIMED_OUT', next: { kind: 'retry' } });
    expect(settled({ kind: 'lost', error })).toMatchObject({ status: 'LOST', next: { kind: 'retry' } });
  });

  it.each(['no-handler', 'poison', 'expired-lease'] as const)('buries %s at once', (reason) => {
    expect(settled({ kind: 'dead', reason, error })).toMatchObject({ next: { kind: 'dead', reason } });
  });

  it('snoozes and gives back without an attempt spent', () => {
    expect(settled({ kind: 'snoozed', until: 9000, reason: 'later' })).toMatchObject({
      type: 'RunSnoozed',
      until: 9000,
      reason: 'later',
    });
    expect(settled({ kind: 'returned', reason: 'drained', notBefore: 0 })).toEqual({
      type: 'RunReturned',
      runId: ref.runId,
      attempt: 1,
      delivery: 0,
      claim: 0,
      workerId: 'w1',
      reason: 'drained',
      at: 2000,
      notBefore: 2000,
    });
  });

  it('ends what runs at most once, had begun, and would go back; what had not begun goes back', () => {
    const once = { ...policy, guarantee: 'AT_MOST_ONCE' as const };
    const drained = (begun: boolean, under: SettlePolicy) =>
      settle({ kind: 'returned', reason: 'drained', notBefore: 0, begun }, ref, under, 2000, () => 0.5);
    expect(drained(true, once)).toMatchObject({
      type: 'RunAttemptFailed',
      status: 'LOST',
      error: { code: 'WORKER_LOST', message: expect.stringContaining('at most once'), retryable: false },
      next: { kind: 'dead', reason: 'expired-lease' },
    });
    expect(drained(false, once)).toMatchObject({ type: 'RunReturned' });
    expect(drained(true, policy)).toMatchObject({ type: 'RunReturned' });
  });

  it('always makes an event that the contract accepts', () => {
    const text = fc.string({ maxLength: 50 });
    const anyError = fc.record(
      { message: text, code: text, stack: text, retryable: fc.boolean() },
      { requiredKeys: ['message'] },
    );
    const time = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.POSITIVE_INFINITY));
    const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
      fc.jsonValue().map((result) => ({ kind: 'succeeded' as const, result: result as never })),
      fc.record({ kind: fc.constant('failed' as const), error: anyError, retryAt: time }),
      fc.record({ kind: fc.constantFrom('timed-out' as const, 'lost' as const), error: anyError }),
      fc.record({ kind: fc.constant('snoozed' as const), until: time }),
      fc.record({ kind: fc.constant('returned' as const), reason: fc.constant('drained' as const), notBefore: time }),
      fc.constant({ kind: 'cancelled' as const }),
    );
    fc.assert(
      fc.property(outcomes, fc.nat(), fc.integer({ min: 1, max: 5 }), (outcome, now, attempt) => {
        expect(RunEvent.safeParse(settle(outcome, { ...ref, attempt }, policy, now, () => 0.9)).error).toBeUndefined();
      }),
    );
  });
});
