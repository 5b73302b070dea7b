import { Migration } from '@mikro-orm/migrations';

/** What runs hold permits of, and who waits for one. */
export class Migration0002 extends Migration {
  override up(): void {
    this.addSql(
      `alter table read.runs add column limit_keys text[], add column limit_key text, add column limited_since timestamptz`,
    );
    // Who waits for a permit, in the order in which they are woken. Few runs do at a time, and all others cost nothing.
    this.addSql(`create index runs_limited on read.runs (limit_key, limited_since, id)
      where status = 'QUEUED' and limit_key is not null and next_attempt_at is null`);
  }
}
