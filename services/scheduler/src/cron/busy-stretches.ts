import { MISSED_AFTER_MS } from './missed-after.js';

/** A time in which a tick had to wait: after `from`, up to and including `to`. */
export interface Stretch {
  from: number;
  to: number;
}

/**
 * When runs that have ended were in the way of their schedule's ticks, oldest first: from when each was made until it
 * ended, and those ticks before it too that were merely late when it was made, since it was in their way before they were
 * missed. So runs that follow one another closely make one stretch, of which one tick waits.
 *
 * @param more there are older runs than these; it is taken for granted that they followed one another
 */
export function busyStretches(runs: readonly { madeAt: number; endedAt: number }[], more: boolean): Stretch[] {
  const stretches: Stretch[] = [];
  const own = runs.map(({ madeAt, endedAt }) => ({ from: madeAt - MISSED_AFTER_MS, to: endedAt }));
  for (const { from, to } of own.sort((a, b) => a.from - b.from)) {
    const last = stretches.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else stretches.push({ from: stretches.length === 0 && more ? Number.NEGATIVE_INFINITY : from, to });
  }
  return stretches;
}
