/** How many starts came sooner than a rate allows: counted from before anything was asked, so that a slow machine cannot look fast. */
export function tooSoon(starts: readonly number[], since: number, rate: { perSecond: number; burst: number }): number {
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.filter((at, n) => n + 1 > rate.burst + 1 + (rate.perSecond * (at - since)) / 1_000).length;
}
