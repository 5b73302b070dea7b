import type { JobKind, Json, KeptPolicies, RunError, RunEvent, RunStatus } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

export type DeadLetterState = 'OPEN' | 'REDRIVEN' | 'DISCARDED';

/** An event of a run as it is kept for timelines and attempts: without what the run's row holds anyway. */
export interface StoredRunEvent {
  at: number;
  type: Exclude<RunEvent['type'], 'ScheduleTicked' | `Flow${string}`> | 'RunReleased' | 'RunRestarted';
  actor: string;
  reason?: string;
  seq: number;
  accepted: boolean;
  data: { [key: string]: Json };
}

/** How far the fold of a stream is; moved in the transaction that writes its rows. */
export const CheckpointEntity = defineEntity({
  name: 'Checkpoint',
  tableName: 'read.checkpoint',
  properties: {
    stream: column.text().primary(),
    seq: column.big(),
    commit_id: column.text().nullable(),
    stream_created: column.instant().nullable(),
    updated_at: column.instant(),
  },
});

/** Partitioned by day: ids are UUIDv7. */
export const RunEntity = defineEntity({
  name: 'Run',
  tableName: 'read.runs',
  properties: {
    id: column.uuid().primary(),
    job: column.text(),
    job_revision: column.int(),
    kind: column.text<JobKind>(),
    spec: column.plainJson<Json>().nullable(),
    /** Without the usual ones: `policiesOf` of contracts gives them back. */
    policy: column.plainJson<KeptPolicies>().nullable(),
    status: column.text<RunStatus>(),
    queue: column.text(),
    priority: column.small(),
    input: column.plainJson<Json>().nullable(),
    result: column.plainJson<Json>().nullable(),
    error: column.plainJson<RunError>().nullable(),
    attempt: column.small(),
    max_attempts: column.small(),
    delivery: column.int(),
    claim: column.int(),
    started: column.flag(),
    alone: column.flag(),
    losses: column.small(),
    lost_workers: column.texts(),
    progress: column.real().nullable(),
    progress_message: column.text().nullable(),
    tags: column.texts(),
    worker_id: column.text().nullable(),
    created_at: column.instant(),
    created_by: column.text().nullable(),
    due_at: column.instant().nullable(),
    queued_at: column.instant().nullable(),
    started_at: column.instant().nullable(),
    finished_at: column.instant().nullable(),
    expires_at: column.instant().nullable(),
    next_attempt_at: column.instant().nullable(),
    wait_ms: column.int().nullable(),
    duration_ms: column.int().nullable(),
    idempotency_key: column.text().nullable(),
    unique_key: column.text().nullable(),
    callback_url: column.text().nullable(),
    cancel_requested_at: column.instant().nullable(),
    cancel_reason: column.text().nullable(),
    test: column.flag(),
    retry_of: column.uuid().nullable(),
    retried_by: column.uuids().nullable(),
    schedule_id: column.text().nullable(),
    fire_at: column.instant().nullable(),
    trace_id: column.text().nullable(),
    /** What the trace id is of, as it came; null in rows that are older than this column. */
    traceparent: column.text().nullable(),
    dead_letter: column.text<DeadLetterState>().nullable(),
    operations: column.uuids().nullable(),
    fingerprint: column.text().nullable(),
    wait_reason: column.text().nullable(),
    wait_since: column.instant().nullable(),
    /** The concurrency keys it may hold permits of. */
    limit_keys: column.texts().nullable(),
    /** The limit it waits for now. */
    limit_key: column.text().nullable(),
    limited_since: column.instant().nullable(),
    flow_id: column.uuid().nullable(),
    flow_key: column.text().nullable(),
    /** The input as it was given, where it holds templates over other runs' results. */
    input_template: column.plainJson<Json>().nullable(),
    /** The sequence of the message of its current queueing. */
    queued_seq: column.big().nullable(),
    reschedules: column.int().nullable(),
    /** That message is void: see `reschedule-run.ts` of domain. */
    superseded: column.flag().nullable(),
    revision: column.int(),
    timeline_count: column.int(),
    changed_seq: column.big(),
    /** The log's sequence of its end: given once, whatever still changes afterwards. */
    ended_seq: column.big().nullable(),
    /** What the batch that made this row told of it; null in rows that are older than these columns. */
    first_seq: column.big().nullable(),
    first_events: column.plainJson<StoredRunEvent[]>().nullable(),
  },
});

/** What later batches of the projector tell of a run, a row each. `read.timelines` has these and the first. */
export const RunEventsEntity = defineEntity({
  name: 'RunEvents',
  tableName: 'read.run_events',
  properties: {
    run_id: column.uuid().primary(),
    seq: column.big().primary(),
    events: column.plainJson<StoredRunEvent[]>(),
  },
});

export const LogLineEntity = defineEntity({
  name: 'LogLine',
  tableName: 'read.log_lines',
  properties: {
    run_id: column.uuid().primary(),
    line: column.int().primary(),
    at: column.instant(),
    /** 0 DEBUG to 3 ERROR. */
    level: column.small(),
    /** 0 LOG, 1 STDOUT, 2 STDERR. */
    stream: column.small(),
    attempt: column.small(),
    message: column.text(),
  },
});

export const RunLogEntity = defineEntity({
  name: 'RunLog',
  tableName: 'read.run_logs',
  properties: {
    run_id: column.uuid().primary(),
    lines: column.int(),
    bytes: column.big(),
    dropped: column.int(),
  },
});

/** Messages that no schema accepted. */
export const RejectedEntity = defineEntity({
  name: 'Rejected',
  tableName: 'read.rejected',
  properties: {
    stream: column.text().primary(),
    seq: column.big().primary(),
    at: column.instant(),
    reason: column.text(),
    data: column.bytes(),
  },
});

/** What must follow from the fold, until it is in JF_EFFECTS or JF_DLQ. */
export const OutboxEntity = defineEntity({
  name: 'Outbox',
  tableName: 'read.outbox',
  properties: {
    id: column.big().primary(),
    subject: column.text(),
    msg_id: column.text(),
    payload: column.plainJson<Json>(),
  },
});
