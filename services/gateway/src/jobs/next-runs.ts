import type { ScheduleState } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { nextFireOf, schedulesByJob } from '../schedules/next-fires.js';
import type { Fire } from '../schedules/schedule.js';

/** The schedules of a job; all jobs' are sorted out once for a request. */
export async function schedulesOf(ctx: Pick<Context, 'loaders' | 'stateStore'>, job: string): Promise<ScheduleState[]> {
  const loader = ctx.loaders.of('schedules-by-job', async (jobs: readonly string[]) => {
    const byJob = schedulesByJob(ctx.stateStore);
    return jobs.map((name) => byJob.get(name) ?? []);
  });
  return (await loader.load(job)) ?? [];
}

export async function nextFire(ctx: Context, job: string): Promise<Fire | undefined> {
  return nextFireOf(ctx.stateStore.jobs.get(job)?.state, await schedulesOf(ctx, job), ctx.clock.now());
}

/** When a run of the job is next due: by a schedule, or because one waits for its time. */
export async function nextRunAt(ctx: Context, job: string): Promise<number | undefined> {
  const [fire, planned] = await Promise.all([nextFire(ctx, job), nextPlanned(ctx, job)]);
  const times = [fire?.at, planned].flatMap((at) => (at === undefined ? [] : [Number(at)]));
  return times.length > 0 ? Math.min(...times) : undefined;
}

const PLANNED = `
  select s.job, p.at from read.job_stats s cross join lateral (
    select coalesce(r.next_attempt_at, r.due_at) as at from read.runs r where r.job = s.job and r.status = 'SCHEDULED'
    order by coalesce(r.next_attempt_at, r.due_at) limit 1) as p
  where s.job = any($1::text[]) and s.scheduled > 0`;

async function nextPlanned(ctx: Pick<Context, 'loaders' | 'db'>, job: string): Promise<number | undefined> {
  const loader = ctx.loaders.of('next-planned', async (jobs: readonly string[]) => {
    const rows = await ctx.db.query<{ job: string; at: Date | null }>(PLANNED, [jobs]);
    const found = new Map(rows.map((row) => [row.job, row.at?.getTime()]));
    return jobs.map((name) => found.get(name));
  });
  return loader.load(job);
}

/** Every job's next run, for sorting by it. */
export async function allNextRuns(ctx: Pick<Context, 'db' | 'clock' | 'stateStore'>): Promise<Map<string, number>> {
  const next = new Map<string, number>();
  const note = (job: string, at: number) => next.set(job, Math.min(at, next.get(job) ?? at));
  for (const [job, schedules] of schedulesByJob(ctx.stateStore)) {
    const fire = nextFireOf(ctx.stateStore.jobs.get(job)?.state, schedules, ctx.clock.now());
    if (fire) note(job, Number(fire.at));
  }
  const planned = await ctx.db.query<{ job: string; at: Date | null }>(
    `select job, min(coalesce(next_attempt_at, due_at)) as at from read.runs where status = 'SCHEDULED' group by job`,
  );
  for (const { job, at } of planned) if (at) note(job, at.getTime());
  return next;
}
