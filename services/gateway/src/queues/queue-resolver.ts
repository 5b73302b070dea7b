import { QueueName, type QueueState } from '@jobflow/contracts';
import type { StateStore } from '@jobflow/platform';
import { Arg, Ctx, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import { requireAllJobs } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { Loaders } from '../context/loaders.js';
import { changeDefinition, type DefinitionChange } from '../definitions/change-definition.js';
import { settledState } from '../definitions/settled-state.js';
import { ensureLevel } from '../enqueue/append-runs.js';
import { badUserInput } from '../errors/refusals.js';
import { refuseAsOf } from '../paging/refuse-as-of.js';
import { DateTime } from '../schema/scalars.js';
import { pulses } from '../stats/pulses.js';
import { recentAnswer } from '../stats/recent-answers.js';
import { changedQueue, queueProblems } from './changed-queue.js';
import { DEFAULT_QUEUE, hasQueue } from './known-queue.js';
import { Queue, QueueInput } from './queue.js';
import { type MeasuredQueue, queueFigures } from './queue-figures.js';

const PACE = { minMs: 250, maxMs: 2_000 };
const SHARED_MS = 200;
const REASON_LENGTH = 1_000;

@Resolver()
export class QueueResolver {
  @Query(() => [Queue], { nullable: true })
  async queues(
    @Ctx() ctx: Context,
    @Arg('asOf', () => DateTime, { nullable: true }) asOf?: Date | null,
  ): Promise<Queue[]> {
    refuseAsOf(asOf);
    return allQueues(await settledState(ctx));
  }

  @Query(() => Queue, { nullable: true })
  async queue(@Arg('name', () => String) name: string, @Ctx() ctx: Context): Promise<Queue | undefined> {
    return allQueues(await settledState(ctx)).find((queue) => queue.name === name);
  }

  /** Creates or changes. */
  @Auth('ADMIN')
  @Mutation(() => Queue, { nullable: true })
  async configureQueue(
    @Arg('name', () => String) name: string,
    @Arg('input', () => QueueInput) input: QueueInput,
    @Ctx() ctx: Context,
    @Arg('expectedRevision', () => Int, { nullable: true }) expectedRevision?: number | null,
  ): Promise<Queue> {
    const problems = queueProblems(input);
    if (!QueueName.safeParse(name).success) problems.name = 'must match [a-z0-9][a-z0-9_-]{0,62}';
    if (Object.keys(problems).length > 0) throw badUserInput(problems);
    const store = await settledState(ctx);
    if (!store.queues.has(name)) await ensureLevel(ctx, { queue: name, priority: input.defaultPriority ?? 5 }, true);
    return change(ctx, name, { verb: 'configured', expectedRevision }, (queue) => changedQueue(queue, input));
  }

  @Mutation(() => Queue, { nullable: true })
  async pauseQueue(
    @Arg('name', () => String) name: string,
    @Ctx() ctx: Context,
    @Arg('reason', () => String, { nullable: true }) reason?: string | null,
  ): Promise<Queue> {
    requireAllJobs(ctx.principal, 'pause queues');
    if (reason && reason.length > REASON_LENGTH)
      throw badUserInput({ reason: `must have at most ${REASON_LENGTH} characters` });
    await ensureDefault(ctx, name);
    const why = reason ?? undefined;
    return change(ctx, name, { verb: 'paused', reason: why }, (queue) => {
      if (queue.paused && queue.pauseReason === why) return undefined;
      const since = queue.paused ? queue.pausedAt : ctx.clock.now();
      return { ...queue, paused: true, pauseReason: why, pausedAt: since, pausedBy: ctx.actor };
    });
  }

  @Mutation(() => Queue, { nullable: true })
  async resumeQueue(@Arg('name', () => String) name: string, @Ctx() ctx: Context): Promise<Queue> {
    requireAllJobs(ctx.principal, 'resume queues');
    await ensureDefault(ctx, name);
    return change(ctx, name, { verb: 'resumed' }, (queue) => {
      if (!queue.paused) return undefined;
      return { ...queue, paused: false, pauseReason: undefined, pausedAt: undefined, pausedBy: undefined };
    });
  }

  /** The first frame is the state now; each frame has all queues. */
  @Subscription(() => [Queue], { subscribe: ({ context }) => queueFrames(context as Context) })
  queueUpdates(@Root() queues: Queue[]): Queue[] {
    return queues;
  }
}

const change = (
  ctx: Context,
  name: string,
  how: Pick<DefinitionChange<QueueState>, 'verb' | 'reason' | 'expectedRevision'>,
  decide: (queue: QueueState) => QueueState | undefined,
): Promise<QueueState> =>
  changeDefinition(ctx, {
    ...how,
    what: 'queue',
    id: name,
    find: (store) => store.queues.get(name),
    decide,
    event: (queue) => ({ type: 'QueueSaved', queue }),
  });

/** The queue that always exists is written down when somebody changes it first. */
async function ensureDefault(ctx: Context, name: string): Promise<void> {
  if (name === DEFAULT_QUEUE && !(await settledState(ctx)).queues.has(name))
    await ensureLevel(ctx, { queue: name, priority: 5 });
}

const untouched: Queue = { name: DEFAULT_QUEUE, paused: false, defaultPriority: 5, retentionDays: 30, revision: 0 };

function allQueues(store: StateStore): Queue[] {
  const known: Queue[] = [...store.queues.values()].map(({ state }) => state);
  if (hasQueue(store, DEFAULT_QUEUE) && !store.queues.has(DEFAULT_QUEUE)) known.push(untouched);
  return known.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All queues whenever one of them, or a figure of one, has changed. */
async function* queueFrames(ctx: Context): AsyncGenerator<Queue[], void, void> {
  let told: string | undefined;
  for await (const _ of pulses(ctx, PACE)) {
    const queues = await recentAnswer(ctx.db, 'queues', ctx.clock.now(), SHARED_MS, () => measuredQueues(ctx));
    // How long somebody has waited grows by itself: no news.
    const text = JSON.stringify(queues, (name, value) => (name === 'oldestWaitMs' ? undefined : value));
    if (text === told) continue;
    told = text;
    yield queues;
  }
}

async function measuredQueues(ctx: Context): Promise<MeasuredQueue[]> {
  const look = { ...ctx, loaders: new Loaders() };
  const queues = allQueues(ctx.stateStore);
  return Promise.all(queues.map(async (queue) => ({ ...queue, figures: await queueFigures(look, queue) })));
}
