import { keptPolicies, type RunDefinition } from '@jobflow/contracts';
import type { RunState } from '@jobflow/domain';
import type { CopyColumn, CopyType } from '@jobflow/read-model';
import type { NewRunRow, RunRow } from './run-row.js';

const ofState = (name: string, type: CopyType, value: (state: RunState) => unknown): CopyColumn<RunRow> => ({
  name,
  type,
  of: (row) => value(row.state),
});
const ofDefinition = (name: string, type: CopyType, value: (run: RunDefinition) => unknown): CopyColumn<NewRunRow> => ({
  name,
  type,
  of: (row) => value(row.definition),
});
/** Milliseconds in a Postgres int: 24.8 days, and the longest wait that is worth telling apart. */
const clampInt = (ms: number | undefined) => (ms === undefined ? undefined : Math.min(ms, 2 ** 31 - 1));

export const ID = ofState('id', 'uuid', (s) => s.id);

/** The part of a row that changes in its life. */
export const CHANGING: readonly CopyColumn<RunRow>[] = [
  ofState('status', 'text', (s) => s.status),
  ofState('priority', 'smallint', (s) => s.priority),
  ofState('attempt', 'smallint', (s) => s.attempt),
  ofState('max_attempts', 'smallint', (s) => s.maxAttempts),
  ofState('delivery', 'int', (s) => s.delivery),
  ofState('claim', 'int', (s) => s.claim),
  ofState('started', 'bool', (s) => s.started),
  ofState('alone', 'bool', (s) => s.alone),
  ofState('losses', 'smallint', (s) => s.losses),
  ofState('lost_workers', 'texts', (s) => s.lostWorkers),
  ofState('progress', 'real', (s) => s.progress),
  ofState('progress_message', 'text', (s) => s.progressMessage),
  ofState('worker_id', 'text', (s) => s.workerId),
  ofState('due_at', 'instant', (s) => s.dueAt),
  ofState('queued_at', 'instant', (s) => s.queuedAt),
  ofState('started_at', 'instant', (s) => s.startedAt),
  ofState('finished_at', 'instant', (s) => s.finishedAt),
  ofState('next_attempt_at', 'instant', (s) => s.nextAttemptAt),
  ofState('wait_ms', 'int', (s) => clampInt(s.waitMs)),
  ofState('duration_ms', 'int', (s) => clampInt(s.durationMs)),
  ofState('cancel_requested_at', 'instant', (s) => s.cancelRequestedAt),
  ofState('cancel_reason', 'text', (s) => s.cancelReason),
  ofState('dead_letter', 'text', (s) => s.deadLetter),
  ofState('operations', 'uuids', (s) => s.operations),
  ofState('fingerprint', 'text', (s) => s.fingerprint),
  ofState('wait_reason', 'text', (s) => s.waitReason),
  ofState('wait_since', 'instant', (s) => s.waitSince),
  ofState('limit_key', 'text', (s) => s.limitKey),
  ofState('limited_since', 'instant', (s) => s.limitedSince),
  ofState('queued_seq', 'bigint', (s) => s.queuedSeq),
  ofState('reschedules', 'int', (s) => s.reschedules),
  ofState('superseded', 'bool', (s) => s.superseded),
  ofState('revision', 'int', (s) => s.revision),
  ofState('timeline_count', 'int', (s) => s.timelineCount),
  { name: 'changed_seq', type: 'bigint', of: (row) => row.changedSeq },
  { name: 'ended_seq', type: 'bigint', of: (row) => row.endedSeq },
  // SQL's NULL, not JSON's: an end without a result has none.
  { name: 'result', type: 'json', of: (row) => row.result?.value ?? undefined },
  { name: 'error', type: 'json', of: (row) => row.error?.value ?? undefined },
];

/** The part that is given once. */
export const GIVEN: readonly CopyColumn<NewRunRow>[] = [
  ofState('job', 'text', (s) => s.job),
  ofState('job_revision', 'int', (s) => s.jobRevision),
  ofState('kind', 'text', (s) => s.kind),
  ofDefinition('spec', 'json', (d) => d.spec),
  ofDefinition('policy', 'json', keptPolicies),
  ofState('queue', 'text', (s) => s.queue),
  ofDefinition('input', 'json', (d) => d.input),
  ofState('tags', 'texts', (s) => s.tags),
  ofState('created_at', 'instant', (s) => s.createdAt),
  ofDefinition('created_by', 'text', (d) => d.createdBy),
  ofState('expires_at', 'instant', (s) => s.expiresAt),
  ofDefinition('idempotency_key', 'text', (d) => d.idempotencyKey),
  ofDefinition('unique_key', 'text', (d) => d.uniqueKey),
  ofDefinition('callback_url', 'text', (d) => d.callbackUrl),
  ofState('test', 'bool', (s) => s.test),
  ofDefinition('retry_of', 'uuid', (d) => d.retryOf),
  ofDefinition('schedule_id', 'text', (d) => d.scheduleId),
  ofDefinition('fire_at', 'instant', (d) => d.fireAt),
  { name: 'trace_id', type: 'text', of: (row) => row.traceId },
  ofDefinition('traceparent', 'text', (d) => d.traceparent),
  ofState('limit_keys', 'texts', (s) => s.limitKeys),
  ofState('flow_id', 'uuid', (s) => s.flowId),
  ofDefinition('flow_key', 'text', (d) => d.flow?.key),
  ofDefinition('input_template', 'json', (d) => (d.flow?.templated ? d.input : undefined)),
  { name: 'first_seq', type: 'bigint', of: (row) => row.timeline?.seq },
  { name: 'first_events', type: 'json', of: (row) => row.timeline?.events },
];
