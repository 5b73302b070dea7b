import { DAY_MS } from './next-day.js';

/** A stretch of time with one offset from UTC. "Local" is milliseconds as if the wall clock showed UTC. */
export interface Segment {
  /** UTC: [from, to). */
  from: number;
  to: number;
  offset: number;
  /** The first local time in it that the wall clock had not shown before: later than its start after a turn back. */
  freshFrom: number;
  /** Where the wall clock stood when it jumped ahead to this segment's start; absent if it did not. */
  skippedFrom?: number;
}

export const isTimeZone = (name: string): boolean => /^[A-Za-z]/.test(name) && formatterOf(name) !== undefined;

const MAX_FORMATTERS = 700;
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();
function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formatters.has(zone)) return formatters.get(zone);
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  const formatter = createFormatter(zone);
  formatters.set(zone, formatter);
  return formatter;
}

function createFormatter(zone: string): Intl.DateTimeFormat | undefined {
  const two = '2-digit' as const;
  const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'iso8601', hourCycle: 'h23', ...fields });
  } catch {
    return undefined;
  }
}

/** Local minus UTC at an instant, in milliseconds. An unknown zone throws: zones are checked where they come in. */
export function offsetAt(zone: string, at: number): number {
  const formatter = formatterOf(zone);
  if (!formatter) throw new RangeError(`unknown time zone ${zone}`);
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const MAX_YEARS = 3_000;
const years = new Map<string, Segment[]>();

/** The segments of a zone that meet a UTC year, cut to it; remembered, so that Intl is asked once per zone and year. */
export function segmentsOf(zone: string, year: number): Segment[] {
  const key = `${zone} ${year}`;
  let segments = years.get(key);
  if (!segments) {
    segments = findSegments(zone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    if (years.size >= MAX_YEARS) years.clear();
    years.set(key, segments);
  }
  return segments;
}

/** A turn of the clock is felt for at most a day; two days before the year are read for it. */
const LOOK_BACK = 2 * DAY_MS;

function findSegments(zone: string, from: number, to: number): Segment[] {
  const all: Segment[] = [];
  let start = from - LOOK_BACK;
  let offset = offsetAt(zone, start);
  let shownUntil = start + offset;
  const add = (end: number, next: number) => {
    const opens = start + offset;
    const jumped = all.length > 0 && opens > shownUntil;
    all.push({
      from: start,
      to: end,
      offset,
      freshFrom: Math.max(opens, shownUntil),
      ...(jumped && { skippedFrom: shownUntil }),
    });
    shownUntil = Math.max(shownUntil, end + offset);
    start = end;
    offset = next;
  };
  for (let at = start; at < to; ) {
    const until = Math.min(at + DAY_MS, to);
    const next = offsetAt(zone, until);
    if (next !== offset) {
      const change = changeBetween(zone, at, until, offset);
      add(change, offsetAt(zone, change));
      at = change;
    } else at = until;
  }
  if (start < to) add(to, offset);
  return all.filter((s) => s.to > from).map((s) => (s.from < from ? cutTo(s, from) : s));
}

const cutTo = ({ skippedFrom: _, ...segment }: Segment, from: number): Segment => ({ ...segment, from });

/** The first second in (low, high] at which the offset differs from the one at `low`. */
function changeBetween(zone: string, low: number, high: number, offset: number): number {
  let before = low;
  let after = high;
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (offsetAt(zone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}
