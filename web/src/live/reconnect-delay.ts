const firstMs = 500;
const longestMs = 15_000;

/**
 * How long to wait before the nth try to reconnect (n from 1): doubles up to 15 s, and spread over its upper half so
 * that all open tabs do not come back in the same instant. `random` gives numbers in [0, 1).
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 10));
  return Math.round(full / 2 + (full / 2) * random());
}
