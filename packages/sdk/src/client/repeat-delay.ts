import type { JobflowError } from './jobflow-error.js';

/**
 * When a call may be sent again. `always`: it changes nothing, or changes the same thing once however often it arrives.
 * `unless-unknown`: only when it certainly was not carried out.
 */
export type Repeatable = 'always' | 'unless-unknown';

const FIRST_MS = 100;
const MOST_MS = 5_000;
/** Where nobody listens, trying costs nobody much, and a gateway that is started again is there within seconds. */
const MOST_UNREACHED_MS = 2_000;
/** Of the same request these may end otherwise next time. QUEUE_FULL is for the caller to slow down at. */
const WORTH_REPEATING: readonly string[] = ['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED'];

/**
 * How long to wait before a call is sent again, in milliseconds; undefined if it must not be.
 * Full jitter: a random part of 100 ms, doubled for each failure, up to 5 s, or up to 2 s where nobody listens; never less
 * than the server asked for.
 * @param failures how often it has failed, this time included
 * @param random 0 ≤ random < 1
 */
export function repeatDelay(
  error: JobflowError,
  repeatable: Repeatable,
  failures: number,
  random: number,
): number | undefined {
  if (!WORTH_REPEATING.includes(error.code) || !error.retryable) return undefined;
  const notCarriedOut = error.code === 'RATE_LIMITED' || error.details.sent === false;
  if (repeatable === 'unless-unknown' && !notCarriedOut) return undefined;
  const most = error.details.sent === false ? MOST_UNREACHED_MS : MOST_MS;
  const backoff = random * Math.min(most, FIRST_MS * 2 ** failures);
  return Math.ceil((error.retryAfterMs ?? 0) + backoff);
}
