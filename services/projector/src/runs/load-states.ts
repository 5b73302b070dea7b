import type { RunState } from '@jobflow/domain';
import type { Queryable } from '@jobflow/read-model';

/** The states of these runs as Postgres holds them; unknown ids are missing. */
export async function loadStates(db: Queryable, ids: readonly string[]): Promise<RunState[]> {
  const rows = await db.query<Row>(
    `select id, job, job_revision, kind, queue, priority, tags, status, attempt, max_attempts, delivery, claim, started, alone, losses, lost_workers,
       worker_id, created_at, due_at, queued_at, started_at, finished_at, expires_at, next_attempt_at, wait_ms, duration_ms, progress,
       progress_message, cancel_requested_at, cancel_reason, test, callback_url, retry_of, schedule_id, fire_at, flow_id, dead_letter,
       operations, fingerprint, wait_reason, wait_since, limit_keys, limit_key, limited_since, queued_seq,
       reschedules, superseded, revision, timeline_count
     from read.runs where id = any($1::uuid[])`,
    [ids],
  );
  return rows.map(stateOf);
}

type Row = Record<string, string | number | boolean | Date | string[] | null>;

const COLUMNS: Record<string, keyof RunState> = {
  job_revision: 'jobRevision',
  max_attempts: 'maxAttempts',
  lost_workers: 'lostWorkers',
  worker_id: 'workerId',
  created_at: 'createdAt',
  due_at: 'dueAt',
  queued_at: 'queuedAt',
  started_at: 'startedAt',
  finished_at: 'finishedAt',
  expires_at: 'expiresAt',
  next_attempt_at: 'nextAttemptAt',
  wait_ms: 'waitMs',
  duration_ms: 'durationMs',
  progress_message: 'progressMessage',
  cancel_requested_at: 'cancelRequestedAt',
  cancel_reason: 'cancelReason',
  callback_url: 'callbackUrl',
  retry_of: 'retryOf',
  schedule_id: 'scheduleId',
  fire_at: 'fireAt',
  flow_id: 'flowId',
  dead_letter: 'deadLetter',
  wait_reason: 'waitReason',
  wait_since: 'waitSince',
  limit_keys: 'limitKeys',
  limit_key: 'limitKey',
  limited_since: 'limitedSince',
  queued_seq: 'queuedSeq',
  timeline_count: 'timelineCount',
};

function stateOf(row: Row): RunState {
  const state: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) {
    state[COLUMNS[column] ?? column] = value === null ? undefined : value instanceof Date ? value.getTime() : value;
  }
  return state as unknown as RunState;
}
