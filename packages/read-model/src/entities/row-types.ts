import type { InferEntity } from '@mikro-orm/core';
import type * as bulk from './bulk-entities.js';
import type * as definitions from './definition-entities.js';
import type * as outside from './outside-entities.js';
import type * as runs from './run-entities.js';
import type * as statistics from './statistics-entities.js';

/** A row as Postgres gives it: instants are Dates, what is absent is null. */
type RowOf<E> = {
  [K in keyof InferEntity<E> as K extends string ? K : never]-?: Exclude<InferEntity<E>[K], undefined>;
};

export type CheckpointRow = RowOf<typeof runs.CheckpointEntity>;
export type RunRow = RowOf<typeof runs.RunEntity>;
export type RunEventsRow = RowOf<typeof runs.RunEventsEntity>;
export type LogLineRow = RowOf<typeof runs.LogLineEntity>;
export type RunLogRow = RowOf<typeof runs.RunLogEntity>;
export type JobRow = RowOf<typeof definitions.JobEntity>;
export type JobRevisionRow = RowOf<typeof definitions.JobRevisionEntity>;
export type QueueRow = RowOf<typeof definitions.QueueEntity>;
export type ScheduleRow = RowOf<typeof definitions.ScheduleEntity>;
export type ScheduleTickRow = RowOf<typeof definitions.ScheduleTickEntity>;
export type ScheduleFireRow = RowOf<typeof definitions.ScheduleFireEntity>;
export type ChannelRow = RowOf<typeof definitions.ChannelEntity>;
export type JobStatsRow = RowOf<typeof statistics.JobStatsEntity>;
export type QueueStatsRow = RowOf<typeof statistics.QueueStatsEntity>;
export type MinuteStatsRow = RowOf<typeof statistics.MinuteStatsEntity>;
export type WorkerRow = RowOf<typeof outside.WorkerEntity>;
export type DeliveryRow = RowOf<typeof outside.DeliveryEntity>;
export type BulkOperationRow = RowOf<typeof bulk.BulkOperationEntity>;
export type BulkItemRow = RowOf<typeof bulk.BulkItemEntity>;
export type BulkFailureRow = RowOf<typeof bulk.BulkFailureEntity>;
export type { BulkActionName, BulkOptions, BulkStatusName } from './bulk-entities.js';
export type { DeliveryAttempt, DeliveryStatus } from './outside-entities.js';
export type { DeadLetterState, StoredRunEvent } from './run-entities.js';
export type { Outcome } from './statistics-entities.js';
