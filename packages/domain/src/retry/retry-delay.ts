import type { RetryPolicy } from '@jobflow/contracts';

/**
 * How long to wait before the next attempt, in whole milliseconds, 0 ≤ delay ≤ policy.maxDelayMs.
 *
 * FIXED d; LINEAR d × n; EXPONENTIAL d × factor^(n−1), for the n-th failed attempt (from 1), then capped, then
 * jittered: FULL takes a random part of it, EQUAL keeps half and takes a random part of the other half
 * (Brooker, "Exponential Backoff And Jitter", AWS 2015).
 *
 * @param random a source of numbers in [0, 1)
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: () => number): number {
  const capped = Math.min(grown(policy, attempt), policy.maxDelayMs);
  switch (policy.jitter) {
    case 'NONE':
      return Math.round(capped);
    case 'FULL':
      return Math.round(capped * random());
    case 'EQUAL':
      return Math.round(capped / 2 + (capped / 2) * random());
    default:
      return policy.jitter satisfies never;
  }
}

function grown(policy: RetryPolicy, attempt: number): number {
  switch (policy.backoff) {
    case 'FIXED':
      return policy.initialDelayMs;
    case 'LINEAR':
      return policy.initialDelayMs * attempt;
    case 'EXPONENTIAL':
      return policy.initialDelayMs * policy.factor ** (attempt - 1);
    default:
      return policy.backoff satisfies never;
  }
}
