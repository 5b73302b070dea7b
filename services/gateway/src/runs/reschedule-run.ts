import { controlSubject, type RunEventOf } from '@jobflow/contracts';
import type { StoredEvent } from '@jobflow/domain';
import { requireJob } from '../auth/principal.js';
import { byOf, type Context, catchUp, notePosition } from '../context/context.js';
import { noteChange } from '../definitions/note-change.js';
import { ensureLevel, placeOf } from '../enqueue/append-runs.js';
import { badUserInput, conflict, queueFull } from '../errors/refusals.js';
import { awaitVerdict } from '../run-log/await-verdict.js';
import { requireRun } from './find-run.js';
import type { Run } from './run.js';

/** Only these wait for a time or for a worker. */
export const isReschedulable = ({ status }: Pick<Run, 'status'>): boolean =>
  status === 'SCHEDULED' || status === 'RETRYING' || status === 'QUEUED';

/**
 * Moves a run that waits to another time, and to another priority. Answers once the fold has judged: a run that has
 * started by then is a CONFLICT with the status it has. What a worker starts at this very moment may win later still; the
 * timeline tells, and the run is not done twice.
 */
export async function rescheduleRun(
  ctx: Context,
  id: string,
  at: Date | null | undefined,
  priority: number | null | undefined,
): Promise<Run> {
  if (typeof priority === 'number' && (priority < 1 || priority > 10)) {
    throw badUserInput({ priority: 'must be 1 to 10' });
  }
  await catchUp(ctx);
  const run = await requireRun(ctx, id);
  requireJob(ctx.principal, run.job);
  if (!isReschedulable(run)) throw unfit(run, 'does not wait');
  const due = dueTime(at, ctx.clock.now());
  const expires = expiresBefore(run.expiresAt ?? undefined, due);
  if (expires) throw badUserInput({ at: expires });
  const event: RunEventOf<'RunRescheduled'> = {
    type: 'RunRescheduled',
    runId: run.id,
    at: due,
    ...(typeof priority === 'number' && { priority }),
  };
  if (typeof priority === 'number') await ensureLevel(ctx, placeOf({ ...run, priority }));
  const seq = await append(ctx, run, event);
  await noteChange(ctx, { action: 'run.rescheduled', target: run.id, detail: { at: due, priority: priority ?? null } });
  await awaitVerdict(ctx, seq, 'run');
  const after = await requireRun(ctx, run.id);
  if (!(await isAccepted(ctx, run.id, seq)) || !isReschedulable(after)) throw unfit(after, 'has just moved on');
  return after;
}

/** When the run is to be queued: a time that has passed, or none, means now. */
export function dueTime(at: Date | null | undefined, now: number): number {
  const due = at?.getTime() ?? now;
  if (!Number.isSafeInteger(due)) throw badUserInput({ at: 'is not a time' });
  return Math.max(due, now);
}

/** Why this time is too late for a run that expires, if it is. */
export const expiresBefore = (expiresAt: number | undefined, due: number): string | undefined =>
  expiresAt !== undefined && due >= expiresAt
    ? `must be before the run expires, at ${new Date(expiresAt).toISOString()}`
    : undefined;

const unfit = ({ status }: Run, how: string) =>
  conflict(`Only a run that is SCHEDULED, RETRYING or QUEUED can be rescheduled; this one ${how}: it is ${status}.`, {
    currentStatus: status,
  });

async function append(ctx: Context, run: Run, event: RunEventOf<'RunRescheduled'>): Promise<number> {
  const appended = await ctx.log.append({
    messages: [{ subject: controlSubject(run.queue), events: [event] }],
    by: byOf(ctx),
  });
  if (!appended.ok) throw queueFull('The log is full, so nothing can be rescheduled until there is room.');
  notePosition(ctx, { runs: appended.seq });
  return appended.seq;
}

/** What the fold made of the event at this place in the log. */
async function isAccepted(ctx: Context, id: string, seq: number): Promise<boolean> {
  const rows = await ctx.db.query<{ events: StoredEvent[] }>(
    'select events from read.timelines where run_id = $1 and seq <= $2 order by seq desc limit 1',
    [id, seq],
  );
  return rows.some(({ events }) => events.some((event) => event.seq === seq && event.accepted));
}
