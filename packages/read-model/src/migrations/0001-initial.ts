import { Migration } from '@mikro-orm/migrations';

/** A count of runs per status, as job_stats and queue_stats keep it. */
const COUNTERS = [
  'scheduled',
  'blocked',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
]
  .map((status) => `${status} bigint not null default 0`)
  .join(', ');

export class Migration0001 extends Migration {
  override up(): void {
    this.addSql('create schema read');
    this.addSql('create schema gateway');
    this.addSql('create schema delivery');
    this.runs();
    this.definitions();
    this.statistics();
    this.outside();
    this.gateway();
  }

  private runs(): void {
    this.addSql(`create table read.checkpoint (
      stream text primary key, seq bigint not null, commit_id text, stream_created timestamptz, updated_at timestamptz not null default now())`);
    // Ids are UUIDv7, ordered by time: a range of ids is a day, and the primary key needs no further column.
    this.addSql(`create table read.runs (
      id uuid primary key, job text not null, job_revision int not null, kind text not null, spec json, policy json not null,
      status text not null, queue text not null, priority smallint not null, input json, result json, error json,
      attempt smallint not null, max_attempts smallint not null, delivery int not null, claim int not null,
      started boolean not null default false, losses smallint not null default 0,
      progress real, progress_message text, tags text[] not null default '{}', worker_id text,
      created_at timestamptz not null, created_by text, due_at timestamptz, queued_at timestamptz, started_at timestamptz,
      finished_at timestamptz, expires_at timestamptz, next_attempt_at timestamptz, wait_ms int, duration_ms int,
      idempotency_key text, unique_key text, callback_url text, cancel_requested_at timestamptz, cancel_reason text,
      test boolean not null default false, retry_of uuid, retried_by uuid[], schedule_id text, fire_at timestamptz, trace_id text,
      dead_letter text, fingerprint text, wait_reason text, wait_since timestamptz,
      revision int not null, timeline_count int not null, changed_seq bigint not null
    ) partition by range (id)`);
    this.addSql(`create index runs_changed on read.runs (changed_seq)`);
    this.addSql(
      `create index runs_live on read.runs (status, id) where status in ('SCHEDULED','BLOCKED','QUEUED','RUNNING','RETRYING')`,
    );
    this.addSql(`create index runs_job on read.runs (job, id)`);
    this.addSql(`create index runs_schedule on read.runs (schedule_id, id) where schedule_id is not null`);
    this.addSql(`create index runs_retry_of on read.runs (retry_of) where retry_of is not null`);
    this.addSql(`create index runs_dead on read.runs (fingerprint, id) where dead_letter = 'OPEN'`);
    // A run waits to be queued again exactly when this holds.
    this.addSql(`create index runs_due on read.runs (coalesce(next_attempt_at, due_at))
      where status in ('SCHEDULED','RETRYING') or (status = 'QUEUED' and next_attempt_at is not null)`);
    this.addSql(`create index runs_expiry on read.runs (expires_at)
      where expires_at is not null and status in ('SCHEDULED','BLOCKED','QUEUED','RETRYING')`);
    this.addSql(`create table read.run_events (
      run_id uuid not null, seq bigint not null, events json not null, primary key (run_id, seq)) partition by range (run_id)`);
    this.addSql(`create table read.log_lines (
      run_id uuid not null, line int not null, at timestamptz not null, level smallint not null, stream smallint not null,
      attempt smallint not null, message text not null, primary key (run_id, line)) partition by range (run_id)`);
    // What no day's partition takes: ids made by a clock that is far off.
    for (const table of ['runs', 'run_events', 'log_lines']) {
      this.addSql(`create table read.${table}_default partition of read.${table} default`);
    }
    this.addSql(`create table read.run_logs (
      run_id uuid primary key, lines int not null, bytes bigint not null, dropped int not null)`);
    this.addSql(`create table read.rejected (
      stream text not null, seq bigint not null, at timestamptz not null, reason text not null, data bytea not null, primary key (stream, seq))`);
    this.addSql(`create table read.outbox (
      id bigint generated always as identity primary key, subject text not null, msg_id text not null, payload json not null)`);
  }

