import type { ScheduleState } from '@jobflow/contracts';
import { duration } from '../runs/describe-event.js';
import { followedStatuses } from './after-job.js';
import { type Cron, parseCron } from './parse-cron.js';

type Described = Pick<ScheduleState, 'kind' | 'cron' | 'everyMs' | 'at' | 'timezone' | 'afterJob' | 'afterStatuses'>;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** A schedule in words: "At 09:00, Monday to Friday (Europe/Berlin)". */
export function describeSchedule(schedule: Described): string {
  switch (schedule.kind) {
    case 'CRON': {
      const parsed = parseCron(schedule.cron ?? '');
      return parsed.ok ? `${describeCron(parsed.cron)} (${schedule.timezone})` : `Never: ${parsed.error.message}`;
    }
    case 'INTERVAL':
      return `Every ${duration(schedule.everyMs ?? 0)}`;
    case 'ONCE':
      return schedule.at === undefined ? 'Never' : `Once, at ${new Date(schedule.at).toISOString()}`;
    case 'AFTER_JOB':
      return `After ${schedule.afterJob ?? 'another job'} ${outcomes(followedStatuses(schedule))}`;
    default:
      return schedule.kind satisfies never;
  }
}

function outcomes(statuses: ReturnType<typeof followedStatuses>): string {
  const words = statuses.map(
    (s) => ({ SUCCEEDED: 'has succeeded', FAILED: 'has failed' })[s as string] ?? `is ${s.toLowerCase()}`,
  );
  return list(words, 'or');
}

/** What of a schedule may surprise: shown beside its preview. */
export function scheduleWarnings(schedule: Pick<ScheduleState, 'kind' | 'cron'>): string[] {
  const parsed = schedule.kind === 'CRON' ? parseCron(schedule.cron ?? '') : undefined;
  if (!parsed?.ok) return [];
  const warnings: string[] = [];
  const { raw, daysOfMonth } = plainly(parsed.cron);
  if (!isAny(raw[3]) && !isAny(raw[5]))
    warnings.push('A day must match both the day of month and the day of week; other crons take either.');
  const days = daysOfMonth.filter((d) => typeof d === 'number');
  if (days.length === daysOfMonth.length && Math.min(...days) > 28)
    warnings.push('Months without such a day are left out; L is the last day of every month.');
  return warnings;
}

const isAny = (field: string | undefined): boolean => field === '*' || field === '?';

/** As if it had been written in the plainest way: `*` for all there is, and no day twice. */
function plainly(cron: Cron): Cron {
  const daysOfMonth = [...new Set(cron.daysOfMonth)];
  const daysOfWeek = [...new Set(cron.daysOfWeek)];
  const values = [cron.seconds, cron.minutes, cron.hours, daysOfMonth, cron.months, daysOfWeek];
  const all = [60, 60, 24, 31, 12, 7];
  const isWhole = (n: number) => values[n]?.filter((value) => typeof value === 'number').length === all[n];
  return { ...cron, daysOfMonth, daysOfWeek, raw: cron.raw.map((field, n) => (isWhole(n) ? '*' : field)) };
}

function describeCron(written: Cron): string {
  const cron = plainly(written);
  const days = [dayOfMonth(cron), dayOfWeek(cron), month(cron)].filter(Boolean).join(', ');
  return days ? `${time(cron)}, ${days}` : time(cron);
}

