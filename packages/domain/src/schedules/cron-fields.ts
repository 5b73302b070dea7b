/** The six fields of a cron text, in order, as node-cron names them. */
export type CronField = 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';

export interface FieldRule {
  field: CronField;
  label: string;
  min: number;
  max: number;
  /** Names stand for min, min + 1 … */
  names?: readonly string[];
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

export const fieldRules: readonly FieldRule[] = [
  { field: 'second', label: 'second', min: 0, max: 59 },
  { field: 'minute', label: 'minute', min: 0, max: 59 },
  { field: 'hour', label: 'hour', min: 0, max: 23 },
  { field: 'dayOfMonth', label: 'day of month', min: 1, max: 31 },
  { field: 'month', label: 'month', min: 1, max: 12, names: MONTHS },
  { field: 'dayOfWeek', label: 'day of week', min: 0, max: 7, names: WEEKDAYS },
];

/** What is wrong with one item of a field's list, or undefined. */
export function wrongItem(rule: FieldRule, item: string): string | undefined {
  if (item === '') return 'is empty';
  const special = specialItem(rule, item);
  if (special) return special === 'fine' ? undefined : special;
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0) return 'has more than one step';
  if (step !== undefined) {
    if (range !== '*' && !range.includes('-'))
      return `is not supported: write ${range}-${rule.max}/${step} for every ${step} from ${range} on`;
    if (!/^\d{1,4}$/.test(step) || Number(step) < 1 || Number(step) > rule.max)
      return `has a step that is not from 1 to ${rule.max}`;
  }
  if (range === '*') return undefined;
  const ends = range.split('-');
  if (ends.length > 2) return 'is no range';
  for (const end of ends) if (!isValue(rule, end)) return wanted(rule);
  return undefined;
}

const wanted = (rule: FieldRule): string =>
  `is not from ${rule.min} to ${rule.max}${rule.names ? ` or a name such as ${rule.names[0]?.slice(0, 3)}` : ''}`;

function isValue(rule: FieldRule, text: string): boolean {
  if (/^\d{1,4}$/.test(text)) return Number(text) >= rule.min && Number(text) <= rule.max;
  return rule.names?.some((name) => text.toLowerCase() === name || text.toLowerCase() === name.slice(0, 3)) ?? false;
}

/** L, L-3, 15W, LW for days of the month; 5L, fri#2 for days of the week. */
function specialItem(rule: FieldRule, item: string): string | undefined {
  if (rule.field === 'dayOfMonth') {
    const day = /^(?:L|LW|(\d{1,2})W|L-(\d{1,2}))$/i.exec(item);
    if (!day)
      return /^(?:L|W|\d+W)/i.test(item) ? 'is not supported: of L and W there are L, L-3, LW and 15W' : undefined;
    if (day[1] !== undefined) return Number(day[1]) >= 1 && Number(day[1]) <= 31 ? 'fine' : wanted(rule);
    if (day[2] !== undefined)
      return Number(day[2]) >= 1 && Number(day[2]) <= 30 ? 'fine' : 'must go back 1 to 30 days from the last: L-3';
    return 'fine';
  }
  if (rule.field !== 'dayOfWeek') return undefined;
  if (/^L$/i.test(item)) return 'needs a day: 5L is the last Friday of the month';
  const last = /^(\w+)L$/i.exec(item);
  if (last) return isValue(rule, last[1] ?? '') ? 'fine' : wanted(rule);
  const nth = /^(\w+)#(\w*)$/.exec(item);
  if (!nth) return undefined;
  if (!isValue(rule, nth[1] ?? '')) return wanted(rule);
  return /^[1-5]$/.test(nth[2] ?? '') ? 'fine' : 'must name the 1st to the 5th of the month: fri#2';
}
