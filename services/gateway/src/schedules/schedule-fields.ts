import type { JobState, ScheduleState } from '@jobflow/contracts';
import { describeSchedule, nextTicks } from '@jobflow/domain';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { Job } from '../jobs/job.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { loadRun } from '../runs/find-run.js';
import { Run } from '../runs/run.js';
import { DateTime } from '../schema/scalars.js';
import { recentFires } from './recent-fires.js';
import { Fire, Schedule } from './schedule.js';

interface Ticked {
  schedule_id: string;
  last_fired_at: Date | null;
  last_run_id: string | null;
}

const MOST_RECENT = 100;

/** What is computed of a schedule, and what it has done. */
@Resolver(() => Schedule)
export class ScheduleFields {
  /** Null once the job is gone. */
  @FieldResolver(() => Job, { nullable: true, complexity: 0 })
  jobDefinition(@Root() schedule: ScheduleState, @Ctx() ctx: Context): JobState | undefined {
    return ctx.stateStore.jobs.get(schedule.job)?.state;
  }

  /** In words. */
  @FieldResolver(() => String)
  description(@Root() schedule: ScheduleState): string {
    return describeSchedule(schedule);
  }

  /** None while it is disabled. */
  @FieldResolver(() => [DateTime], { complexity: ({ args }) => Math.ceil(args.count / 10) })
  nextFires(
    @Root() schedule: ScheduleState,
    @Ctx() ctx: Context,
    @Arg('count', () => Int, { nullable: true, defaultValue: 5 }) count?: number | null,
  ): number[] {
    const size = checkFirst(count, 5, maxList, 'count');
    return schedule.enabled ? nextTicks(schedule, ctx.clock.now(), size).map(({ at }) => at) : [];
  }

  @FieldResolver(() => DateTime, { nullable: true })
  async lastFiredAt(@Root() schedule: ScheduleState, @Ctx() ctx: Context): Promise<Date | null | undefined> {
    return (await tickedOf(ctx, schedule.id))?.last_fired_at;
  }

  @FieldResolver(() => Run, { nullable: true })
  async lastRun(@Root() schedule: ScheduleState, @Ctx() ctx: Context): Promise<Run | undefined> {
    return loadRun(ctx, (await tickedOf(ctx, schedule.id))?.last_run_id);
  }

  @FieldResolver(() => [Fire], { complexity: ({ args }) => Math.ceil(args.count / 10) })
  recentFires(
    @Root() schedule: ScheduleState,
    @Ctx() ctx: Context,
    @Arg('count', () => Int, { nullable: true, defaultValue: 5 }) count?: number | null,
  ): Promise<Fire[]> {
    return recentFires(ctx, schedule, checkFirst(count, 5, MOST_RECENT, 'count'));
  }
}

function tickedOf(ctx: Pick<Context, 'db' | 'loaders'>, id: string): Promise<Ticked | undefined> {
  const loader = ctx.loaders.of('schedule-ticks', async (ids: readonly string[]) => {
    const rows = await ctx.db.query<Ticked>(
      'select schedule_id, last_fired_at, last_run_id from read.schedule_ticks where schedule_id = any($1::text[])',
      [ids],
    );
    const found = new Map(rows.map((row) => [row.schedule_id, row]));
    return ids.map((one) => found.get(one));
  });
  return loader.load(id);
}
