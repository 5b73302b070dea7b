import { DAY_MS } from './next-day.js';
import { nextLocal } from './next-local.js';
import type { Cron } from './parse-cron.js';
import { type Segment, segmentsOf } from './zone.js';

/** A fire, and what the clock change of its day does to it: its local time did not exist, or exists twice. */
export interface Tick {
  at: number;
  dst: 'NONE' | 'SKIPPED' | 'REPEATED';
}

/**
 * The first fire of a cron text strictly after an instant, in a zone; undefined if none comes within 40 years.
 *
 * Hours that are `*`, a step or a range follow elapsed time: every instant whose local time matches fires, so a
 * repeated hour fires in both passes and a skipped one not at all. Fixed hours follow the wall clock: a repeated local
 * time fires in its first pass only, and all that fall into a gap fire once, at the first instant after it.
 */
export function nextCronTick(cron: Cron, zone: string, after: number): Tick | undefined {
  let at = after + 1;
  for (;;) {
    const found = inYear(cron, zone, at);
    if (found === 'never') return undefined;
    if (typeof found !== 'number') return found;
    at = found;
  }
}

/** The next fire from `at` on if it falls into its year's segments, else the instant from which to look on. */
function inYear(cron: Cron, zone: string, at: number): Tick | number | 'never' {
  const segments = segmentsOf(zone, new Date(at).getUTCFullYear());
  for (const [i, segment] of segments.entries()) {
    if (segment.to <= at) continue;
    const earliest = Math.max(at, segment.from);
    if (!cron.elapsed && earliest === segment.from && firesInGap(cron, segment))
      return { at: earliest, dst: 'SKIPPED' };
    const from = cron.elapsed ? earliest + segment.offset : Math.max(earliest + segment.offset, segment.freshFrom);
    const local = nextLocal(cron, from);
    if (local === undefined) return 'never';
    const found = local - segment.offset;
    if (found < segment.to)
      return { at: found, dst: isRepeated(local, segment, segments[i + 1]) ? 'REPEATED' : 'NONE' };
    // Nothing matches before `local`, whatever the offset then is: what lies between need not be looked at. Unless
    // the clock turns back (by a day at most) right after this segment, to times before `from`.
    if (found - 2 * DAY_MS > segment.to && from + DAY_MS <= segment.to + segment.offset) return found - 2 * DAY_MS;
  }
  return segments.at(-1)?.to ?? 'never';
}

function firesInGap(cron: Cron, { from, offset, skippedFrom }: Segment): boolean {
  if (skippedFrom === undefined) return false;
  const local = nextLocal(cron, skippedFrom);
  return local !== undefined && local < from + offset;
}

const isRepeated = (local: number, segment: Segment, next: Segment | undefined): boolean =>
  local < segment.freshFrom || (next !== undefined && local >= next.from + next.offset);
