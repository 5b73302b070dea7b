import type { Queryable } from '../db/db.js';
import { percentileOf } from '../stats/percentile-of.js';
import { STATUS_COLUMNS, type StatusCounts } from '../stats/run-totals.js';

const MINUTE = 60_000;
/** Rates are over these last minutes, averages and percentiles over the last hour. */
const RATE_MINUTES = 5;
const AVERAGE_MINUTES = 60;

export interface QueueFigures extends StatusCounts {
  queue: string;
  deadLetters: number;
  /** How long the run that has waited longest has been queued. */
  oldestWaitMs: number | undefined;
  enqueuedPerMinute: number;
  finishedPerMinute: number;
  failedPerMinute: number;
  avgDurationMs: number | undefined;
  waitP95Ms: number | undefined;
}

interface Row extends StatusCounts {
  queue: string;
  dead_letters: number;
  oldest: Date | null;
  enqueued: number;
  finished: number;
  failed_lately: number;
  duration_sum_ms: number;
  duration_count: number;
  wait_hist: number[] | null;
}

// The oldest is looked for only where the counter says that there is one.
const FIGURES = `
  with chosen as (select * from read.queue_stats where $1::text[] is null or queue = any($1)),
  lately as (
    select queue, sum(enqueued) filter (where at >= $3)::bigint as enqueued,
      sum(succeeded + failed + cancelled + expired) filter (where at >= $3)::bigint as finished,
      sum(failed) filter (where at >= $3)::bigint as failed_lately,
      sum(duration_sum_ms)::bigint as duration_sum_ms, sum(duration_count)::bigint as duration_count
    from read.minute_stats where at >= $2 and queue in (select queue from chosen) group by queue
  ), waits as (
    select queue, array_agg(w order by n) as wait_hist from (
      select queue, n, sum(w)::float8 as w from read.minute_stats cross join lateral unnest(wait_hist) with ordinality as bin(w, n)
      where at >= $2 and queue in (select queue from chosen) group by queue, n) as bins group by queue
  )
  select chosen.queue, ${STATUS_COLUMNS}, dead_letters, coalesce(enqueued, 0)::bigint as enqueued, coalesce(finished, 0)::bigint as finished,
    coalesce(failed_lately, 0)::bigint as failed_lately, coalesce(duration_sum_ms, 0)::bigint as duration_sum_ms,
    coalesce(duration_count, 0)::bigint as duration_count, wait_hist,
    case when queued > 0 then (
      select min(r.queued_at) from (
        select queued_at from read.runs where status = 'QUEUED' and queue = chosen.queue order by id limit 100) as r) end as oldest
  from chosen left join lately using (queue) left join waits using (queue)`;

/** What is going on in queues: all of them, or those named. A queue that never had a run has no figures. */
export async function queueFigures(db: Queryable, now: number, names?: readonly string[]): Promise<QueueFigures[]> {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const rateSince = minute - (RATE_MINUTES - 1) * MINUTE;
  const params = [names ?? null, new Date(minute - (AVERAGE_MINUTES - 1) * MINUTE), new Date(rateSince)];
  const minutes = Math.max(1, (now - rateSince) / MINUTE);
  return (await db.query<Row>(FIGURES, params)).map((row) => {
    const {
      dead_letters,
      oldest,
      enqueued,
      finished,
      failed_lately,
      duration_sum_ms,
      duration_count,
      wait_hist,
      ...counts
    } = row;
    return {
      ...counts,
      deadLetters: dead_letters,
      oldestWaitMs: oldest ? Math.max(0, now - oldest.getTime()) : undefined,
      enqueuedPerMinute: enqueued / minutes,
      finishedPerMinute: finished / minutes,
      failedPerMinute: failed_lately / minutes,
      avgDurationMs: duration_count > 0 ? duration_sum_ms / duration_count : undefined,
      waitP95Ms: percentileOf(wait_hist ?? [], 0.95),
    };
  });
}
