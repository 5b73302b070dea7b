import type { ScheduleState } from '@jobflow/contracts';
import { nextTicks } from '@jobflow/domain';
import { newId, type StateStore, saveState } from '@jobflow/platform';
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { mayUseJob, requireJob } from '../auth/principal.js';
import { byOf, type Context, notePosition } from '../context/context.js';
import { changeDefinition, createDefinition, logOfDefinitionsFull } from '../definitions/change-definition.js';
import { settledState } from '../definitions/settled-state.js';
import { appendRuns, birthOf } from '../enqueue/append-runs.js';
import { logGauge } from '../enqueue/log-gauge.js';
import { prepareRuns } from '../enqueue/prepare-runs.js';
import { badUserInput, conflict, notFound, queueFull } from '../errors/refusals.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { hasQueue } from '../queues/known-queue.js';
import { Run } from '../runs/run.js';
import { runOfBirth } from '../runs/run-of-birth.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import { DateTime, SafeInt } from '../schema/scalars.js';
import { listFires } from './list-fires.js';
import { listSchedules } from './list-schedules.js';
import { preview, timingOf } from './preview.js';
import { Fire, Schedule, ScheduleConnection, ScheduleKind, SchedulePreview } from './schedule.js';
import { ScheduleFilter, ScheduleInput, SchedulePreviewInput, ScheduleUpdateInput } from './schedule-input.js';
import { changedSchedule, newSchedule, scheduleProblems } from './schedule-state-of.js';

const MOST = 100_000;

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

  @Query(() => [DateTime], { nullable: true })
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

  @Mutation(() => Schedule, { nullable: true })
  async createSchedule(
    @Arg('input', () => ScheduleInput) input: ScheduleInput,
    @Ctx() ctx: Context,
  ): Promise<ScheduleState> {
    requireJob(ctx.principal, input.job);
    const store = await settledState(ctx);
    const schedule = newSchedule(input, newId(), ctx.clock.now(), ctx.actor);
    checkSchedule(ctx, store, schedule);
    if (store.schedules.size >= MOST) throw conflict(`There are ${MOST} schedules already; no more can be made.`);
    await createDefinition(ctx, 'schedule', { type: 'ScheduleSaved', schedule }, () => undefined);
    return schedule;
  }

  @Mutation(() => Schedule, { nullable: true })
  updateSchedule(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => ScheduleUpdateInput) input: ScheduleUpdateInput,
    @Ctx() ctx: Context,
    @Arg('expectedRevision', () => Int, { nullable: true }) expectedRevision?: number | null,
  ): Promise<ScheduleState> {
    return change(ctx, id, expectedRevision, (schedule, store) => {
      const next = changedSchedule(schedule, input, ctx.clock.now());
      checkSchedule(ctx, store, next);
      return next;
    });
  }

  @Mutation(() => Boolean, { nullable: true })
  async deleteSchedule(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<boolean> {
    const store = await settledState(ctx);
    const { state } = requireSchedule(ctx, store, id);
    const saved = await saveState(ctx.log, store, { type: 'ScheduleDeleted', id }, { by: byOf(ctx) });
    if (!saved.ok) {
      if (saved.reason === 'full') throw logOfDefinitionsFull();
      throw conflict('The schedule is being changed. Try again.', { currentRevision: state.revision });
    }
    notePosition(ctx, { state: saved.seq });
    return true;
  }

  /** The same as enabled: false. */
  @Mutation(() => Schedule, { nullable: true })
  pauseSchedule(
    @Arg('id', () => ID) id: string,
    @Ctx() ctx: Context,
    @Arg('reason', () => String, { nullable: true }) reason?: string | null,
  ): Promise<ScheduleState> {
    if (reason && reason.length > 1000) throw badUserInput({ reason: 'must have at most 1000 characters' });
    return change(ctx, id, undefined, (schedule) => {
      if (!schedule.enabled && (reason ?? undefined) === schedule.disabledReason) return undefined;
      return { ...changedSchedule(schedule, { enabled: false }, ctx.clock.now()), disabledReason: reason ?? undefined };
    });
  }

  @Mutation(() => Schedule, { nullable: true })
  resumeSchedule(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<ScheduleState> {
    return change(ctx, id, undefined, (schedule, store) => {
      if (schedule.enabled) return undefined;
      const next = changedSchedule(schedule, { enabled: true }, ctx.clock.now());
      checkSchedule(ctx, store, next);
      return next;
    });
  }

  /** One run now, whether or not the schedule is enabled; its ticks go on as they would. */
  @Mutation(() => Run, { nullable: true })
  async triggerSchedule(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<Run> {
    const store = await settledState(ctx);
    const { state } = requireSchedule(ctx, store, id);
    const { job, input, queue, priority, tags } = state;
    const [prepared] = prepareRuns(ctx, store, [
      { job, fields: { input, queue, priority, tags, scheduleId: id }, path: '' },
    ]);
    if (!prepared) throw new Error('one request makes one run');
    if (!(await logGauge(ctx).admits())) throw queueFull();
    const seq = await appendRuns(ctx, [prepared]);
    return runOfBirth(birthOf(prepared), prepared.run.createdAt, seq, ctx.actor);
  }
}

function requireSchedule(ctx: Context, store: StateStore, id: string) {
  const kept = store.schedules.get(id);
  if (!kept) throw notFound('schedule', id);
  requireJob(ctx.principal, kept.state.job);
  return kept;
}

const change = (
  ctx: Context,
  id: string,
  expectedRevision: number | null | undefined,
  decide: (schedule: ScheduleState, store: StateStore) => ScheduleState | undefined,
): Promise<ScheduleState> =>
  changeDefinition(ctx, {
    ...{ what: 'schedule', id, expectedRevision },
    find: (store) => store.schedules.get(id),
    decide: (schedule, store) => {
      requireJob(ctx.principal, schedule.job);
      return decide(schedule, store);
    },
    event: (schedule) => ({ type: 'ScheduleSaved', schedule }),
  });

function checkSchedule(ctx: Context, store: StateStore, schedule: ScheduleState): void {
  const job = store.jobs.get(schedule.job)?.state;
  if (!job) throw notFound('job', schedule.job);
  const problems = scheduleProblems(schedule, job, ctx.clock.now());
  if (Object.keys(problems).length > 0) throw badUserInput(problems);
  if (schedule.queue !== undefined && !hasQueue(store, schedule.queue)) throw notFound('queue', schedule.queue);
}
