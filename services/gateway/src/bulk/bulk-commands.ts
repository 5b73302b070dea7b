import type { Json } from '@jobflow/contracts';
import type { BulkOperationRow, BulkOptions } from '@jobflow/read-model';
import type { Context } from '../context/context.js';
import { noteChange } from '../definitions/note-change.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput, conflict, queueFull } from '../errors/refusals.js';
import { logGauge } from '../run-log/log-gauge.js';
import { dueTime } from '../runs/reschedule-run.js';
import type { RunFilter } from '../runs/run-filter.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import { type Beginning, beginBulk } from './begin-bulk.js';
import type { FilterAction } from './bulk-enums.js';
import { bulkTargets } from './bulk-targets.js';
import { requireOperation, UNDOABLE_MS } from './read-bulk.js';

/** What every bulk mutation over a filter is told. */
export interface BulkArguments {
  filter: RunFilter;
  reason?: string | null | undefined;
  expectedCount?: number | null | undefined;
  asOf?: Date | null | undefined;
}

const REASON_LENGTH = 1_000;
const MOST_PER_SECOND = 10_000;

/** What the audit log calls them. */
const AUDITED: Record<FilterAction, string> = {
  CANCEL: 'runs.cancelled',
  RETRY: 'runs.retried',
  REDRIVE: 'deadLetters.redriven',
  DISCARD: 'deadLetters.discarded',
  RESCHEDULE: 'runs.rescheduled',
};

/** Begins an operation over the runs of a filter. It goes on in the background. */
async function beginFiltered(
  ctx: Context,
  action: FilterAction,
  args: BulkArguments,
  options: Omit<BulkOptions, 'stateSeq'> = {},
): Promise<BulkOperationRow> {
  const reason = args.reason ?? undefined;
  if (reason !== undefined && reason.length > REASON_LENGTH)
    throw badUserInput({ reason: `must have at most ${REASON_LENGTH} characters` });
  const targets = bulkTargets(action, args.filter, args.asOf ?? new Date(ctx.clock.now()), visibleJobs(ctx.principal));
  if ((action === 'RETRY' || action === 'REDRIVE') && !(await logGauge(ctx).admits())) throw queueFull();
  const store = await settledState(ctx);
  const operation = await beginBulk(ctx, {
    action,
    targets,
    onLetters: action === 'REDRIVE' || action === 'DISCARD',
    filter: given(args.filter),
    options: { ...options, stateSeq: store.seq() },
    reason,
    expected: args.expectedCount ?? undefined,
  });
  const { id: target, total } = operation;
  await noteChange(ctx, { action: AUDITED[action], target, reason, detail: { total, filter: given(args.filter) } });
  return operation;
}

/** The filter as it was given: what is null asked for nothing. */
const given = (filter: RunFilter): Json =>
  JSON.parse(JSON.stringify(filter, (_, value: unknown) => (value === null ? undefined : value))) as Json;

export const cancelRuns = (ctx: Context, args: BulkArguments) => beginFiltered(ctx, 'CANCEL', args);

export const retryRuns = (ctx: Context, args: BulkArguments) => beginFiltered(ctx, 'RETRY', args);

/** Moves runs that wait to another time; none, or one that has passed: now. */
export function rescheduleRuns(
  ctx: Context,
  { at, ...args }: Omit<BulkArguments, 'reason'> & { at?: Date | null | undefined },
): Promise<BulkOperationRow> {
  return beginFiltered(ctx, 'RESCHEDULE', args, { at: dueTime(at, ctx.clock.now()) });
}

export interface RedriveArguments extends Omit<BulkArguments, 'reason'> {
  input?: Json | undefined;
  inputPatch?: Json | undefined;
  perSecond?: number | null | undefined;
}

