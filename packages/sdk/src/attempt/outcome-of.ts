import type { Outcome } from '@jobflow/domain';
import { isAttemptControl } from '../define/attempt-control.js';
import { describeThrown } from './describe-thrown.js';
import { storableResult } from './storable-result.js';

/** How an attempt whose handler returned has ended. */
export function outcomeOfReturned(value: unknown): Outcome {
  const stored = storableResult(value);
  return stored.ok ? { kind: 'succeeded', result: stored.result } : { kind: 'failed', error: stored.error };
}

/** How an attempt whose handler threw has ended. */
export function outcomeOfThrown(thrown: unknown, now: number): Outcome {
  if (!isAttemptControl(thrown)) return { kind: 'failed', error: describeThrown(thrown) };
  switch (thrown.control) {
    case 'retry-at':
      return { kind: 'failed', error: describeThrown(thrown), retryAt: thrown.at };
    case 'no-retry':
      return { kind: 'failed', error: { ...describeThrown(thrown), retryable: false } };
    case 'snooze':
      return { kind: 'snoozed', until: now + thrown.ms, ...(thrown.reason !== undefined && { reason: thrown.reason }) };
    default:
      return thrown satisfies never;
  }
}
