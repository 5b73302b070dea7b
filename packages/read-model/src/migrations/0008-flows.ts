import { Migration } from '@mikro-orm/migrations';

/** Graphs of runs. How a node stands is in its run's row; here is what belongs to the whole. */
export class Migration0008 extends Migration {
  override up(): void {
    this.addSql(
      `alter table read.runs add column flow_id uuid, add column flow_key text, add column input_template json`,
    );
    // Few runs are nodes of flows, and all others cost the index nothing.
    this.addSql(`create index runs_flow on read.runs (flow_id, id) where flow_id is not null`);
    this.addSql(`create table read.flows (
      id uuid primary key, name text, status text not null, tags text[] not null, jobs text[] not null, queue text not null,
      callback_url text, idempotency_key text, total int not null, done int not null, failed int not null,
      cancel_requested_at timestamptz, cancel_reason text, retries int not null, created_at timestamptz not null,
      created_by text, finished_at timestamptz, changed_seq bigint not null)`);
    this.addSql(`create index flows_status on read.flows (status, id)`);
    this.addSql(`create table read.flow_nodes (
      flow_id uuid not null, n int not null, key text not null, run_id uuid not null, depends_on uuid[] not null,
      runs_anyway boolean not null, delay_ms bigint, primary key (flow_id, n))`);
  }
}
