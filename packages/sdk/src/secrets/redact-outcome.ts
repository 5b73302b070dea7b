import type { AttemptError, Outcome } from '@jobflow/domain';
import type { Redactor } from '@jobflow/platform';
import { CUT_MARK } from '../attempt/storable-text.js';

/** How an attempt ended, without the secrets it was given. */
export function redactOutcome(outcome: Outcome, redactor: Redactor): Outcome {
  switch (outcome.kind) {
    case 'succeeded':
      return { ...outcome, result: redactor.json(outcome.result) };
    case 'failed':
    case 'timed-out':
    case 'lost':
    case 'dead':
      return { ...outcome, error: redactError(outcome.error, redactor) };
    case 'snoozed':
      return outcome.reason === undefined ? outcome : { ...outcome, reason: redactor.text(outcome.reason) };
    case 'cancelled':
    case 'returned':
      return outcome;
    default:
      return outcome satisfies never;
  }
}

function redactError({ code, message, stack, ...rest }: AttemptError, redactor: Redactor): AttemptError {
  return {
    ...rest,
    message: redacted(message, redactor),
    // A code is a word; one that holds a secret is none.
    ...(code !== undefined && redactor.text(code) === code && { code }),
    ...(stack !== undefined && { stack: redacted(stack, redactor) }),
  };
}

/** Where a text was cut, it may end within a secret. */
const redacted = (text: string, redactor: Redactor): string =>
  text.endsWith(CUT_MARK) ? `${redactor.cutText(text.slice(0, -CUT_MARK.length))}${CUT_MARK}` : redactor.text(text);
