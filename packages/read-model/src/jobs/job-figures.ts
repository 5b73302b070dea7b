import type { RunStatus } from '@jobflow/contracts';
import type { Queryable } from '../db/db.js';
import type { Outcome } from '../entities/row-types.js';
import { STATUS_COLUMNS, type StatusCounts } from '../stats/run-totals.js';

/** What the runs of a job say of it. */
export interface JobFigures extends StatusCounts {
  job: string;
  /** The run made last, and how it stands. */
  lastRunId: string | undefined;
  lastStatus: RunStatus | undefined;
  lastAt: number | undefined;
  /** The last 100 that ended, oldest first. */
  outcomes: Outcome[];
  /** Of those, without the cancelled ones; undefined when there are none. */
  successRate: number | undefined;
  avgDurationMs: number | undefined;
}

interface Row extends StatusCounts {
  job: string;
  last_run_id: string | null;
  last_status: RunStatus | null;
  last_at: Date | null;
  outcomes: Outcome[];
}

/** The success rate as SQL over the column `outcomes` of read.job_stats, for sorting and filtering by it. */
export const SUCCESS_RATE_SQL = `(
  select (count(*) filter (where o ->> 'status' = 'SUCCEEDED'))::float8 / nullif(count(*), 0)
  from jsonb_array_elements(outcomes) as o where o ->> 'status' <> 'CANCELLED')`;

/** In no order; a job that never ran has none. */
export async function jobFigures(db: Queryable, jobs: readonly string[]): Promise<JobFigures[]> {
  const rows = await db.query<Row>(
    `select job, ${STATUS_COLUMNS}, last_run_id, last_status, last_at, outcomes from read.job_stats where job = any($1::text[])`,
    [jobs],
  );
  return rows.map(({ last_run_id, last_status, last_at, outcomes, ...counts }) => ({
    ...counts,
    lastRunId: last_run_id ?? undefined,
    lastStatus: last_status ?? undefined,
    lastAt: last_at?.getTime(),
    outcomes,
    ...figuresOf(outcomes),
  }));
}

/** The success rate and the average duration of outcomes. */
export function figuresOf(outcomes: readonly Outcome[]): Pick<JobFigures, 'successRate' | 'avgDurationMs'> {
  const judged = outcomes.filter(({ status }) => status !== 'CANCELLED');
  const durations = outcomes.flatMap(({ durationMs }) => durationMs ?? []);
  return {
    successRate:
      judged.length > 0 ? judged.filter(({ status }) => status === 'SUCCEEDED').length / judged.length : undefined,
    avgDurationMs: durations.length > 0 ? durations.reduce((sum, ms) => sum + ms, 0) / durations.length : undefined,
  };
}
