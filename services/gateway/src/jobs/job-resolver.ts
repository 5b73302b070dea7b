import { type JobState, type StateEvent, stateSubject } from '@jobflow/contracts';
import type { StateStore, UnitMessage } from '@jobflow/platform';
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from 'type-graphql';
import { mayUseJob, requireJob } from '../auth/principal.js';
import { byOf, type Context, notePosition } from '../context/context.js';
import { changeDefinition, createDefinition, logOfDefinitionsFull } from '../definitions/change-definition.js';
import { noteChange } from '../definitions/note-change.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput, conflict, notFound } from '../errors/refusals.js';
import { selectedFields } from '../paging/selected-fields.js';
import { hasQueue } from '../queues/known-queue.js';
import { schedulesByJob } from '../schedules/next-fires.js';
import { missingSecrets } from '../secrets/missing-secrets.js';
import { Job, JobConnection } from './job.js';
import { JobInput, JobUpdateInput } from './job-input.js';
import { JobFilter, JobSort } from './job-list-input.js';
import { becomesAnother, changedJob, changeProblems, jobProblems, newJob } from './job-state-of.js';
import { listJobs } from './list-jobs.js';

@Resolver()
export class JobResolver {
  @Query(() => Job, { nullable: true })
  async job(@Arg('name', () => String) name: string, @Ctx() ctx: Context): Promise<JobState | undefined> {
    return mayUseJob(ctx.principal, name) ? (await settledState(ctx)).jobs.get(name)?.state : undefined;
  }

  @Query(() => JobConnection, { nullable: true })
  jobs(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('filter', () => JobFilter, { nullable: true }) filter?: JobFilter | null,
    @Arg('sort', () => JobSort, { nullable: true }) sort?: JobSort | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<JobConnection> {
    return listJobs(ctx, { filter, sort, first, after }, selectedFields(info));
  }

  @Mutation(() => Job, { nullable: true })
  async createJob(@Arg('input', () => JobInput) input: JobInput, @Ctx() ctx: Context): Promise<JobState> {
    requireJob(ctx.principal, input.name);
    const store = await settledState(ctx);
    const around = { now: ctx.clock.now(), actor: ctx.actor, defaultPriority: defaultPriority(store) };
    let job = newJob(input, around);
    refuseIfWrong({ ...(await missingSecrets(ctx, job)), ...jobProblems(job, ctx.config.allowCidrs) });
    requireQueue(store, job.queue);
    const event = (now: StateStore): StateEvent => {
      // Runs name their job and its revision: one that was there before under this name had the earlier ones.
      job = { ...job, revision: now.lastRevisionOf(job.name) + 1 };
      return { type: 'JobSaved', job };
    };
    await createDefinition(ctx, 'job', event, (now) => now.jobs.get(job.name)?.state.revision);
    return job;
  }

  @Mutation(() => Job, { nullable: true })
  updateJob(
    @Arg('name', () => String) name: string,
    @Arg('input', () => JobUpdateInput) input: JobUpdateInput,
    @Ctx() ctx: Context,
    @Arg('expectedRevision', () => Int, { nullable: true }) expectedRevision?: number | null,
  ): Promise<JobState> {
    requireJob(ctx.principal, name);
    return changeDefinition(ctx, {
      ...{ what: 'job', id: name, expectedRevision },
      find: (store) => store.jobs.get(name),
      decide: async (job, store) => {
        const next = changedJob(job, input, { defaultPriority: defaultPriority(store) });
        // A job whose secret was lost can still be switched off.
        const another = becomesAnother(job, next);
        const newSpec = input.spec !== undefined || Boolean(input.kind);
        const missing = another || newSpec ? await missingSecrets(ctx, next) : {};
        refuseIfWrong({ ...missing, ...changeProblems(job, next, ctx.config.allowCidrs) });
        if (another || next.queue !== job.queue) requireQueue(store, next.queue);
        return next;
      },
      event: (job) => ({ type: 'JobSaved', job }),
    });
  }

  /** Its schedules are disabled with that reason. Runs that wait keep the revision they were given and still run. */
  @Mutation(() => Boolean, { nullable: true })
  async deleteJob(
    @Arg('name', () => String) name: string,
    @Ctx() ctx: Context,
    @Arg('expectedRevision', () => Int, { nullable: true }) expectedRevision?: number | null,
  ): Promise<boolean> {
    requireJob(ctx.principal, name);
    const store = await settledState(ctx);
    const kept = store.jobs.get(name);
    if (!kept) throw notFound('job', name);
    const { revision } = kept.state;
    if (typeof expectedRevision === 'number' && expectedRevision !== revision) {
      throw conflict(`The job ${name} is at revision ${revision}, not ${expectedRevision}: look at it again.`, {
        currentRevision: revision,
      });
    }
    const messages: UnitMessage[] = [
      {
        subject: stateSubject('job', name),
        events: [{ type: 'JobDeleted', name, revision }],
        expectLastSubjectSeq: kept.seq,
      },
      ...disabledSchedules(ctx, store, name),
    ];
    const appended = await ctx.log.append({ messages, by: byOf(ctx) });
    if (!appended.ok) {
      if (appended.reason === 'full') throw logOfDefinitionsFull();
      throw conflict(`The job ${name} or one of its schedules is being changed. Try again.`, {
        currentRevision: revision,
      });
    }
    notePosition(ctx, { state: appended.seq });
    await noteChange(ctx, { action: 'job.deleted', target: name });
    await store.waitFor(appended.seq, 2_000);
    return true;
  }
}

function disabledSchedules(ctx: Context, store: StateStore, job: string): UnitMessage[] {
  const now = ctx.clock.now();
  return (schedulesByJob(store).get(job) ?? [])
    .filter(({ enabled }) => enabled)
    .map((schedule) => {
      const off = { enabled: false, disabledReason: `Job ${job} was deleted` };
      const stamp = { revision: schedule.revision + 1, updatedAt: now, updatedBy: ctx.actor };
      return {
        subject: stateSubject('schedule', schedule.id),
        events: [{ type: 'ScheduleSaved', schedule: { ...schedule, ...off, ...stamp } }],
        expectLastSubjectSeq: store.seqOf('schedule', schedule.id),
      };
    });
}

const defaultPriority =
  (store: StateStore) =>
  (queue: string): number =>
    store.queues.get(queue)?.state.defaultPriority ?? 5;

function refuseIfWrong(problems: Record<string, string>): void {
  if (Object.keys(problems).length > 0) throw badUserInput(problems);
}

function requireQueue(store: StateStore, queue: string): void {
  if (!hasQueue(store, queue)) throw notFound('queue', queue);
}