  private definitions(): void {
    this.addSql(`create table read.jobs (
      name text primary key, title text not null, kind text not null, queue text not null, priority smallint not null,
      tags text[] not null, enabled boolean not null, definition jsonb not null, revision int not null, created_at timestamptz not null,
      updated_at timestamptz not null, created_by text, updated_by text, deleted_at timestamptz, state_seq bigint not null)`);
    this.addSql(`create table read.job_revisions (
      job text not null, revision int not null, at timestamptz not null, actor text not null, definition jsonb not null, primary key (job, revision))`);
    this.addSql(`create table read.queues (
      name text primary key, state jsonb not null, deleted_at timestamptz, state_seq bigint not null)`);
    this.addSql(`create table read.schedules (
      id text primary key, job text not null, kind text not null, enabled boolean not null, state jsonb not null, deleted_at timestamptz,
      state_seq bigint not null)`);
    this.addSql(`create index schedules_job on read.schedules (job)`);
    // Apart from the definitions: this comes from another stream, in its own order.
    this.addSql(`create table read.schedule_ticks (
      schedule_id text primary key, last_tick timestamptz not null, last_fired_at timestamptz, last_run_id uuid)`);
    this.addSql(`create table read.schedule_fires (
      schedule_id text not null, tick timestamptz not null, outcome text not null, why text, run_id uuid, primary key (schedule_id, tick))`);
    this.addSql(`create index schedule_fires_tick on read.schedule_fires (tick)`);
    this.addSql(`create table read.channels (
      id text primary key, state jsonb not null, deleted_at timestamptz, state_seq bigint not null)`);
  }

  private statistics(): void {
    this.addSql(`create table read.job_stats (
      job text primary key, ${COUNTERS}, last_run_id uuid, last_status text, last_at timestamptz,
      outcomes jsonb not null default '[]', duration_sum_ms bigint not null default 0, duration_count bigint not null default 0,
      changed_seq bigint not null default 0)`);
    this.addSql(
      `create table read.queue_stats (queue text primary key, ${COUNTERS}, dead_letters bigint not null default 0)`,
    );
    this.addSql(`create table read.minute_stats (
      at timestamptz not null, queue text not null, job text not null, kind text not null,
      enqueued bigint not null default 0, started bigint not null default 0, succeeded bigint not null default 0, failed bigint not null default 0,
      retried bigint not null default 0, cancelled bigint not null default 0, expired bigint not null default 0,
      duration_sum_ms bigint not null default 0, duration_count bigint not null default 0, wait_sum_ms bigint not null default 0,
      wait_hist int[] not null, run_hist int[] not null, primary key (at, queue, job, kind))`);
  }

  private outside(): void {
    this.addSql(`create table read.workers (
      id text primary key, beat jsonb not null, status text not null, last_heartbeat_at timestamptz not null, started_at timestamptz not null)`);
    this.addSql(`create table read.deliveries (
      id uuid primary key, channel_id text, kind text not null, target text not null, url text, run_id uuid, job text, event text not null,
      body text not null, status text not null, reason text, attempts jsonb not null default '[]', next_attempt_at timestamptz,
      created_at timestamptz not null, changed_seq bigint not null)`);
    this.addSql(
      `create index deliveries_due on read.deliveries (next_attempt_at) where status in ('PENDING','RETRYING')`,
    );
    this.addSql(`create index deliveries_created on read.deliveries (created_at, id)`);
    this.addSql(`create index deliveries_changed on read.deliveries (changed_seq)`);
    this.addSql(`create index deliveries_run on read.deliveries (run_id) where run_id is not null`);
    this.addSql(`create index deliveries_channel on read.deliveries (channel_id, created_at)`);
  }

  private gateway(): void {
    this.addSql(`create table gateway.users (
      id uuid primary key, email text not null, password_hash text not null, role text not null, disabled boolean not null default false,
      preferences jsonb not null default '{}', created_at timestamptz not null, last_login_at timestamptz)`);
    this.addSql(`create unique index users_email on gateway.users (lower(email))`);
    this.addSql(`create table gateway.api_keys (
      id text primary key, name text not null, role text not null, hash text not null, prefix text not null, jobs text[],
      created_by text, created_at timestamptz not null, last_used_at timestamptz, expires_at timestamptz, revoked_at timestamptz)`);
    this.addSql(`create table gateway.refresh_tokens (
      id uuid primary key, family uuid not null, user_id uuid not null references gateway.users(id) on delete cascade, hash text not null,
      created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz, revoked_at timestamptz)`);
    this.addSql(`create index refresh_tokens_family on gateway.refresh_tokens (family)`);
    this.addSql(`create index refresh_tokens_user on gateway.refresh_tokens (user_id)`);
    this.addSql(
      `create table gateway.secrets (name text primary key, sealed text not null, updated_at timestamptz not null, updated_by text)`,
    );
    this.addSql(`create table gateway.idempotency (
      job text not null, key text not null, hash text not null, run_id uuid not null, created_at timestamptz not null, primary key (job, key))`);
    this.addSql(`create table gateway.unique_keys (
      job text not null, key text not null, run_id uuid not null, created_at timestamptz not null, primary key (job, key))`);
    this.addSql(`create table gateway.audit (
      id bigint generated always as identity primary key, at timestamptz not null, actor text not null, action text not null, target text not null,
      reason text, detail jsonb, correlation_id text)`);
    this.addSql(`create index audit_at on gateway.audit (at)`);
  }
}
