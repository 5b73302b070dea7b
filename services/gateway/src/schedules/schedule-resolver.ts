import type { ScheduleState } from '@jobflow/contracts';
import { nextTicks } from '@jobflow/domain';
import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { mayUseJob } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import { DateTime, SafeInt } from '../schema/scalars.js';
import { CalendarCell } from './calendar-cell.js';
import { listFires } from './list-fires.js';
import { listSchedules } from './list-schedules.js';
import { preview, timingOf } from './preview.js';
import { Fire, Schedule, ScheduleConnection, ScheduleKind, SchedulePreview } from './schedule.js';
import { scheduleCalendar } from './schedule-calendar.js';
import { ScheduleFilter, SchedulePreviewInput } from './schedule-input.js';

@Resolver()
export class ScheduleResolver {
  @Query(() => Schedule, { nullable: true })
  async schedule(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<ScheduleState | undefined> {
    const state = (await settledState(ctx)).schedules.get(id)?.state;
    return state && mayUseJob(ctx.principal, state.job) ? state : undefined;
  }

  @Query(() => ScheduleConnection, { nullable: true })
  async schedules(
    @Ctx() ctx: Context,
    @Arg('job', () => String, { nullable: true }) job?: string | null,
    @Arg('filter', () => ScheduleFilter, { nullable: true }) filter?: ScheduleFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<ScheduleConnection> {
    return listSchedules(await settledState(ctx), { job, filter, first, after, visible: visibleJobs(ctx.principal) });
  }

  @Query(() => [DateTime], { nullable: true, complexity: ({ args }) => Math.ceil(args.count / 10) })
  nextFires(
    @Ctx() ctx: Context,
    @Arg('kind', () => ScheduleKind) kind: ScheduleState['kind'],
    @Arg('cron', () => String, { nullable: true }) cron?: string | null,
    @Arg('everyMs', () => SafeInt, { nullable: true }) everyMs?: number | null,
    @Arg('timezone', () => String, { nullable: true }) timezone?: string | null,
    @Arg('count', () => Int, { nullable: true, defaultValue: 5 }) count?: number | null,
  ): number[] {
    if (kind !== 'CRON' && kind !== 'INTERVAL')
      throw badUserInput({ kind: `${kind} has no series of fires; ask for CRON or INTERVAL` });
    const now = ctx.clock.now();
    const timing = timingOf({ kind, cron: cron ?? null, everyMs: everyMs ?? null, timezone: timezone ?? null }, now);
    return nextTicks(timing, now, checkFirst(count, 5, maxList, 'count')).map(({ at }) => at);
  }

  @Query(() => SchedulePreview, { nullable: true })
  previewSchedule(
    @Ctx() ctx: Context,
    @Arg('input', () => SchedulePreviewInput) input: SchedulePreviewInput,
    @Arg('count', () => Int, { nullable: true, defaultValue: 5 }) count?: number | null,
  ): SchedulePreview {
    return preview(input, count, ctx.clock.now());
  }

  @Query(() => [Fire], { nullable: true })
  scheduleFires(
    @Ctx() ctx: Context,
    @Arg('from', () => DateTime) from: Date,
    @Arg('to', () => DateTime) to: Date,
    @Arg('scheduleId', () => ID, { nullable: true }) scheduleId?: string | null,
    @Arg('job', () => String, { nullable: true }) job?: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 200 }) first?: number | null,
  ): Promise<Fire[]> {
    return listFires(ctx, { from, to, scheduleId, job, first, visible: visibleJobs(ctx.principal) });
  }

  /** A step of whole days follows the days of the zone. */
  @Query(() => [CalendarCell], { nullable: true })
  scheduleCalendar(
    @Ctx() ctx: Context,
    @Arg('from', () => DateTime) from: Date,
    @Arg('to', () => DateTime) to: Date,
    @Arg('stepMs', () => SafeInt) stepMs: number,
    @Arg('timezone', () => String, { nullable: true }) timezone?: string | null,
    @Arg('job', () => String, { nullable: true }) job?: string | null,
  ): Promise<CalendarCell[]> {
    return scheduleCalendar(ctx, { from, to, stepMs, timezone, job, visible: visibleJobs(ctx.principal) });
  }
}