function time(cron: Cron): string {
  const [second = '', minute = '', hour = ''] = cron.raw;
  const { seconds, minutes, hours } = cron;
  if (hours.length * minutes.length * seconds.length <= 6 && cron.hours.length < 24) return `At ${clock(cron)}`;
  const parts: string[] = [];
  if (seconds.length > 1) parts.push(every(second, seconds, 'second'));
  if (minutes.length > 1 || seconds.length > 1) {
    if (minute !== '*' || seconds.length === 1) parts.push(every(minute, minutes, 'minute'));
  } else if (hours.length > 1 && hour === '*' && minutes[0] === 0) return `Every hour${at('second', seconds)}`;
  else parts.push(`at minute ${minutes[0]}`);
  if (hour !== '*') parts.push(every(hour, hours, 'hour'));
  else if (minutes.length === 1 && seconds.length === 1) parts.push('of every hour');
  if (seconds.length === 1 && seconds[0] !== 0) parts.push(`at second ${seconds[0]}`);
  const text = parts.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const at = (unit: string, values: readonly number[]): string => (values[0] === 0 ? '' : `, at ${unit} ${values[0]}`);

function clock({ hours, minutes, seconds }: Cron): string {
  const times = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => clockTime(h, m, s))));
  return list(times, 'and');
}

function clockTime(h: number, m: number, s: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return s === 0 ? `${two(h)}:${two(m)}` : `${two(h)}:${two(m)}:${two(s)}`;
}

/** "every 5 minutes", "in minutes 0, 20 and 40", "between 9 and 17 o'clock". */
function every(raw: string, values: readonly number[], unit: string): string {
  if (raw === '*') return `every ${unit}`;
  const step = /^\*\/(\d+)$/.exec(raw)?.[1];
  if (step) return step === '1' ? `every ${unit}` : `every ${step} ${unit}s`;
  const range = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(raw);
  if (range) {
    const [, from, to, by] = range;
    const often = by && by !== '1' ? `every ${by} ${unit}s ` : '';
    return `${often}from ${unit} ${from} to ${to}`;
  }
  return `in ${unit}${values.length > 1 ? 's' : ''} ${list(values.map(String), 'and')}`;
}

function dayOfMonth({ raw, daysOfMonth }: Cron): string {
  if (isAny(raw[3])) return '';
  const step = /^\*\/(\d+)$/.exec(raw[3] ?? '')?.[1];
  if (step) return `every ${step} days from the 1st`;
  return `on ${span(daysOfMonth, monthDay)}`;
}

function monthDay(token: number | string): string {
  if (typeof token === 'number') return `the ${ordinal(token)}`;
  if (token === 'L') return 'the last day of the month';
  if (token === 'LW') return 'the last weekday of the month';
  if (token.startsWith('L-')) return `${token.slice(2)} days before the last of the month`;
  return `the weekday nearest to the ${ordinal(Number.parseInt(token, 10))}`;
}

function dayOfWeek({ raw, daysOfWeek }: Cron): string {
  if (isAny(raw[5])) return '';
  const numbers = daysOfWeek.filter((d) => typeof d === 'number');
  const [first = 0] = numbers;
  const run = numbers.length > 2 && numbers.every((d, i) => d === (first + i) % 7);
  if (run && numbers.length === daysOfWeek.length && numbers.length < 7)
    return `${WEEKDAYS[first]} to ${WEEKDAYS[numbers.at(-1) ?? 0]}`;
  return list(daysOfWeek.map(weekDay), 'and');
}

function weekDay(token: number | string): string {
  const name = WEEKDAYS[Number(String(token)[0]) % 7];
  if (typeof token === 'number') return `${name}`;
  return token[1] === '#' ? `the ${ordinal(Number(token[2]))} ${name} of the month` : `the last ${name} of the month`;
}

function month({ raw, months }: Cron): string {
  return raw[4] === '*' ? '' : `in ${span(months, (m) => MONTHS[Number(m) - 1] ?? '')}`;
}

/** "January to May", or each by its name if they do not follow each other. */
function span(values: readonly (number | string)[], name: (value: number | string) => string): string {
  const [first] = values;
  const last = values.at(-1);
  const follow = values.length > 2 && typeof first === 'number' && values.every((value, i) => value === first + i);
  return follow && last !== undefined ? `${name(first)} to ${name(last)}` : list(values.map(name), 'and');
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

function list(words: readonly string[], joiner: string): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${joiner} ${words.at(-1)}`;
}
