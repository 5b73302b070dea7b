import { LogStream as LogStreamSchema, RunStatus as RunStatusSchema } from '@jobflow/contracts';
import type { AttemptStatus as AttemptStatusName, WaitReason as WaitReasonName } from '@jobflow/domain';
import { registerEnumType } from 'type-graphql';

export const RunStatus = RunStatusSchema.enum;
export const LogStream = LogStreamSchema.enum;

/** LOST: its worker died. */
export const AttemptStatus: { [K in AttemptStatusName]: K } = {
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  TIMED_OUT: 'TIMED_OUT',
  CANCELLED: 'CANCELLED',
  LOST: 'LOST',
  SNOOZED: 'SNOOZED',
};

export const DeadLetterState = { OPEN: 'OPEN', REDRIVEN: 'REDRIVEN', DISCARDED: 'DISCARDED' } as const;
export type DeadLetterState = keyof typeof DeadLetterState;

export const WaitReason: { [K in WaitReasonName]: K } = {
  DUE_LATER: 'DUE_LATER',
  PARENTS: 'PARENTS',
  QUEUE_PAUSED: 'QUEUE_PAUSED',
  JOB_DISABLED: 'JOB_DISABLED',
  CONCURRENCY_LIMIT: 'CONCURRENCY_LIMIT',
  RATE_LIMIT: 'RATE_LIMIT',
  NO_WORKER: 'NO_WORKER',
  NO_HANDLER: 'NO_HANDLER',
  BEHIND_OTHERS: 'BEHIND_OTHERS',
  LOG_FULL: 'LOG_FULL',
  RETRY_BACKOFF: 'RETRY_BACKOFF',
};

export const RunFacet = {
  STATUS: 'STATUS',
  JOB: 'JOB',
  QUEUE: 'QUEUE',
  KIND: 'KIND',
  TAG: 'TAG',
  WORKER: 'WORKER',
  FINGERPRINT: 'FINGERPRINT',
  PRIORITY: 'PRIORITY',
} as const;
export type RunFacet = keyof typeof RunFacet;

export const RunSortField = {
  CREATED_AT: 'CREATED_AT',
  STARTED_AT: 'STARTED_AT',
  FINISHED_AT: 'FINISHED_AT',
  DUE_AT: 'DUE_AT',
  DURATION: 'DURATION',
  WAIT: 'WAIT',
  PRIORITY: 'PRIORITY',
} as const;
export type RunSortField = keyof typeof RunSortField;

registerEnumType(RunStatus, { name: 'RunStatus' });
registerEnumType(LogStream, { name: 'LogStream' });
registerEnumType(AttemptStatus, { name: 'AttemptStatus' });
registerEnumType(DeadLetterState, { name: 'DeadLetterState' });
registerEnumType(WaitReason, { name: 'WaitReason' });
registerEnumType(RunFacet, { name: 'RunFacet' });
registerEnumType(RunSortField, { name: 'RunSortField' });
