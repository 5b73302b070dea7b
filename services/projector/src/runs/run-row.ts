import type { Json, RunDefinition, RunError } from '@jobflow/contracts';
import type { RunState } from '@jobflow/domain';

/** A row of read.runs as the writer sends it; instants are epoch milliseconds. */
export interface RunRow {
  state: RunState;
  changedSeq: number;
  /** Present when the run ended in this batch. */
  endedSeq?: number;
  /** Present when the run is new in this batch. */
  definition?: RunDefinition;
  traceId?: string | undefined;
  /** Absent: as it is; null: none. */
  result?: { value: Json | null };
  error?: { value: RunError | null };
  /** What was made of an input with templates, and the keys it is limited by since. */
  input?: { value: Json | null; limitKeys: string[] | undefined };
}

/** The part of a row that changes in its life. */
export function changingColumns({ state: s, changedSeq, endedSeq, result, error }: RunRow) {
  return {
    id: s.id,
    status: s.status,
    priority: s.priority,
    attempt: s.attempt,
    max_attempts: s.maxAttempts,
    delivery: s.delivery,
    claim: s.claim,
    started: s.started,
    alone: s.alone,
    losses: s.losses,
    lost_workers: s.lostWorkers,
    progress: s.progress,
    progress_message: s.progressMessage,
    worker_id: s.workerId,
    due_at: s.dueAt,
    queued_at: s.queuedAt,
    started_at: s.startedAt,
    finished_at: s.finishedAt,
    next_attempt_at: s.nextAttemptAt,
    wait_ms: clampInt(s.waitMs),
    duration_ms: clampInt(s.durationMs),
    cancel_requested_at: s.cancelRequestedAt,
    cancel_reason: s.cancelReason,
    dead_letter: s.deadLetter,
    operations: s.operations,
    fingerprint: s.fingerprint,
    wait_reason: s.waitReason,
    wait_since: s.waitSince,
    limit_key: s.limitKey,
    limited_since: s.limitedSince,
    queued_seq: s.queuedSeq,
    reschedules: s.reschedules,
    superseded: s.superseded,
    revision: s.revision,
    timeline_count: s.timelineCount,
    changed_seq: changedSeq,
    ended_seq: endedSeq,
    has_result: result !== undefined,
    // SQL's NULL, not JSON's: an end without a result has none.
    result: result?.value ?? undefined,
    has_error: error !== undefined,
    error: error?.value ?? undefined,
  };
}

/** The part that is given once. */
export function givenColumns({ state: s, definition: d, traceId }: RunRow & { definition: RunDefinition }) {
  return {
    job: s.job,
    job_revision: s.jobRevision,
    kind: s.kind,
    spec: d.spec,
    policy: { retry: d.retry, timeout: d.timeout, limits: d.limits, guarantee: d.guarantee, logLevel: d.logLevel },
    queue: s.queue,
    input: d.input,
    tags: s.tags,
    created_at: s.createdAt,
    created_by: d.createdBy,
    expires_at: s.expiresAt,
    idempotency_key: d.idempotencyKey,
    unique_key: d.uniqueKey,
    callback_url: d.callbackUrl,
    test: s.test,
    retry_of: d.retryOf,
    schedule_id: d.scheduleId,
    fire_at: d.fireAt,
    trace_id: traceId,
    limit_keys: s.limitKeys,
    flow_id: s.flowId,
    flow_key: d.flow?.key,
    input_template: d.flow?.templated ? d.input : undefined,
  };
}

/** Milliseconds in a Postgres int: 24.8 days, and the longest wait that is worth telling apart. */
const clampInt = (ms: number | undefined) => (ms === undefined ? undefined : Math.min(ms, 2 ** 31 - 1));
