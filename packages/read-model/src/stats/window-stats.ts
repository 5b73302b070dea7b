import type { Queryable } from '../db/db.js';

const MINUTE = 60_000;

export interface WindowStats {
  enqueued: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  expired: number;
  /** Succeeded among those that ended of themselves: not cancelled. Undefined when none has. */
  successRate: number | undefined;
  /** Ended runs. */
  perMinute: number;
  avgDurationMs: number | undefined;
}

interface Sums {
  enqueued: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  expired: number;
  duration_sum_ms: number;
  duration_count: number;
}

const SUMS = ['enqueued', 'succeeded', 'failed', 'cancelled', 'expired', 'duration_sum_ms', 'duration_count']
  .map((name) => `coalesce(sum(${name}), 0)::bigint as ${name}`)
  .join(', ');

/** What happened in the last `windowMs`, in whole minutes: the one in which it began counts with it. */
export async function windowStats(db: Queryable, now: number, windowMs: number): Promise<WindowStats> {
  const since = Math.floor((now - windowMs) / MINUTE) * MINUTE;
  const [row] = await db.query<Sums>(`select ${SUMS} from read.minute_stats where at >= $1 and at <= $2`, [
    new Date(since),
    new Date(now),
  ]);
  if (!row) throw new Error('an aggregate gave no row');
  const { duration_sum_ms, duration_count, ...counts } = row;
  const { succeeded, failed, cancelled, expired } = counts;
  const judged = succeeded + failed + expired;
  return {
    ...counts,
    successRate: judged > 0 ? succeeded / judged : undefined,
    perMinute: (judged + cancelled) / Math.max(1, windowMs / MINUTE),
    avgDurationMs: duration_count > 0 ? duration_sum_ms / duration_count : undefined,
  };
}
