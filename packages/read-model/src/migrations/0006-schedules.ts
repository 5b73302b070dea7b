import { Migration } from '@mikro-orm/migrations';

export class Migration0006 extends Migration {
  override up(): void {
    // Without an index: who follows a job reads what changed lately, which has one.
    this.addSql(`alter table read.runs add column ended_seq bigint`);
    // Two runs of the job that a schedule follows may end within a millisecond.
    this.addSql(`alter table read.schedule_fires
      add column after_run uuid not null default '00000000-0000-0000-0000-000000000000'`);
    this.addSql(`alter table read.schedule_fires drop constraint schedule_fires_pkey`);
    this.addSql(`alter table read.schedule_fires add primary key (schedule_id, tick, after_run)`);
    // A tick is in the hands of one backfill at a time.
    this.addSql(`alter table gateway.bulk_items add column schedule_id text, add column tick timestamptz`);
    this.addSql(`create unique index bulk_items_tick on gateway.bulk_items (schedule_id, tick) where tick is not null`);
  }
}
