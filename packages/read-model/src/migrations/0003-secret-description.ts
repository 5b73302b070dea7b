import { Migration } from '@mikro-orm/migrations';

/** What a secret is for, in words; rows of channels have none. */
export class Migration0003 extends Migration {
  override up(): void {
    this.addSql('alter table gateway.secrets add column description text');
  }
}
