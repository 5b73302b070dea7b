import { type ParsedFields, validateDetailed } from 'node-cron';
import { type CronField, fieldRules, wrongItem } from './cron-fields.js';
import { nextDay } from './next-day.js';

/** A cron text, understood. Numbers are sorted. */
export interface Cron {
  text: string;
  /** The six fields as written, the second included. */
  raw: readonly string[];
  seconds: readonly number[];
  minutes: readonly number[];
  hours: readonly number[];
  months: readonly number[];
  /** Numbers and the tokens L, L-n, nW, LW. */
  daysOfMonth: readonly (number | string)[];
  /** 0 = Sunday; numbers and the tokens nL, n#k. */
  daysOfWeek: readonly (number | string)[];
  /** Its hours are `*`, a step or a range: it follows elapsed time through clock changes, instead of the wall clock. */
  elapsed: boolean;
}
export interface CronError {
  field: CronField | 'expression';
  /** Column in the text, from 1, of what is wrong. */
  position: number;
  message: string;
}
export type ParsedCron = { ok: true; cron: Cron } | { ok: false; error: CronError };

const MAX_LENGTH = 200;
const NICKNAMES: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const MAX_CACHED = 2_000;
const cache = new Map<string, ParsedCron>();

/**
 * Understands a cron text of 5 or 6 fields (second first) or a nickname such as @daily. Each item is checked here
 * first, so that an error names its field and column and no range can exhaust memory; node-cron has the last word and
 * yields the fields. As in node-cron, a day must match the day of month *and* the day of week.
 */
export function parseCron(text: string): ParsedCron {
  const known = cache.get(text);
  if (known) return known;
  const parsed = parse(text);
  if (cache.size >= MAX_CACHED) cache.clear();
  if (text.length <= MAX_LENGTH) cache.set(text, parsed);
  return parsed;
}

function parse(text: string): ParsedCron {
  if (text.length > MAX_LENGTH) return refuse('expression', 1, `has more than ${MAX_LENGTH} characters`);
  const nickname = text.trim();
  if (nickname.startsWith('@')) return parseNickname(text, nickname);
  const items = [...text.matchAll(/\S+/g)].map((m) => ({ text: m[0], column: m.index + 1 }));
  if (items.length !== 5 && items.length !== 6) return refuse('expression', 1, fieldCount(items.length));
  const rules = items.length === 5 ? fieldRules.slice(1) : fieldRules;
  for (const [i, rule] of rules.entries()) {
    const item = items[i];
    if (!item) continue;
    const wrong = wrongField(rule, item.text);
    if (wrong) return refuse(rule.field, item.column + wrong.offset, `${rule.label}: ${wrong.message}`);
  }
  return accept(text, items, rules);
}

const fieldCount = (n: number): string =>
  `needs 5 fields (minute hour day-of-month month day-of-week) or 6 (second first), not ${n}`;

function parseNickname(text: string, nickname: string): ParsedCron {
  const plain = NICKNAMES[nickname.toLowerCase()];
  const known = Object.keys(NICKNAMES).join(', ');
  if (!plain) return refuse('expression', 1, `${nickname} is not supported; these are: ${known}`);
  const parsed = parseCron(plain);
  return parsed.ok ? { ok: true, cron: { ...parsed.cron, text } } : parsed;
}

function wrongField(rule: (typeof fieldRules)[number], text: string): { offset: number; message: string } | undefined {
  if (text === '?' && (rule.field === 'dayOfMonth' || rule.field === 'dayOfWeek')) return undefined;
  let offset = 0;
  for (const item of text.split(',')) {
    const wrong = wrongItem(rule, item);
    if (wrong) return { offset, message: `"${item}" ${wrong}` };
    offset += item.length + 1;
  }
  return undefined;
}

function accept(text: string, items: { text: string; column: number }[], rules: typeof fieldRules): ParsedCron {
  const plain = items.map((item) => item.text).join(' ');
  const checked = validateDetailed(plain);
  if (!checked.valid || !checked.fields) {
    const [error] = checked.errors;
    const at = rules.findIndex((rule) => rule.field === error?.field);
    const rule = rules[at];
    return refuse(rule?.field ?? 'expression', items[at]?.column ?? 1, error?.message ?? 'cannot be understood');
  }
  const raw = items.length === 5 ? ['0', ...items.map((i) => i.text)] : items.map((i) => i.text);
  const cron = cronOf(text, raw, checked.fields);
  // 1 January 2000 and the 400 years after it: every date of the calendar there is.
  if (nextDay(cron, 10_957, 10_957 + 146_097) === undefined)
    return refuse('dayOfMonth', items[rules.length - 3]?.column ?? 1, 'day of month: no such day ever comes');
  return { ok: true, cron };
}

function cronOf(text: string, raw: string[], fields: ParsedFields): Cron {
  return {
    text,
    raw,
    seconds: sorted(fields.second),
    minutes: sorted(fields.minute),
    hours: sorted(fields.hour),
    months: sorted(fields.month),
    daysOfMonth: fields.dayOfMonth,
    daysOfWeek: fields.dayOfWeek,
    elapsed: /[*/-]/.test(raw[2] ?? ''),
  };
}

const sorted = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

const refuse = (field: CronError['field'], position: number, what: string): ParsedCron => ({
  ok: false,
  error: { field, position, message: `${what} (column ${position})` },
});
