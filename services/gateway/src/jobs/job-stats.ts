import type { RunStatus } from '@jobflow/contracts';
import type { Context } from '../context/context.js';

export interface JobOutcome {
  runId: string;
  status: RunStatus;
  durationMs: number | null;
  finishedAt: number;
}

export interface JobStats {
  job: string;
  scheduled: number;
  blocked: number;
  queued: number;
  running: number;
  retrying: number;
  last_run_id: string | null;
  duration_sum_ms: number;
  duration_count: number;
  /** The last 100 ended runs, oldest first. */
  outcomes: JobOutcome[];
}

/** What is counted of a job's runs, kept with the job; batched. Undefined for a job that never ran. */
export function jobStats(ctx: Pick<Context, 'db' | 'loaders'>, job: string): Promise<JobStats | undefined> {
  const loader = ctx.loaders.of('job-stats', async (jobs: readonly string[]) => {
    const rows = await ctx.db.query<JobStats>(
      `select job, scheduled, blocked, queued, running, retrying, last_run_id, duration_sum_ms, duration_count, outcomes
       from read.job_stats where job = any($1::text[])`,
      [jobs],
    );
    const found = new Map(rows.map((row) => [row.job, row]));
    return jobs.map((one) => found.get(one));
  });
  return loader.load(job);
}

/** The share of ended runs that succeeded. A cancelled run says nothing of its job; null when none is left. */
export function successRate(outcomes: readonly Pick<JobOutcome, 'status'>[]): number | null {
  const told = outcomes.filter(({ status }) => status !== 'CANCELLED');
  return told.length > 0 ? told.filter(({ status }) => status === 'SUCCEEDED').length / told.length : null;
}

/** The same in SQL, over read.job_stats as `s`. */
export const SUCCESS_RATE = `(select avg((o ->> 'status' = 'SUCCEEDED')::int)::float8
  from jsonb_array_elements(s.outcomes) as o where o ->> 'status' <> 'CANCELLED')`;
