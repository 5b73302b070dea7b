import type { Json, KeptPolicies, RunDefinition, RunStatus } from '@jobflow/contracts';
import type { Db } from '@jobflow/read-model';

/** A run that waits for its time, as the sweep sees it. */
export interface WaitingRow {
  id: string;
  queue: string;
  status: RunStatus;
  attempt: number;
  delivery: number;
  due: Date;
}

/** All of a run that its next message needs. */
export interface DueRow {
  id: string;
  job: string;
  job_revision: number;
  kind: RunDefinition['kind'];
  spec: Json | null;
  policy: KeptPolicies | null;
  status: RunStatus;
  queue: string;
  priority: number;
  input: Json | null;
  has_input: boolean;
  attempt: number;
  delivery: number;
  tags: string[];
  created_at: Date;
  created_by: string | null;
  due_at: Date | null;
  next_attempt_at: Date | null;
  expires_at: Date | null;
  idempotency_key: string | null;
  unique_key: string | null;
  callback_url: string | null;
  test: boolean;
  retry_of: string | null;
  schedule_id: string | null;
  fire_at: Date | null;
  traceparent: string | null;
  losses: number;
  wait_reason: string | null;
  wait_since: Date | null;
  limit_key: string | null;
  limited_since: Date | null;
  flow_id: string | null;
  flow_key: string | null;
  /** The input as it was given, if it holds templates over what the run depends on. */
  input_template: Json | null;
  queued_seq: number | null;
  reschedules: number | null;
  superseded: boolean | null;
  /** Bytes of its input and spec. */
  size: number;
}

const COLUMNS = `id, job, job_revision, kind, spec, policy, status, queue, priority, input, input is not null as has_input,
  attempt, delivery, tags, created_at, created_by, due_at, next_attempt_at, expires_at, idempotency_key, unique_key,
  callback_url, test, retry_of, schedule_id, fire_at, traceparent, losses, wait_reason, wait_since, limit_key, limited_since,
  queued_seq, reschedules, superseded, flow_id, flow_key, input_template,
  coalesce(octet_length(input::text), 0) + coalesce(octet_length(spec::text), 0) as size`;

/** Which page of the waiting runs: of those due until `until`, except in `otherQueues`, the first after a place. */
export interface WaitingPage {
  until: number;
  otherQueues: readonly string[];
  after: Pick<WaitingRow, 'id' | 'due'> | undefined;
  most: number;
}

const DUE = 'coalesce(next_attempt_at, due_at)';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Runs that wait to be queued, by their time and id. The predicate is that of the index runs_due, word for word. Times are
 * whole milliseconds, as everything that writes them has them: a Date could not name a place within one.
 */
export const waitingRuns = (db: Db, { until, otherQueues, after, most }: WaitingPage): Promise<WaitingRow[]> =>
  db.query<WaitingRow>(
    `select id, queue, status, attempt, delivery, ${DUE} as due from read.runs
     where (status in ('SCHEDULED','RETRYING') or (status = 'QUEUED' and next_attempt_at is not null))
       and ${DUE} <= $1 and ${DUE} >= $2 and (${DUE}, id) > ($2, $3::uuid) and queue <> all($4::text[])
     order by ${DUE}, id limit $5`,
    [new Date(until), after?.due ?? new Date(0), after?.id ?? FIRST_ID, otherQueues, most],
  );

export const dueRows = (db: Db, ids: string[]): Promise<DueRow[]> =>
  db.query<DueRow>(`select ${COLUMNS} from read.runs where id = any($1::uuid[])`, [ids]);

/** Runs that wait although their expiresAt has passed; those in the log already only after `graceMs` more. */
export const expiredRuns = (db: Db, now: number, graceMs: number, otherQueues: string[], most: number) =>
  db.query<{ id: string; queue: string }>(
    `select id, queue from read.runs
     where expires_at is not null and status in ('SCHEDULED','BLOCKED','QUEUED','RETRYING')
       and expires_at <= $1 and (expires_at <= $2 or status <> 'QUEUED' or next_attempt_at is not null)
       and queue <> all($3::text[])
     order by expires_at limit $4`,
    [new Date(now), new Date(now - graceMs), otherQueues, most],
  );
