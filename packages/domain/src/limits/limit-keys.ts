import { createHash } from 'node:crypto';
import type { Json, RunDefinition } from '@jobflow/contracts';

/*
 * What limits are counted by. `job:<job>` and `queue:<queue>` for all runs of one, with `=<value>` behind it for those
 * whose input has that value at the job's concurrencyKey. Names of jobs and queues hold no `=`.
 */

const SEGMENT = /^[A-Za-z0-9_$-]{1,100}$/;
const LONGEST_VALUE = 100;

/** The steps of a path such as `tenantId`, `user.id`, `$.user.id` or `items.0.sku`; undefined if it is none. */
export function parseKeyPath(path: string): string[] | undefined {
  const segments = (path.startsWith('$.') ? path.slice(2) : path).split('.');
  return path.length <= 255 && segments.length <= 20 && segments.every((segment) => SEGMENT.test(segment))
    ? segments
    : undefined;
}

/** The value at a path, as text. Runs without one are counted together, under the empty value. */
export function keyValueOf(path: string, input: Json | undefined): string {
  let value: Json | undefined = input;
  for (const segment of parseKeyPath(path) ?? []) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return '';
    value = (value as { [key: string]: Json })[segment];
  }
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.length <= LONGEST_VALUE) return text.toWellFormed().replaceAll('\u0000', '\ufffd');
  return `#${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

export interface LimitKeys {
  /** What the job's own concurrency and rate are counted by. */
  job: string;
  /** What the queue's concurrencyPerKey is counted by, if the job has a key. */
  queue?: string;
}

export function limitKeysOf({
  job,
  queue,
  limits,
  input,
}: Pick<RunDefinition, 'job' | 'queue' | 'limits' | 'input'>): LimitKeys {
  if (limits?.concurrencyKey === undefined) return { job: `job:${job}` };
  const value = keyValueOf(limits.concurrencyKey, input);
  return { job: `job:${job}=${value}`, queue: `queue:${queue}=${value}` };
}

/** The keys whose permits a run may hold: its end may let another one start. Undefined if no concurrency limits it. */
export function concurrencyKeysOf(
  run: Pick<RunDefinition, 'job' | 'queue' | 'limits' | 'input'>,
): string[] | undefined {
  if (run.limits?.concurrency === undefined && run.limits?.concurrencyKey === undefined) return undefined;
  const keys = limitKeysOf(run);
  const held = [
    ...(run.limits.concurrency === undefined ? [] : [keys.job]),
    ...(keys.queue === undefined ? [] : [keys.queue]),
  ];
  return held.length > 0 ? held : undefined;
}

export interface ParsedLimitKey {
  of: 'job' | 'queue';
  name: string;
  /** Absent: all of that name. */
  value?: string;
}

export function parseLimitKey(key: string): ParsedLimitKey | undefined {
  const match = /^(job|queue):([^=]*)(?:=([\s\S]*))?$/.exec(key);
  if (!match) return undefined;
  const [, of, name = '', value] = match;
  return { of: of as 'job' | 'queue', name, ...(value !== undefined && { value }) };
}
