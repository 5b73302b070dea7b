import type { Queryable } from '../db/db.js';

/** How many runs are in each status now. */
export interface StatusCounts {
  scheduled: number;
  blocked: number;
  queued: number;
  running: number;
  retrying: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  expired: number;
}

export const STATUS_COLUMNS = 'scheduled, blocked, queued, running, retrying, succeeded, failed, cancelled, expired';

export interface RunTotals extends StatusCounts {
  /** The sum of all; never falls. */
  total: number;
  deadLetters: number;
}

/** All runs since the first: from kept counters, whatever their number. */
export async function runTotals(db: Queryable): Promise<RunTotals> {
  const sums = STATUS_COLUMNS.split(', ').map((name) => `coalesce(sum(${name}), 0)::bigint as ${name}`);
  const [row] = await db.query<StatusCounts & { dead_letters: number }>(
    `select ${sums.join(', ')}, coalesce(sum(dead_letters), 0)::bigint as dead_letters from read.queue_stats`,
  );
  if (!row) throw new Error('an aggregate gave no row');
  const { dead_letters: deadLetters, ...counts } = row;
  return { ...counts, deadLetters, total: Object.values(counts).reduce((sum, n) => sum + n, 0) };
}
