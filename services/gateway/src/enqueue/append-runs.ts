import { controlSubject, plannedMsgId, queuedMsgId, type RunDefinition, type RunEventOf } from '@jobflow/contracts';
import { ensureQueueLevel, type QueuePlace, subjectOf, type UnitMessage } from '@jobflow/platform';
import { byOf, type Context, notePosition } from '../context/context.js';
import { conflict, notFound, queueFull } from '../errors/refusals.js';
import { DEFAULT_QUEUE } from '../queues/known-queue.js';
import type { PreparedRun } from './prepare-runs.js';

/** A run to be appended; `verify` when its message may be in the log already. */
export type Appending = PreparedRun & { verify?: boolean };

/** The event a run begins with. */
export const birthOf = ({ run, dueAt, verify }: Appending): RunEventOf<'RunQueued' | 'RunPlanned'> =>
  dueAt === undefined
    ? { type: 'RunQueued', run, attempt: 1, delivery: 0, ...(verify && { verify }) }
    : { type: 'RunPlanned', run, dueAt };

/**
 * Appends the births of these runs, all or none. Refuses with an ApiError; a log that does not answer throws
 * LogUnavailableError, and then the outcome is unknown.
 * @param more what is to be stored together with them
 * @returns the sequence of the last of them
 */
export async function appendRuns(
  ctx: Context,
  runs: readonly Appending[],
  more: readonly UnitMessage[] = [],
): Promise<number> {
  const [first] = runs;
  if (!first) throw new TypeError('no runs to append');
  await ensureLevels(ctx, runs);
  const messages = runs.map((appending): UnitMessage => {
    const { run, dueAt } = appending;
    const subject = dueAt === undefined ? subjectOf(ctx.stateStore, run) : controlSubject(run.queue);
    return { subject, events: [birthOf(appending)] };
  });
  const { id } = first.run;
  const msgId = first.dueAt === undefined ? queuedMsgId(id, 0) : plannedMsgId(id);
  const appended = await ctx.log.append({ messages: [...messages, ...more], msgId, by: byOf(ctx) });
  if (!appended.ok) {
    if (appended.reason === 'full') throw queueFull();
    throw new Error('the log reports a conflict for messages that expect nothing');
  }
  notePosition(ctx, { runs: appended.seq });
  return appended.seq;
}

/** A level's consumer must be there before its first message; planned runs will need theirs as well. */
async function ensureLevels(ctx: Context, runs: readonly Appending[]): Promise<void> {
  let last = '';
  for (const { run } of runs) {
    const level = levelKey(run);
    if (level === last) continue;
    last = level;
    await ensureLevel(ctx, placeOf(run));
  }
}

export const placeOf = (run: Pick<RunDefinition, 'queue' | 'priority' | 'kind' | 'job'>): QueuePlace => ({
  queue: run.queue,
  priority: run.priority,
  run,
});

/** Runs of one key are queued in the same place; asked of every run, so nothing is encoded for it. */
export const levelKey = ({ queue, priority, kind, job }: RunDefinition): string =>
  `${queue} ${priority} ${kind} ${job}`;

/** Makes sure that runs sent to this place will be read. `create`: makes the queue if it is not there. */
export async function ensureLevel(
  ctx: Pick<Context, 'link' | 'stateStore' | 'log' | 'clock' | 'actor'>,
  place: QueuePlace,
  create = place.queue === DEFAULT_QUEUE,
): Promise<void> {
  const options = { createQueue: create, by: byOf(ctx), now: () => ctx.clock.now() };
  const ready = await ensureQueueLevel(ctx.link, ctx.stateStore, ctx.log, place, options);
  if (ready.ok) return;
  switch (ready.reason) {
    case 'no-such-queue':
      throw notFound('queue', place.queue);
    case 'too-many-queues':
      throw conflict('There are 1,000 queues already; no more can be made.');
    case 'full':
      throw queueFull();
    default:
      throw new Error(ready.reason satisfies never);
  }
}
