import type { Context } from '../context/context.js';
import type { Run } from '../runs/run.js';
import { type RunRow, runOfRow } from '../runs/run-row.js';
import type { JobRevision } from './job.js';

/** The newest runs of a job; batched. */
export async function recentRuns(
  ctx: Pick<Context, 'db' | 'loaders'>,
  job: string,
  first: number,
  columns: string,
): Promise<Run[]> {
  const loader = ctx.loaders.of(`recent-runs ${first} ${columns}`, async (jobs: readonly string[]) => {
    const rows = await ctx.db.query<RunRow>(
      `select r.* from unnest($1::text[]) as wanted(name) cross join lateral (
         select ${columns} from read.runs where job = wanted.name order by id desc limit ${first}) as r`,
      [jobs],
    );
    const found = new Map<string, Run[]>();
    for (const row of rows) found.set(row.job, [...(found.get(row.job) ?? []), runOfRow(row)]);
    return jobs.map((name) => found.get(name) ?? []);
  });
  return (await loader.load(job)) ?? [];
}

/** The latest revisions of a job, oldest first; batched. */
export async function jobRevisions(
  ctx: Pick<Context, 'db' | 'loaders'>,
  job: string,
  last: number,
): Promise<JobRevision[]> {
  const loader = ctx.loaders.of(`job-revisions ${last}`, async (jobs: readonly string[]) => {
    const rows = await ctx.db.query<JobRevision & { job: string }>(
      `select r.* from unnest($1::text[]) as wanted(name) cross join lateral (
         select job, revision, at, actor, definition from read.job_revisions where job = wanted.name
         order by revision desc limit ${last}) as r`,
      [jobs],
    );
    const found = new Map<string, JobRevision[]>();
    for (const row of rows) found.set(row.job, [row, ...(found.get(row.job) ?? [])]);
    return jobs.map((name) => found.get(name) ?? []);
  });
  return (await loader.load(job)) ?? [];
}
