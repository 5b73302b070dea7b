/**
 * A handler ends its attempt in another way than by success or plain failure by throwing one of these. `ctx.retryAt`,
 * `ctx.noRetry` and `ctx.snooze` throw them; code that has no ctx at hand may throw them itself.
 */
export abstract class AttemptControl extends Error {
  /** Recognises a control thrown by another copy of this package in the same process. */
  readonly jobflow = 'attempt-control';
  abstract readonly control: 'retry-at' | 'no-retry' | 'snooze';
}

/** The attempt failed; the next one, if the policy has one left, starts at this instant instead of after a backoff. */
export class RetryAt extends AttemptControl {
  override readonly name = 'RetryAt';
  readonly control = 'retry-at';
  constructor(
    readonly at: number,
    message = 'The handler asked to be tried again later',
    options?: { code?: string; cause?: unknown },
  ) {
    super(message, options);
    this.code = options?.code;
  }
  readonly code: string | undefined;
}

/** The attempt failed, and trying again would be of no use: the run becomes a dead letter. */
export class NoRetry extends AttemptControl {
  override readonly name = 'NoRetry';
  readonly control = 'no-retry';
  constructor(message: string, options?: { code?: string; cause?: unknown }) {
    super(message, options);
    this.code = options?.code;
  }
  readonly code: string | undefined;
}

/** Nothing failed; call the handler again in so many milliseconds. Costs no attempt. */
export class Snooze extends AttemptControl {
  override readonly name = 'Snooze';
  readonly control = 'snooze';
  constructor(
    readonly ms: number,
    readonly reason?: string,
  ) {
    super(reason ?? 'The handler asked to be called again later');
  }
}

/** True for a control, also of another copy of this package. */
export function isAttemptControl(thrown: unknown): thrown is RetryAt | NoRetry | Snooze {
  return thrown instanceof Error && (thrown as Partial<AttemptControl>).jobflow === 'attempt-control';
}

const YEAR_MS = 366 * 24 * 60 * 60 * 1000;

/** A Date, or milliseconds from now; an epoch given as a number is refused, since it would mean decades. */
export function instantOf(when: Date | number, now: number): number {
  if (when instanceof Date) {
    const at = when.getTime();
    if (Number.isNaN(at)) throw new RangeError('retryAt was given an invalid Date');
    return at;
  }
  return now + delayOf(when, 'retryAt');
}

/** Whole milliseconds between now and a year from now. */
export function delayOf(ms: number, what: string): number {
  if (!(ms >= 0 && ms <= YEAR_MS)) {
    throw new RangeError(
      `${what} takes milliseconds from now, at most a year, not ${ms}; for an instant give retryAt a Date`,
    );
  }
  return Math.round(ms);
}
