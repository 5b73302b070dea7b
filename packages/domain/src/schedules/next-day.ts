import type { Cron } from './parse-cron.js';

export const DAY_MS = 86_400_000;

type Days = Pick<Cron, 'months' | 'daysOfMonth' | 'daysOfWeek'>;

/** The first day from `from` to `to` that matches, all as days since 1970. */
export function nextDay(cron: Days, from: number, to: number): number | undefined {
  for (let day = from; day <= to; ) {
    const date = new Date(day * DAY_MS);
    const year = date.getUTCFullYear();
    const month = date.getUTCMonth();
    if (!cron.months.includes(month + 1)) {
      day = Date.UTC(year, month + 1, 1) / DAY_MS;
      continue;
    }
    if (matchesDayOfWeek(cron.daysOfWeek, date, year, month) && matchesDayOfMonth(cron.daysOfMonth, date, year, month))
      return day;
    day++;
  }
  return undefined;
}

const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

function matchesDayOfMonth(tokens: Days['daysOfMonth'], date: Date, year: number, month: number): boolean {
  const day = date.getUTCDate();
  return tokens.some((token) => {
    if (typeof token === 'number') return token === day;
    const length = lengthOf(year, month);
    if (token === 'L') return day === length;
    if (token.startsWith('L-')) return day === length - Number(token.slice(2));
    return day === nearestWeekday(year, month, token === 'LW' ? length : Number.parseInt(token, 10), length);
  });
}

/** The day from Monday to Friday that is nearest to a date without leaving its month. */
function nearestWeekday(year: number, month: number, day: number, length: number): number | undefined {
  if (day > length) return undefined;
  const weekday = new Date(Date.UTC(year, month, day)).getUTCDay();
  if (weekday === 6) return day === 1 ? day + 2 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

function matchesDayOfWeek(tokens: Days['daysOfWeek'], date: Date, year: number, month: number): boolean {
  const weekday = date.getUTCDay();
  return tokens.some((token) => {
    if (typeof token === 'number') return token === weekday;
    if (Number(token[0]) % 7 !== weekday) return false;
    const day = date.getUTCDate();
    return token[1] === '#' ? Math.ceil(day / 7) === Number(token[2]) : day + 7 > lengthOf(year, month);
  });
}
