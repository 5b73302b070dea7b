import { Migration } from '@mikro-orm/migrations';

/** Which workers a run has cost, and whether it was alone on the last. */
export class Migration0004 extends Migration {
  override up(): void {
    this.addSql(`alter table read.runs add column alone boolean not null default false,
      add column lost_workers text[] not null default '{}'`);
  }
}
