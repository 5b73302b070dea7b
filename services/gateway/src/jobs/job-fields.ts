import type { ChannelState, JobState, ScheduleState } from '@jobflow/contracts';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Float, Info, Int, Resolver, Root } from 'type-graphql';
import { Channel } from '../channels/channel.js';
import { matchesJob } from '../channels/matches-job.js';
import type { Context } from '../context/context.js';
import { checkFirst, maxPage } from '../paging/check-first.js';
import { selectedFields } from '../paging/selected-fields.js';
import { loadRun } from '../runs/find-run.js';
import { Run } from '../runs/run.js';
import { columnsFor } from '../runs/run-row.js';
import { Fire, Schedule } from '../schedules/schedule.js';
import { DateTime, SafeInt } from '../schema/scalars.js';
import { Job, JobRevision, Outcome } from './job.js';
import { jobRevisions, recentRuns } from './job-history.js';
import { jobStats, successRate } from './job-stats.js';
import { nextFire, nextRunAt, schedulesOf } from './next-runs.js';

/** A job remembers this many outcomes. */
const OUTCOMES = 100;

/** What is looked up beside a job, only when it is selected. Counters are kept with the job, so they cost nothing each. */
@Resolver(() => Job)
export class JobFields {
  @FieldResolver(() => Run, { nullable: true })
  async lastRun(@Root() job: JobState, @Ctx() ctx: Context): Promise<Run | undefined> {
    return loadRun(ctx, (await jobStats(ctx, job.name))?.last_run_id);
  }

  @FieldResolver(() => DateTime, { nullable: true })
  nextRunAt(@Root() job: JobState, @Ctx() ctx: Context): Promise<number | undefined> {
    return nextRunAt(ctx, job.name);
  }

  @FieldResolver(() => Fire, { nullable: true, complexity: 0 })
  nextFire(@Root() job: JobState, @Ctx() ctx: Context): Promise<Fire | undefined> {
    return nextFire(ctx, job.name);
  }

  /** Of the last 100 ended runs. */
  @FieldResolver(() => Float, { nullable: true })
  async successRate(@Root() job: JobState, @Ctx() ctx: Context): Promise<number | null> {
    return successRate((await jobStats(ctx, job.name))?.outcomes ?? []);
  }

  @FieldResolver(() => Float, { nullable: true })
  async avgDurationMs(@Root() job: JobState, @Ctx() ctx: Context): Promise<number | null> {
    const stats = await jobStats(ctx, job.name);
    return stats && stats.duration_count > 0 ? stats.duration_sum_ms / stats.duration_count : null;
  }

  /** Runs that have not started: planned, blocked, queued or between two attempts. */
  @FieldResolver(() => SafeInt)
  async waiting(@Root() job: JobState, @Ctx() ctx: Context): Promise<number> {
    const stats = await jobStats(ctx, job.name);
    return stats ? stats.scheduled + stats.blocked + stats.queued + stats.retrying : 0;
  }

  @FieldResolver(() => SafeInt)
  async active(@Root() job: JobState, @Ctx() ctx: Context): Promise<number> {
    return (await jobStats(ctx, job.name))?.running ?? 0;
  }

  @FieldResolver(() => [Run])
  recentRuns(
    @Root() job: JobState,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first?: number | null,
  ): Promise<Run[]> {
    return recentRuns(ctx, job.name, checkFirst(first, 20, maxPage), columnsFor(selectedFields(info)));
  }

  /** The spark bar, oldest first; kept with the job, costs nothing per item. */
  @FieldResolver(() => [Outcome], { complexity: 0 })
  async outcomes(
    @Root() job: JobState,
    @Ctx() ctx: Context,
    @Arg('last', () => Int, { nullable: true, defaultValue: 20 }) last?: number | null,
  ): Promise<Outcome[]> {
    return (await jobStats(ctx, job.name))?.outcomes.slice(-checkFirst(last, 20, OUTCOMES, 'last')) ?? [];
  }

  @FieldResolver(() => [Schedule], { complexity: 0 })
  async schedules(
    @Root() job: JobState,
    @Ctx() ctx: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first?: number | null,
  ): Promise<ScheduleState[]> {
    return (await schedulesOf(ctx, job.name)).slice(0, checkFirst(first, 20, maxPage));
  }

  /** Those with a rule that matches it. */
  @FieldResolver(() => [Channel], { complexity: 0 })
  channels(@Root() job: JobState, @Ctx() ctx: Context): ChannelState[] {
    return [...ctx.stateStore.channels.values()]
      .map(({ state }) => state)
      .filter((channel) => matchesJob(channel, job));
  }

  @FieldResolver(() => [JobRevision])
  revisions(
    @Root() job: JobState,
    @Ctx() ctx: Context,
    @Arg('last', () => Int, { nullable: true, defaultValue: 20 }) last?: number | null,
  ): Promise<JobRevision[]> {
    return jobRevisions(ctx, job.name, checkFirst(last, 20, maxPage, 'last'));
  }
}
