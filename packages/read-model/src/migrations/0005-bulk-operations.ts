import { Migration } from '@mikro-orm/migrations';

export class Migration0005 extends Migration {
  override up(): void {
    // Few runs are part of a bulk operation, so the index holds few of them.
    this.addSql(`alter table read.runs add column operations uuid[]`);
    this.addSql(`create index runs_operations on read.runs using gin (operations) where operations is not null`);
    this.addSql(`create table gateway.bulk_operations (
      id uuid primary key, action text not null, status text not null, total int not null, done int not null default 0,
      failed int not null default 0, filter json, options json not null, reason text, created_by text not null,
      created_at timestamptz not null, finished_at timestamptz, undo_of uuid, undone_by uuid, position bigint not null default 0,
      aborting boolean not null default false)`);
    this.addSql(`create index bulk_operations_created on gateway.bulk_operations (created_at, id)`);
    this.addSql(`create index bulk_operations_running on gateway.bulk_operations (id) where status = 'RUNNING'`);
    // What is still to be done. One run's dead letter is in the hands of one operation at a time.
    this.addSql(`create table gateway.bulk_items (
      operation_id uuid not null references gateway.bulk_operations (id) on delete cascade, n int not null, run_id uuid not null,
      made uuid, on_letter boolean not null, primary key (operation_id, n))`);
    this.addSql(`create unique index bulk_items_letter on gateway.bulk_items (run_id) where on_letter`);
    this.addSql(`create table gateway.bulk_failures (
      operation_id uuid not null references gateway.bulk_operations (id) on delete cascade, n int not null, run_id uuid not null,
      code text not null, message text not null, primary key (operation_id, n))`);
  }
}
