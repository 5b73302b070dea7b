import {
  type JobKind,
  type Json,
  type KeptPolicies,
  policiesOf,
  type RunError,
  type RunStatus,
} from '@jobflow/contracts';
import type { Run } from './run.js';
import type { DeadLetterState } from './run-enums.js';

/** The columns of read.runs that every answer needs. */
export const LEAN_COLUMNS =
  'id, job, job_revision, kind, policy, status, queue, priority, error, attempt, max_attempts, progress, progress_message, tags, ' +
  'worker_id, created_at, created_by, due_at, queued_at, started_at, finished_at, expires_at, next_attempt_at, wait_ms, ' +
  'duration_ms, idempotency_key, unique_key, cancel_requested_at, cancel_reason, test, retry_of, retried_by, schedule_id, ' +
  'flow_id, trace_id, dead_letter, wait_reason, wait_since, limit_key, revision, timeline_count, changed_seq';

/** Up to 256 KiB each, so they are read only when somebody selects them. */
const HEAVY = ['input', 'result'] as const;

/** The columns for an answer that selects these fields. */
export const columnsFor = (fields: ReadonlySet<string>): string =>
  [LEAN_COLUMNS, ...HEAVY.filter((column) => fields.has(column))].join(', ');

export const ALL_COLUMNS = columnsFor(new Set(HEAVY));

export interface RunRow {
  id: string;
  job: string;
  job_revision: number;
  kind: JobKind;
  policy: KeptPolicies | null;
  status: RunStatus;
  queue: string;
  priority: number;
  input?: Json | null;
  result?: Json | null;
  error: RunError | null;
  attempt: number;
  max_attempts: number;
  progress: number | null;
  progress_message: string | null;
  tags: string[];
  worker_id: string | null;
  created_at: Date;
  created_by: string | null;
  due_at: Date | null;
  queued_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  expires_at: Date | null;
  next_attempt_at: Date | null;
  wait_ms: number | null;
  duration_ms: number | null;
  idempotency_key: string | null;
  unique_key: string | null;
  cancel_requested_at: Date | null;
  cancel_reason: string | null;
  test: boolean;
  retry_of: string | null;
  retried_by: string[] | null;
  schedule_id: string | null;
  flow_id: string | null;
  trace_id: string | null;
  dead_letter: DeadLetterState | null;
  wait_reason: string | null;
  wait_since: Date | null;
  limit_key: string | null;
  revision: number;
  timeline_count: number;
  changed_seq: number;
}

export function runOfRow(row: RunRow): Run {
  const { retry, timeout } = policiesOf(row.policy);
  return {
    id: row.id,
    job: row.job,
    jobRevision: row.job_revision,
    kind: row.kind,
    status: row.status,
    queue: row.queue,
    priority: row.priority,
    input: row.input,
    result: row.result,
    error: row.error,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    progress: row.progress,
    progressMessage: row.progress_message,
    tags: row.tags,
    workerId: row.worker_id,
    createdAt: row.created_at.getTime(),
    createdBy: row.created_by,
    dueAt: row.due_at?.getTime(),
    queuedAt: row.queued_at?.getTime(),
    startedAt: row.started_at?.getTime(),
    finishedAt: row.finished_at?.getTime(),
    expiresAt: row.expires_at?.getTime(),
    nextAttemptAt: row.next_attempt_at?.getTime(),
    waitMs: row.wait_ms,
    durationMs: row.duration_ms,
    retry,
    timeout,
    idempotencyKey: row.idempotency_key,
    uniqueKey: row.unique_key,
    cancelRequestedAt: row.cancel_requested_at?.getTime(),
    cancelReason: row.cancel_reason,
    test: row.test,
    retryOf: row.retry_of,
    retriedBy: row.retried_by ?? [],
    deadLetter: row.dead_letter,
    scheduleId: row.schedule_id,
    flowId: row.flow_id,
    traceId: row.trace_id,
    revision: row.revision,
    timelineCount: row.timeline_count,
    waitReason: row.wait_reason,
    waitSince: row.wait_since?.getTime(),
    limitKey: row.limit_key,
  };
}
