import type { Queryable } from '../db/db.js';
import { percentileOf } from './percentile-of.js';

const MINUTE = 60_000;

export interface MetricRange {
  from: number;
  to: number;
  /** Rounded up to whole minutes, the finest that is kept. */
  stepMs: number;
  queue?: string | undefined;
  job?: string | undefined;
  kind?: string | undefined;
}

export interface MetricPoint {
  at: number;
  enqueued: number;
  started: number;
  succeeded: number;
  failed: number;
  retried: number;
  cancelled: number;
  expired: number;
  waitP50Ms: number | undefined;
  waitP95Ms: number | undefined;
  waitP99Ms: number | undefined;
  runP50Ms: number | undefined;
  runP95Ms: number | undefined;
  runP99Ms: number | undefined;
}

const COUNTS = ['enqueued', 'started', 'succeeded', 'failed', 'retried', 'cancelled', 'expired'] as const;
type Counts = Record<(typeof COUNTS)[number], number>;
type Row = Counts & { step: number; wait_hist: number[] | null; run_hist: number[] | null };

// Steps count from `from`, so that equal questions give equal points.
const POINTS = `
  with chosen as (
    select floor(extract(epoch from at - $1::timestamptz) * 1000 / $3)::int as step, *
    from read.minute_stats
    where at >= $1::timestamptz and at < $2::timestamptz
      and ($4::text is null or queue = $4) and ($5::text is null or job = $5) and ($6::text is null or kind = $6)
  ), counts as (
    select step, ${COUNTS.map((name) => `sum(${name})::bigint as ${name}`).join(', ')} from chosen group by step
  ), bins as (
    select step, n, sum(w)::bigint as w, sum(r)::bigint as r
    from chosen cross join lateral unnest(wait_hist, run_hist) with ordinality as bin(w, r, n) group by step, n
  ), hists as (
    select step, array_agg(coalesce(w, 0)::float8 order by n) as wait_hist, array_agg(coalesce(r, 0)::float8 order by n) as run_hist
    from bins group by step
  )
  select * from counts left join hists using (step) order by step`;

/** One point per step, empty ones included. The caller bounds their number. */
export async function metricPoints(db: Queryable, range: MetricRange): Promise<MetricPoint[]> {
  const from = Math.floor(range.from / MINUTE) * MINUTE;
  const stepMs = Math.max(1, Math.ceil(range.stepMs / MINUTE)) * MINUTE;
  const params = [
    new Date(from),
    new Date(range.to),
    stepMs,
    range.queue ?? null,
    range.job ?? null,
    range.kind ?? null,
  ];
  const rows = new Map((await db.query<Row>(POINTS, params)).map((row) => [row.step, row]));
  const points: MetricPoint[] = [];
  for (let step = 0; from + step * stepMs < range.to; step++)
    points.push(pointOf(from + step * stepMs, rows.get(step)));
  return points;
}

function pointOf(at: number, row: Row | undefined): MetricPoint {
  const wait = row?.wait_hist ?? [];
  const run = row?.run_hist ?? [];
  const counts = Object.fromEntries(COUNTS.map((name) => [name, row?.[name] ?? 0])) as Counts;
  return {
    at,
    ...counts,
    waitP50Ms: percentileOf(wait, 0.5),
    waitP95Ms: percentileOf(wait, 0.95),
    waitP99Ms: percentileOf(wait, 0.99),
    runP50Ms: percentileOf(run, 0.5),
    runP95Ms: percentileOf(run, 0.95),
    runP99Ms: percentileOf(run, 0.99),
  };
}
