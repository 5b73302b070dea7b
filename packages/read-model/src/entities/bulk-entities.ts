import type { Json } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

export type BulkActionName =
  | 'CANCEL'
  | 'RETRY'
  | 'REDRIVE'
  | 'DISCARD'
  | 'RESCHEDULE'
  | 'PURGE'
  | 'RESTORE'
  | 'BACKFILL'
  | 'REPLAY_DELIVERIES';
export type BulkStatusName = 'RUNNING' | 'FINISHED' | 'ABORTED' | 'FAILED';

/** What one operation needs to know besides its runs. */
export interface BulkOptions {
  /** Replaces each run's input. */
  input?: { value: Json };
  /** Merged into each run's input (RFC 7396). */
  inputPatch?: { value: Json };
  perSecond?: number;
  /** Runs that are made wait for the time that the run they stand in for was to wait for. */
  keepDue?: boolean;
  /** Of a backfill: whose ticks, and how large the input of each run is. */
  scheduleId?: string;
  itemBytes?: number;
  /** When runs that are rescheduled are to be queued; epoch ms. */
  at?: number;
  /** Definitions are at least as new as when the operation was asked for. */
  stateSeq: number;
}

/** One command over many runs, and how far it is. */
export const BulkOperationEntity = defineEntity({
  name: 'BulkOperation',
  tableName: 'gateway.bulk_operations',
  properties: {
    id: column.uuid().primary(),
    action: column.text<BulkActionName>(),
    status: column.text<BulkStatusName>(),
    total: column.int(),
    done: column.int(),
    failed: column.int(),
    filter: column.plainJson<Json>().nullable(),
    options: column.plainJson<BulkOptions>(),
    reason: column.text().nullable(),
    created_by: column.text(),
    created_at: column.instant(),
    finished_at: column.instant().nullable(),
    undo_of: column.uuid().nullable(),
    undone_by: column.uuid().nullable(),
    /** The sequence of its last message in the run log; 0 for none. */
    position: column.big(),
    aborting: column.flag(),
  },
});

/** A run, or a tick, that an operation still has to deal with. */
export const BulkItemEntity = defineEntity({
  name: 'BulkItem',
  tableName: 'gateway.bulk_items',
  properties: {
    operation_id: column.uuid().primary(),
    n: column.int().primary(),
    run_id: column.uuid(),
    /** The id of the run that is made for it: given before anything is appended. */
    made: column.uuid().nullable(),
    /** The operation deals with the run's dead letter. */
    on_letter: column.flag(),
    /** Of a backfill: the tick whose run is to be made, under `run_id`. */
    schedule_id: column.text().nullable(),
    tick: column.instant().nullable(),
  },
});

/** What could not be done, and why: the first thousand of each operation. */
export const BulkFailureEntity = defineEntity({
  name: 'BulkFailure',
  tableName: 'gateway.bulk_failures',
  properties: {
    operation_id: column.uuid().primary(),
    n: column.int().primary(),
    run_id: column.uuid(),
    code: column.text(),
    message: column.text(),
  },
});
