import type { Backoff } from '../generated/graphql';
import { formatDuration } from '../time/duration';

/** `3 attempts, waiting 1.0 s and more each time, at most 1 h`. */
export function retryInWords(retry: {
  maxAttempts: number;
  backoff: Backoff;
  initialDelayMs: number;
  maxDelayMs: number;
  factor: number;
}): string {
  if (retry.maxAttempts <= 1) return 'One attempt, no retry';
  const first = formatDuration(retry.initialDelayMs);
  const attempts = `${retry.maxAttempts} attempts`;
  switch (retry.backoff) {
    case 'FIXED':
      return `${attempts}, ${first} apart`;
    case 'LINEAR':
      return `${attempts}, ${first} longer each time, at most ${formatDuration(retry.maxDelayMs)}`;
    case 'EXPONENTIAL':
      return `${attempts}, from ${first}, ×${retry.factor} each time, at most ${formatDuration(retry.maxDelayMs)}`;
    default:
      return retry.backoff satisfies never;
  }
}