/** New runs for open dead letters, by their jobs as they are now. */
export function redriveDeadLetters(ctx: Context, args: RedriveArguments): Promise<BulkOperationRow> {
  const { input, inputPatch, perSecond } = args;
  if (input !== undefined && inputPatch !== undefined) {
    throw badUserInput({ inputPatch: 'give input, which replaces, or inputPatch, which merges; not both' });
  }
  if (typeof perSecond === 'number' && (perSecond < 1 || perSecond > MOST_PER_SECOND)) {
    throw badUserInput({ perSecond: `must be 1 to ${MOST_PER_SECOND}` });
  }
  return beginFiltered(ctx, 'REDRIVE', args, {
    ...(input !== undefined && { input: { value: input } }),
    ...(inputPatch !== undefined && { inputPatch: { value: inputPatch } }),
    ...(typeof perSecond === 'number' && { perSecond }),
  });
}

export function discardDeadLetters(ctx: Context, args: BulkArguments & { reason: string }): Promise<BulkOperationRow> {
  if (args.reason.trim() === '') throw badUserInput({ reason: 'is needed: say why nobody will do this work' });
  return beginFiltered(ctx, 'DISCARD', args);
}

const ABORTED_WITHIN_MS = 3_000;

/** What is done stays done. The answer shows where it stopped, unless that takes longer than three seconds. */
export async function abortBulkOperation(ctx: Context, id: string): Promise<BulkOperationRow> {
  const operation = await requireOperation(ctx, id);
  if (operation.status === 'ABORTED') return operation;
  if (operation.status !== 'RUNNING') throw alreadyEnded(operation);
  const news = ctx.bulk.watch(operation.id);
  try {
    const asked = await ctx.db.query(
      `update gateway.bulk_operations set aborting = true where id = $1 and status = 'RUNNING' returning id`,
      [operation.id],
    );
    if (asked.length > 0) await noteChange(ctx, { action: 'bulkOperation.aborted', target: operation.id });
    ctx.bulk.wake();
    const deadline = ctx.clock.now() + ABORTED_WITHIN_MS;
    for (;;) {
      const now = await requireOperation(ctx, id);
      if (now.status !== 'RUNNING' || ctx.clock.now() >= deadline) return now;
      await news.next(Math.max(1, deadline - ctx.clock.now()));
    }
  } finally {
    news.stop();
  }
}

const alreadyEnded = ({ status }: BulkOperationRow) =>
  conflict(`The operation has ended already: it is ${status}.`, { currentStatus: status });

/**
 * Takes back what an operation did: discarded dead letters are open again; cancelled runs have ended for good, so that
 * each gets a new run, which waits for the same time if that is still to come.
 */
export async function undoBulkOperation(ctx: Context, id: string): Promise<BulkOperationRow> {
  const operation = await requireOperation(ctx, id);
  refuseUndo(operation, ctx.clock.now());
  const store = await settledState(ctx);
  const undone = await beginBulk(ctx, undoing(operation, store.seq()));
  await noteChange(ctx, {
    action: 'bulkOperation.undone',
    target: operation.id,
    detail: { by: undone.id, total: undone.total },
  });
  return undone;
}

function refuseUndo(operation: BulkOperationRow, now: number): void {
  const { action, status, undo_of, undone_by, finished_at } = operation;
  if ((action !== 'CANCEL' && action !== 'DISCARD') || undo_of !== null) {
    throw conflict(`Only a bulk cancel or discard can be undone; this was ${undo_of ? 'an undo' : `a ${action}`}.`);
  }
  if (status === 'RUNNING') {
    throw conflict('The operation is still under way: abort it first, or wait for its end.', { currentStatus: status });
  }
  if (undone_by !== null) throw conflict(`This operation was undone already, by ${undone_by}.`);
  if (finished_at && now > finished_at.getTime() + UNDOABLE_MS)
    throw conflict('It is too late to undo this operation: that is possible for seven days.');
}

function undoing(operation: BulkOperationRow, stateSeq: number): Beginning {
  const discard = operation.action === 'DISCARD';
  const what = discard ? `dead_letter = 'DISCARDED'` : `status = 'CANCELLED'`;
  return {
    action: discard ? 'RESTORE' : 'RETRY',
    targets: { sql: `operations @> array[$1]::uuid[] and ${what}`, params: [operation.id] },
    onLetters: discard,
    filter: { operationId: operation.id },
    options: { stateSeq, ...(!discard && { keepDue: true }) },
    undoOf: operation.id,
  };
}
