import { Migration } from '@mikro-orm/migrations';

/** Where a run's message is in the log, and what rescheduling has made of it. Runs queued before this have no place. */
export class Migration0007 extends Migration {
  override up(): void {
    this.addSql(
      `alter table read.runs add column queued_seq bigint, add column reschedules int, add column superseded boolean`,
    );
  }
}
