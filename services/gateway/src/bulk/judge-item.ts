import { isTerminal } from '@jobflow/contracts';
import type { BulkOperationRow } from '@jobflow/read-model';
import { expiresBefore, isReschedulable } from '../runs/reschedule-run.js';
import type { BulkItem, Failure, TargetRow } from './bulk-page.js';

/** Whether it makes new runs, rather than change what is there. */
export const makesRuns = ({ action }: Pick<BulkOperationRow, 'action'>): boolean =>
  action === 'RETRY' || action === 'REDRIVE' || action === 'BACKFILL';

/**
 * Whether the fold has accepted what this operation did to the run.
 * @param made the ids of runs that were made and are in the read model
 */
export function isDone(
  operation: Pick<BulkOperationRow, 'id' | 'action'>,
  { target, made }: BulkItem,
  madeRuns?: ReadonlySet<string>,
): boolean {
  if (makesRuns(operation)) return made !== null && madeRuns?.has(made) === true;
  return target?.operations?.includes(operation.id) === true;
}

/** Whether somebody else did the same: then there is nothing to do and nothing to complain about. */
export const isCancelling = (target: TargetRow): boolean =>
  target.status === 'CANCELLED' || target.cancel_requested_at !== null;

export function endedAlready(target: TargetRow): Failure | undefined {
  if (!isTerminal(target.status) || isCancelling(target)) return undefined;
  return { code: 'CONFLICT', message: `The run has ended already: it is ${target.status}.` };
}

/** Why the run cannot be moved to this time, if so. */
export function notMovable(target: TargetRow, at: number): Failure | undefined {
  if (!isReschedulable(target)) {
    return { code: 'CONFLICT', message: `The run does not wait any more: it is ${target.status}.` };
  }
  const expires = expiresBefore(target.expires_at?.getTime(), at);
  return expires === undefined ? undefined : { code: 'CONFLICT', message: `The time ${expires}.` };
}

/** Why the letter cannot be dealt with, if so. */
export function notOpen({ action }: Pick<BulkOperationRow, 'action'>, target: TargetRow): Failure | undefined {
  const wanted = action === 'RESTORE' ? 'DISCARDED' : 'OPEN';
  if (target.dead_letter === wanted) return undefined;
  return {
    code: 'CONFLICT',
    message: `The dead letter is not ${wanted} any more: it is ${target.dead_letter ?? 'none'}.`,
  };
}
