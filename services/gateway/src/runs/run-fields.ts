import type { JobState, LogLevel as Level, ScheduleState } from '@jobflow/contracts';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import type { Context } from '../context/context.js';
import { Delivery } from '../deliveries/delivery.js';
import { deliveriesOfRun } from '../deliveries/list-deliveries.js';
import { Job } from '../jobs/job.js';
import { LogLevel } from '../jobs/policy-enums.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { selectedFields } from '../paging/selected-fields.js';
import { Schedule } from '../schedules/schedule.js';
import { findWorker } from '../workers/list-workers.js';
import { Worker } from '../workers/worker.js';
import { Run } from './run.js';
import { Attempt, LogInfo, LogLine, LogMatches, Reason, TimelineEvent } from './run-details.js';
import { attemptsFor, timelineFor } from './run-events.js';
import { logInfo, logLines, logMatches } from './run-logs.js';
import { whyWaiting } from './why-waiting.js';

/** What is looked up beside a run, only when it is selected. */
@Resolver(() => Run)
export class RunFields {
  /** Null once the job is gone. */
  @FieldResolver(() => Job, { nullable: true, complexity: 0 })
  jobDefinition(@Root() run: Run, @Ctx() ctx: Context): JobState | undefined {
    return ctx.stateStore.jobs.get(run.job)?.state;
  }

  @FieldResolver(() => Schedule, { nullable: true, complexity: 0 })
  schedule(@Root() run: Run, @Ctx() ctx: Context): ScheduleState | undefined {
    return run.scheduleId ? ctx.stateStore.schedules.get(run.scheduleId)?.state : undefined;
  }

  @FieldResolver(() => Worker, { nullable: true })
  async worker(@Root() run: Run, @Ctx() ctx: Context): Promise<Worker | undefined> {
    return run.workerId ? findWorker(ctx, run.workerId) : undefined;
  }

  @FieldResolver(() => [TimelineEvent], { complexity: 2 })
  timeline(
    @Root() run: Run,
    @Ctx() ctx: Context,
    @Arg('last', () => Int, { nullable: true, defaultValue: 200 }) last?: number | null,
    @Arg('before', () => String, { nullable: true }) before?: string | null,
    @Arg('types', () => [String], { nullable: true }) types?: string[] | null,
  ): Promise<TimelineEvent[]> {
    return timelineFor(ctx, run.id, { last: checkFirst(last, 200, maxList, 'last'), before, types });
  }

  @FieldResolver(() => [Attempt], { complexity: 2 })
  attempts(
    @Root() run: Run,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('last', () => Int, { nullable: true, defaultValue: 50 }) last?: number | null,
  ): Promise<Attempt[]> {
    const fields = selectedFields(info);
    const lines = fields.has('firstLine') || fields.has('lastLine');
    return attemptsFor(ctx, run.id, checkFirst(last, 50, maxList, 'last'), lines);
  }

  @FieldResolver(() => [LogLine], { complexity: 2 })
  logs(
    @Root() run: Run,
    @Ctx() ctx: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: 200 }) first?: number | null,
    @Arg('afterLine', () => Int, { nullable: true, defaultValue: 0 }) afterLine?: number | null,
    @Arg('last', () => Int, { nullable: true }) last?: number | null,
    @Arg('beforeLine', () => Int, { nullable: true }) beforeLine?: number | null,
    @Arg('attempt', () => Int, { nullable: true }) attempt?: number | null,
    @Arg('minLevel', () => LogLevel, { nullable: true }) minLevel?: Level | null,
    @Arg('search', () => String, { nullable: true }) search?: string | null,
  ): Promise<LogLine[]> {
    return logLines(ctx.db, run.id, { first, afterLine, last, beforeLine, attempt, minLevel, search });
  }

  @FieldResolver(() => LogInfo, { complexity: 1 })
  logInfo(@Root() run: Run, @Ctx() ctx: Context): Promise<LogInfo> {
    return logInfo(ctx, run.id);
  }

  @FieldResolver(() => LogMatches, { complexity: 2 })
  logMatches(
    @Root() run: Run,
    @Ctx() ctx: Context,
    @Arg('search', () => String) search: string,
    @Arg('minLevel', () => LogLevel, { nullable: true }) minLevel?: Level | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 200 }) first?: number | null,
  ): Promise<LogMatches> {
    return logMatches(ctx.db, run.id, { search, minLevel, first });
  }

  @FieldResolver(() => [Delivery], { complexity: 2 })
  deliveries(@Root() run: Run, @Ctx() ctx: Context): Promise<Delivery[]> {
    return deliveriesOfRun(ctx, run.id);
  }

  /** Empty once it runs. */
  @FieldResolver(() => [Reason], { complexity: 2 })
  whyNotRunning(@Root() run: Run, @Ctx() ctx: Context): Promise<Reason[]> {
    return whyWaiting(ctx, run);
  }
}
