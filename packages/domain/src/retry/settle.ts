import type { RetryPolicy, RunDefinition, RunError, RunEventOf } from '@jobflow/contracts';
import { fingerprint } from '../errors/fingerprint.js';
import { type AttemptError, lostOnce, type Outcome } from './outcome.js';
import { retryDelay } from './retry-delay.js';

/** Which attempt is settled, and under which claim: copied into the event, so that the fold can fence it. */
export interface AttemptRef {
  runId: string;
  attempt: number;
  delivery: number;
  claim: number;
  workerId: string;
  startedAt: number;
}
export interface SettlePolicy {
  job: string;
  retry: RetryPolicy;
  guarantee?: RunDefinition['guarantee'];
}
export type Settled = RunEventOf<'RunSucceeded' | 'RunAttemptFailed' | 'RunSnoozed' | 'RunReturned' | 'RunCancelled'>;
type Next = RunEventOf<'RunAttemptFailed'>['next'];

/** Decides what an attempt's outcome means under its policy: the one event to record for it. */
export function settle(
  outcome: Outcome,
  ref: AttemptRef,
  policy: SettlePolicy,
  now: number,
  random: () => number,
): Settled {
  const { startedAt, ...on } = ref;
  const ended = { ...on, startedAt, finishedAt: Math.max(now, startedAt) };
  const failed = (status: 'FAILED' | 'TIMED_OUT' | 'LOST', error: AttemptError, next: Next): Settled => ({
    type: 'RunAttemptFailed',
    ...ended,
    status,
    error: runError(policy.job, error),
    next,
  });
  switch (outcome.kind) {
    case 'succeeded':
      return { type: 'RunSucceeded', ...ended, ...(outcome.result !== undefined && { result: outcome.result }) };
    case 'failed':
      return failed(
        'FAILED',
        outcome.error,
        nextAttempt(outcome.error, ref, policy.retry, now, random, outcome.retryAt),
      );
    case 'timed-out':
      return failed('TIMED_OUT', outcome.error, nextAttempt(outcome.error, ref, policy.retry, now, random));
    case 'lost':
      return failed('LOST', outcome.error, nextAttempt(outcome.error, ref, policy.retry, now, random));
    case 'dead': {
      const status = outcome.reason === 'no-handler' ? 'FAILED' : 'LOST';
      return failed(status, { ...outcome.error, retryable: false }, { kind: 'dead', reason: outcome.reason });
    }
    case 'cancelled':
      return { type: 'RunCancelled', ...ended };
    case 'snoozed':
      return {
        type: 'RunSnoozed',
        ...ended,
        until: instant(outcome.until, now),
        ...(outcome.reason !== undefined && { reason: outcome.reason }),
      };
    case 'returned':
      // It may have done its work already.
      if (outcome.begun && policy.guarantee === 'AT_MOST_ONCE')
        return settle(lostOnce(policy.job), ref, policy, now, random);
      return {
        type: 'RunReturned',
        ...on,
        reason: outcome.reason,
        at: now,
        notBefore: instant(outcome.notBefore, now),
      };
    default:
      return outcome satisfies never;
  }
}

function nextAttempt(
  error: AttemptError,
  ref: AttemptRef,
  retry: RetryPolicy,
  now: number,
  random: () => number,
  retryAt?: number,
): Next {
  if (error.retryable === false) return { kind: 'dead', reason: 'not-retryable' };
  if (ref.attempt >= retry.maxAttempts) return { kind: 'dead', reason: 'attempts-exhausted' };
  const wanted = retryAt !== undefined && Number.isFinite(retryAt) ? retryAt : undefined;
  return {
    kind: 'retry',
    at: wanted === undefined ? now + retryDelay(retry, ref.attempt, random) : instant(wanted, now),
  };
}

/** The last instant a Date can hold. */
const LAST_INSTANT = 8.64e15;
/** A handler's own time as an instant that is not in the past. */
const instant = (at: number, now: number): number =>
  Number.isFinite(at) ? Math.min(Math.max(Math.round(at), now), LAST_INSTANT) : now;

/** An attempt's error as it is recorded. */
export function runError(job: string, error: AttemptError): RunError {
  return {
    message: error.message,
    ...(error.code !== undefined && { code: error.code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    fingerprint: fingerprint(job, error.message, error.stack),
    retryable: error.retryable !== false,
  };
}
