import { Migration } from '@mikro-orm/migrations';

/** As it came: whoever queues a run again hands it on. `trace_id` is the part of it that people look for. */
export class Migration0011 extends Migration {
  override up(): void {
    this.addSql('alter table read.runs add column traceparent text');
  }
}
