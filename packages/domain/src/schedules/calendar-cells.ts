import { nextCronTick, type Tick } from './cron-ticks.js';
import { DAY_MS } from './next-day.js';
import { parseCron } from './parse-cron.js';
import { segmentsOf } from './zone.js';

/** A stretch of a calendar, [from, to) in epoch milliseconds, and what clocks do in it. */
export interface Cell {
  from: number;
  to: number;
  /** SKIPPED: the clock jumps ahead in it. REPEATED: some of its local times come twice. */
  dst: Tick['dst'];
}

const midnight = parseCron('0 0 * * *');

/**
 * Cuts [from, to) into cells of `stepMs`. A step of whole days follows the zone's own days, which may have 23 or 25
 * hours: only the first cell may begin, and only the last may end, within a day. At most `most` cells and one more.
 */
export function calendarCells(from: number, to: number, stepMs: number, zone: string, most: number): Cell[] {
  const starts = [from];
  for (let at = from; starts.length <= most; ) {
    at = stepMs % DAY_MS === 0 ? daysOn(at, stepMs / DAY_MS, zone) : at + stepMs;
    if (at >= to) break;
    starts.push(at);
  }
  const changes = clockChanges(zone, from - 2 * DAY_MS, to + 2 * DAY_MS);
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? to;
    return { from: start, to: end, dst: markOf(start, end, changes) };
  });
}

/** So many of the zone's midnights later. */
function daysOn(at: number, days: number, zone: string): number {
  let found = at;
  for (let n = 0; n < days && midnight.ok; n++)
    found = nextCronTick(midnight.cron, zone, found)?.at ?? Number.POSITIVE_INFINITY;
  return found;
}

interface ClockChange {
  at: number;
  /** How far the clock jumps ahead; negative: back. */
  byMs: number;
}

function clockChanges(zone: string, from: number, to: number): ClockChange[] {
  const changes: ClockChange[] = [];
  let offset: number | undefined;
  for (let year = new Date(from).getUTCFullYear(); year <= new Date(to).getUTCFullYear(); year++) {
    for (const segment of segmentsOf(zone, year)) {
      if (offset !== undefined && segment.offset !== offset)
        changes.push({ at: segment.from, byMs: segment.offset - offset });
      offset = segment.offset;
    }
  }
  return changes;
}

function markOf(from: number, to: number, changes: readonly ClockChange[]): Tick['dst'] {
  for (const { at, byMs } of changes) {
    if (byMs > 0 && from <= at && at < to) return 'SKIPPED';
    if (byMs < 0 && from < at - byMs && at + byMs < to) return 'REPEATED';
  }
  return 'NONE';
}
