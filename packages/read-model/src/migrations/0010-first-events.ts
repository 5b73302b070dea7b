import { Migration } from '@mikro-orm/migrations';

/**
 * What the batch that makes a run's row tells of it goes into the row; most short runs have no other row at all. Policies
 * that most runs have are left out.
 */
export class Migration0010 extends Migration {
  override up(): void {
    this.addSql('alter table read.runs add column first_seq bigint, add column first_events json');
    this.addSql('alter table read.runs alter column policy drop not null');
    this.addSql(`create view read.timelines as
      select id as run_id, first_seq as seq, first_events as events from read.runs where first_seq is not null
      union all select run_id, seq, events from read.run_events`);
  }
}
