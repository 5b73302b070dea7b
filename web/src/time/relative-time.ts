const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [
  // unit, its length, below which distance it is used
  ['second', 1_000, 60_000],
  ['minute', 60_000, 3_600_000],
  ['hour', 3_600_000, 86_400_000],
  ['day', 86_400_000, 30 * 86_400_000],
  ['month', 30 * 86_400_000, 365 * 86_400_000],
  ['year', 365 * 86_400_000, Number.POSITIVE_INFINITY],
];

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });

/** `just now`, `12s ago`, `in 3h`. Within two seconds it is `just now`: clocks of two machines never agree better. */
export function relativeTime(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < 2_000) return distance > 0 ? 'in a moment' : 'just now';
  const [unit, length] = steps.find(([, , below]) => Math.abs(distance) < below) ?? ['year', 365 * 86_400_000];
  return words.format(Math.trunc(distance / length), unit);
}

const absolute = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
});
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' });

/** The full local date and time with its zone, for titles. */
export function absoluteTime(at: number): string {
  const zoneName = zone.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value;
  return zoneName ? `${absolute.format(at)} ${zoneName}` : absolute.format(at);
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `14:02:11`, local. */
export function clockTime(at: number): string {
  return clock.format(at);
}

/** `14:02:11.345`, local: for logs and timelines, where order within a second matters. */
export function preciseTime(at: number): string {
  return `${clock.format(at)}.${String(Math.floor(at) % 1_000).padStart(3, '0')}`;
}
