import type { RetryPolicy, TimeoutPolicy } from './policy.js';
import type { RunDefinition } from './run-events.js';

/**
 * Most runs have these policies, which are a quarter of a small run's bytes: stored runs leave them out, so that nobody
 * encodes, sends, keeps or parses them. What was left out means these values for ever; others need a new commit version.
 */
const USUAL: Readonly<{ retry: RetryPolicy; timeout: TimeoutPolicy }> = {
  retry: Object.freeze({
    maxAttempts: 3,
    backoff: 'EXPONENTIAL',
    initialDelayMs: 1_000,
    maxDelayMs: 3_600_000,
    factor: 2,
    jitter: 'FULL',
  }),
  timeout: Object.freeze({ hardMs: 3_600_000 }),
};

interface WithRun {
  run: { retry: RetryPolicy; timeout: TimeoutPolicy };
}

/** A run's policies, as its definition gives them. */
export type RunPolicies = Pick<RunDefinition, 'retry' | 'timeout' | 'limits' | 'guarantee' | 'logLevel'>;
/** The same, where nothing is left open. */
type AllPolicies = { [K in keyof RunPolicies]-?: NonNullable<RunPolicies[K]> };
/** Those that are not the usual ones. */
export type KeptPolicies = Partial<AllPolicies>;

/** What a run of a job has that says nothing else: to rows, for ever as well. */
const USUAL_IN_ROWS: AllPolicies = {
  ...USUAL,
  limits: Object.freeze({}),
  guarantee: 'AT_LEAST_ONCE',
  logLevel: 'INFO',
};

/** What a row keeps of a run's policies; undefined where that is nothing. */
export function keptPolicies({ retry, timeout, limits, guarantee, logLevel }: RunPolicies): KeptPolicies | undefined {
  const usual = USUAL_IN_ROWS;
  const kept = {
    ...(same(retry, usual.retry) ? undefined : { retry }),
    ...(same(timeout, usual.timeout) ? undefined : { timeout }),
    ...(limits && !same(limits, usual.limits) && { limits }),
    ...(guarantee && guarantee !== usual.guarantee && { guarantee }),
    ...(logLevel && logLevel !== usual.logLevel && { logLevel }),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** A run's policies, all of them, from what its row keeps. */
export const policiesOf = (kept: KeptPolicies | null): AllPolicies => ({ ...USUAL_IN_ROWS, ...kept });

/** An event as it is stored: where its run's policies are the usual ones, without them. */
export function withoutUsualPolicies(event: object): object {
  if (!('run' in event)) return event;
  const { run } = event as WithRun;
  const retry = same(run.retry, USUAL.retry) ? undefined : run.retry;
  const timeout = same(run.timeout, USUAL.timeout) ? undefined : run.timeout;
  return retry && timeout ? event : { ...event, run: { ...run, retry, timeout } };
}

/** Gives the runs of stored events, whatever they are, the policies that were left out. */
export function addUsualPolicies(events: unknown): void {
  if (!Array.isArray(events)) return;
  for (const event of events) {
    const run = (event as Partial<WithRun> | null)?.run;
    if (typeof run !== 'object' || run === null) continue;
    if (run.retry === undefined) run.retry = USUAL.retry;
    if (run.timeout === undefined) run.timeout = USUAL.timeout;
  }
}

function same<T extends object>(one: T, other: T): boolean {
  if (one === other) return true;
  const keys = Object.keys(other) as (keyof T)[];
  return Object.keys(one).length === keys.length && keys.every((key) => one[key] === other[key]);
}
