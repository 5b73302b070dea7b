const LONGEST_MS = 24 * 60 * 60 * 1000;

/** The instant a Retry-After header asks for (RFC 9110, 10.2.3: seconds, or a date), at most a day away. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const at = /^\d{1,9}$/.test(text) ? now + Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  return Math.min(Math.max(at, now), now + LONGEST_MS);
}
