/** Ticks by brute force, for tests: every minute of a window is asked of Intl, and every rule is read literally. */
export interface OracleFields {
  seconds: number[];
  minutes: number[];
  hours: number[];
  daysOfMonth: number[];
  months: number[];
  daysOfWeek: number[];
}

const MINUTE = 60_000;

/** The wall clock's reading at each minute of [from, to), as milliseconds as if it showed UTC. */
export function wallClock(zone: string, from: number, to: number): number[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const readings: number[] = [];
  for (let at = from; at < to; at += MINUTE) readings.push(Date.parse(`${format.format(at).replace(' ', 'T')}Z`));
  return readings;
}

function matches(f: OracleFields, wall: number): boolean {
  const date = new Date(wall);
  return (
    f.minutes.includes(date.getUTCMinutes()) &&
    f.hours.includes(date.getUTCHours()) &&
    f.daysOfMonth.includes(date.getUTCDate()) &&
    f.months.includes(date.getUTCMonth() + 1) &&
    f.daysOfWeek.includes(date.getUTCDay())
  );
}

/** Every instant whose reading matches. */
export function elapsedTicks(f: OracleFields, from: number, wall: number[]): number[] {
  return wall.flatMap((reading, i) => (matches(f, reading) ? f.seconds.map((s) => from + i * MINUTE + s * 1000) : []));
}

/** Every reading that matches, the first time the clock shows it, or when the clock jumps over it. */
export function wallClockTicks(f: OracleFields, from: number, wall: number[]): number[] {
  const ticks = new Set<number>();
  const shown = new Set<number>();
  let latest = (wall[0] ?? 0) - MINUTE;
  for (const [i, reading] of wall.entries()) {
    const at = from + i * MINUTE;
    for (let skipped = latest + MINUTE; skipped < reading; skipped += MINUTE) if (matches(f, skipped)) ticks.add(at);
    if (!shown.has(reading) && matches(f, reading)) for (const s of f.seconds) ticks.add(at + s * 1000);
    shown.add(reading);
    latest = Math.max(latest, reading);
  }
  return [...ticks].sort((a, b) => a - b);
}
