const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The waits between attempts, of which there are ten: over about three days. */
const WAITS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const SPREAD = 0.2;
const LONGEST_ASKED = 24 * HOUR;

/**
 * The wait after attempt `number` failed, or undefined when none is left. ±20 % so that endpoints which failed together
 * do not come back together; a Retry-After that asks for longer is honoured, up to a day.
 */
export function retryWait(number: number, random: () => number, retryAfterMs?: number): number | undefined {
  const wait = WAITS[number - 1];
  if (wait === undefined) return undefined;
  const spread = wait * (1 - SPREAD + 2 * SPREAD * random());
  return Math.round(Math.max(spread, Math.min(retryAfterMs ?? 0, LONGEST_ASKED)));
}

/** Milliseconds from now in a Retry-After header: seconds, or an HTTP date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
