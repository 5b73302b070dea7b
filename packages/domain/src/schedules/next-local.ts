import { DAY_MS, nextDay } from './next-day.js';
import type { Cron } from './parse-cron.js';

/** The longest that a day can keep one waiting: a 29 February on a given weekday, around a year 2100. */
const HORIZON_DAYS = 41 * 366;

/**
 * The first wall-clock time at or after `from` that matches, both as milliseconds as if the wall clock showed UTC.
 * Undefined if none comes within the horizon.
 */
export function nextLocal(cron: Cron, from: number): number | undefined {
  let day = Math.floor(from / DAY_MS);
  const last = day + HORIZON_DAYS;
  let second = Math.ceil((from - day * DAY_MS) / 1000);
  for (let found = nextDay(cron, day, last); found !== undefined; found = nextDay(cron, day, last)) {
    const time = timeOfDay(cron, found === day ? second : 0);
    if (time !== undefined) return found * DAY_MS + time * 1000;
    day = found + 1;
    second = 0;
  }
  return undefined;
}

/** The first matching second of the day at or after `from`. */
function timeOfDay(cron: Cron, from: number): number | undefined {
  const h = Math.floor(from / 3600);
  const m = Math.floor((from % 3600) / 60);
  const s = from % 60;
  for (const hour of cron.hours) {
    if (hour < h) continue;
    for (const minute of cron.minutes) {
      if (hour === h && minute < m) continue;
      const least = hour === h && minute === m ? s : 0;
      const second = cron.seconds.find((value) => value >= least);
      if (second !== undefined) return hour * 3600 + minute * 60 + second;
    }
  }
  return undefined;
}
