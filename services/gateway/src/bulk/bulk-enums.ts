import type { BulkActionName, BulkStatusName } from '@jobflow/read-model';
import { registerEnumType } from 'type-graphql';

export const BulkAction: { [K in BulkActionName]: K } = {
  CANCEL: 'CANCEL',
  RETRY: 'RETRY',
  REDRIVE: 'REDRIVE',
  DISCARD: 'DISCARD',
  RESCHEDULE: 'RESCHEDULE',
  PURGE: 'PURGE',
  RESTORE: 'RESTORE',
  BACKFILL: 'BACKFILL',
  REPLAY_DELIVERIES: 'REPLAY_DELIVERIES',
};
export const BulkStatus: { [K in BulkStatusName]: K } = {
  RUNNING: 'RUNNING',
  FINISHED: 'FINISHED',
  ABORTED: 'ABORTED',
  FAILED: 'FAILED',
};

registerEnumType(BulkAction, { name: 'BulkAction' });
registerEnumType(BulkStatus, { name: 'BulkStatus' });

/** The actions over runs that a filter can be given to. */
const FILTER_ACTIONS = ['CANCEL', 'RETRY', 'REDRIVE', 'DISCARD', 'RESCHEDULE'] as const;
export type FilterAction = (typeof FILTER_ACTIONS)[number];
export const isFilterAction = (action: BulkActionName): action is FilterAction =>
  (FILTER_ACTIONS as readonly string[]).includes(action);

/** Those that can be taken back. */
export const isUndoable = (action: BulkActionName): boolean => action === 'CANCEL' || action === 'DISCARD';
