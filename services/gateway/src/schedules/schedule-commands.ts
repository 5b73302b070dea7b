import type { ScheduleState } from '@jobflow/contracts';
import { newId, type StateStore, saveState } from '@jobflow/platform';
import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { requireJob } from '../auth/principal.js';
import { BulkOperation } from '../bulk/bulk-operation.js';
import { operationOf } from '../bulk/read-bulk.js';
import { byOf, type Context, notePosition } from '../context/context.js';
import {
  changeDefinition,
  createDefinition,
  type DefinitionChange,
  logOfDefinitionsFull,
} from '../definitions/change-definition.js';
import { noteChange } from '../definitions/note-change.js';
import { settledState } from '../definitions/settled-state.js';
import { appendRuns, birthOf } from '../enqueue/append-runs.js';
import { prepareRuns } from '../enqueue/prepare-runs.js';
import { badUserInput, conflict, notFound, queueFull } from '../errors/refusals.js';
import { hasQueue } from '../queues/known-queue.js';
import { logGauge } from '../run-log/log-gauge.js';
import { Run } from '../runs/run.js';
import { runOfBirth } from '../runs/run-of-birth.js';
import { DateTime } from '../schema/scalars.js';
import { afterJobProblems } from './after-job-problems.js';
import { backfillSchedule } from './backfill-schedule.js';
import { requireSchedule } from './require-schedule.js';
import { Schedule } from './schedule.js';
import { ScheduleInput, ScheduleUpdateInput } from './schedule-input.js';
import { changedSchedule, idleProblems, newBounds, newSchedule, scheduleProblems } from './schedule-state-of.js';

const MOST = 100_000;

@Resolver()
export class ScheduleCommands {
  @Mutation(() => Schedule, { nullable: true })
  async createSchedule(
    @Arg('input', () => ScheduleInput) input: ScheduleInput,
    @Ctx() ctx: Context,
  ): Promise<ScheduleState> {
    requireJob(ctx.principal, input.job);
    const store = await settledState(ctx);
    const now = ctx.clock.now();
    const schedule = newSchedule(input, newId(), now, ctx.actor);
    checkSchedule(ctx, store, { schedule, now, asked: input });
    if (store.schedules.size >= MOST) throw conflict(`There are ${MOST} schedules already; no more can be made.`);
    await createDefinition(
      ctx,
      'schedule',
      () => ({ type: 'ScheduleSaved', schedule }),
      () => undefined,
    );
    return schedule;
  }

  @Mutation(() => Schedule, { nullable: true })
  updateSchedule(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => ScheduleUpdateInput) input: ScheduleUpdateInput,
    @Ctx() ctx: Context,
    @Arg('expectedRevision', () => Int, { nullable: true }) expectedRevision?: number | null,
  ): Promise<ScheduleState> {
    return change(ctx, id, { expectedRevision }, (schedule, store) => {
      const now = ctx.clock.now();
      const next = changedSchedule(schedule, input, now);
      checkSchedule(ctx, store, { schedule: next, now, asked: input, before: schedule });
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
    await noteChange(ctx, { action: 'schedule.deleted', target: id, detail: { job: state.job } });
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
    return change(ctx, id, { verb: 'paused', reason: reason ?? undefined }, (schedule) => {
      if (!schedule.enabled && (reason ?? undefined) === schedule.disabledReason) return undefined;
      return { ...changedSchedule(schedule, { enabled: false }, ctx.clock.now()), disabledReason: reason ?? undefined };
    });
  }

  @Mutation(() => Schedule, { nullable: true })
  resumeSchedule(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<ScheduleState> {
    return change(ctx, id, { verb: 'resumed' }, (schedule, store) => {
      if (schedule.enabled) return undefined;
      const now = ctx.clock.now();
      const next = changedSchedule(schedule, { enabled: true }, now);
      checkSchedule(ctx, store, { schedule: next, now, asked: {}, before: schedule });
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
    await noteChange(ctx, { action: 'schedule.triggered', target: id, detail: { runId: prepared.run.id } });
    return runOfBirth(birthOf(prepared), prepared.run.createdAt, seq, ctx.actor);
  }

  /** A run for each tick in [from, to) that made none, as an operation. */
  @Mutation(() => BulkOperation, { nullable: true })
  async backfillSchedule(
    @Arg('id', () => ID) id: string,
    @Arg('from', () => DateTime) from: Date,
    @Arg('to', () => DateTime) to: Date,
    @Ctx() ctx: Context,
  ): Promise<BulkOperation> {
    return operationOf(await backfillSchedule(ctx, { id, from, to }));
  }
}

const change = (
  ctx: Context,
  id: string,
  how: Pick<DefinitionChange<ScheduleState>, 'verb' | 'reason' | 'expectedRevision'>,
  decide: (schedule: ScheduleState, store: StateStore) => ScheduleState | undefined,
): Promise<ScheduleState> =>
  changeDefinition(ctx, {
    ...how,
    what: 'schedule',
    id,
    find: (store) => store.schedules.get(id),
    decide: (schedule, store) => {
      requireJob(ctx.principal, schedule.job);
      return decide(schedule, store);
    },
    event: (schedule) => ({ type: 'ScheduleSaved', schedule }),
  });

interface Asked {
  schedule: ScheduleState;
  /** When it was changed: by that a change of its timing is told from one that was made before. */
  now: number;
  asked: ScheduleUpdateInput;
  /** As it was; none of a new one. */
  before?: ScheduleState;
}

function checkSchedule(ctx: Context, store: StateStore, { schedule, now, asked, before }: Asked): void {
  const job = store.jobs.get(schedule.job)?.state;
  if (!job) throw notFound('job', schedule.job);
  if (schedule.kind === 'AFTER_JOB' && schedule.afterJob !== undefined) requireJob(ctx.principal, schedule.afterJob);
  const problems = {
    ...scheduleProblems(schedule, job, now, newBounds(schedule, asked, before)),
    ...afterJobProblems(schedule, store),
    ...idleProblems(schedule, asked),
  };
  if (Object.keys(problems).length > 0) throw badUserInput(problems);
  if (schedule.queue !== undefined && !hasQueue(store, schedule.queue)) throw notFound('queue', schedule.queue);
}
