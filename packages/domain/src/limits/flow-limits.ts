import { parseKeyPath } from './limit-keys.js';

/*
 * What concurrency and rates may be. Larger ones are no limit; a longer period is a schedule.
 */
export const FLOW_LIMITS = { concurrency: 100_000, rate: 1_000_000, perMs: 86_400_000 } as const;

interface FlowLimits {
  concurrency?: number | null | undefined;
  concurrencyPerKey?: number | null | undefined;
  rate?: { limit: number; perMs: number } | null | undefined;
  concurrencyKey?: string | null | undefined;
}

/** What is wrong with limits of a job or a queue, by path. @param at prefix of the paths, such as `limits.` */
export function flowLimitProblems(limits: FlowLimits, at = ''): Record<string, string> {
  const problems: Record<string, string> = {};
  const within = (path: string, value: number | null | undefined, most: number) => {
    if (value === undefined || value === null || (Number.isInteger(value) && value >= 1 && value <= most)) return;
    problems[`${at}${path}`] = `must be 1 to ${most}`;
  };
  within('concurrency', limits.concurrency, FLOW_LIMITS.concurrency);
  within('concurrencyPerKey', limits.concurrencyPerKey, FLOW_LIMITS.concurrency);
  within('rate.limit', limits.rate?.limit, FLOW_LIMITS.rate);
  within('rate.perMs', limits.rate?.perMs, FLOW_LIMITS.perMs);
  const key = limits.concurrencyKey;
  if (typeof key === 'string' && !parseKeyPath(key)) {
    problems[`${at}concurrencyKey`] =
      'must be a path into the input such as tenantId or user.id: names of letters, digits, _, $ and -, with dots between';
  }
  return problems;
}
