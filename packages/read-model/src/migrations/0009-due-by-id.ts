import { Migration } from '@mikro-orm/migrations';

/** What waits is read in pages: among many runs that are due at the same instant the id says where one ends. */
export class Migration0009 extends Migration {
  override up(): void {
    this.addSql(`drop index read.runs_due`);
    this.addSql(`create index runs_due on read.runs (coalesce(next_attempt_at, due_at), id)
      where status in ('SCHEDULED','RETRYING') or (status = 'QUEUED' and next_attempt_at is not null)`);
  }
}
