import type { BulkAction, OperationPartsFragment } from '../generated/graphql';

interface Words {
  /** While it goes on. */
  doing: string;
  done: string;
}

const words: Record<BulkAction, Words> = {
  CANCEL: { doing: 'Cancelling', done: 'Cancelled' },
  RETRY: { doing: 'Retrying', done: 'Retried' },
  REDRIVE: { doing: 'Redriving', done: 'Redriven' },
  DISCARD: { doing: 'Discarding', done: 'Discarded' },
  RESCHEDULE: { doing: 'Rescheduling', done: 'Rescheduled' },
  PURGE: { doing: 'Purging', done: 'Purged' },
  RESTORE: { doing: 'Reopening', done: 'Reopened' },
  BACKFILL: { doing: 'Backfilling', done: 'Backfilled' },
  REPLAY_DELIVERIES: { doing: 'Replaying', done: 'Replayed' },
};

type Told = Pick<OperationPartsFragment, 'action' | 'status' | 'total' | 'done' | 'failed'>;

const counted = (count: number): string => count.toLocaleString('en');

/** What an operation does or did, with its figures: "Redriving 1,200 of 5,000", "Discarded 12". */
export function operationInWords({ action, status, total, done }: Told): string {
  const { doing, done: did } = words[action];
  if (status === 'RUNNING') return `${doing} ${counted(done)} of ${counted(total)}`;
  return done === total ? `${did} ${counted(done)}` : `${did} ${counted(done)} of ${counted(total)}`;
}

/** How much of it is behind it, in percent; an operation over nothing is complete. */
export const operationPercent = ({ total, done, failed }: Told): number =>
  total === 0 ? 100 : Math.min(100, Math.floor(((done + failed) / total) * 100));
