import type { RunDefinition } from '@jobflow/contracts';
import { limitKeysOf } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';
import type { ConcurrencyLimit, RateLimit } from './permits.js';

export interface EffectiveLimits {
  concurrency: ConcurrencyLimit[];
  rate?: RateLimit;
}

/**
 * What limits a run now, if anything does. By which keys it is counted is the run's own; how much they allow is what the
 * job says today, so that raising or lifting a limit helps the runs that wait for it, and one that is new binds those that
 * were enqueued before: all but those whose own key the job no longer has.
 */
export function effectiveLimits(
  run: RunDefinition,
  store: Pick<StateStore, 'jobs' | 'queues'>,
): EffectiveLimits | undefined {
  const own = run.limits ?? {};
  const job = store.jobs.get(run.job)?.state.limits;
  const today = job && job.concurrencyKey === own.concurrencyKey ? job : own;
  const perKey = own.concurrencyKey === undefined ? undefined : store.queues.get(run.queue)?.state.concurrencyPerKey;
  const concurrent = today.concurrency;
  if (concurrent === undefined && perKey === undefined && !today.rate) return undefined;
  const keys = limitKeysOf(run);
  const concurrency: ConcurrencyLimit[] = [];
  if (concurrent !== undefined) concurrency.push({ key: keys.job, limit: concurrent });
  if (perKey !== undefined && keys.queue !== undefined) concurrency.push({ key: keys.queue, limit: perKey });
  return { concurrency, ...(today.rate && { rate: { key: keys.job, ...today.rate } }) };
}
