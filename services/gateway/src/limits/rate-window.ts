/*
 * GCRA, the generic cell rate algorithm: one number per key, the theoretical arrival time (TAT), says all of a leaky
 * bucket. An event is allowed while TAT is no further ahead of now than the bucket is deep. See ITU-T I.371, annex A.
 */

/** `burst` events at once, one more each `everyMs`. */
export interface Rate {
  burst: number;
  everyMs: number;
}

export type Verdict = { ok: true } | { ok: false; retryAfterMs: number };

/** Whether `cost` more events fit, and the new TAT if they are taken. */
export function gcra(
  tat: number | undefined,
  now: number,
  rate: Rate,
  cost: number,
): { verdict: Verdict; tat: number } {
  const start = Math.max(tat ?? 0, now);
  // An event that costs more than the whole bucket would otherwise never be allowed.
  const next = start + Math.min(cost, rate.burst) * rate.everyMs;
  const over = next - now - rate.burst * rate.everyMs;
  if (over > 0) return { verdict: { ok: false, retryAfterMs: over }, tat: start };
  return { verdict: { ok: true }, tat: next };
}
