import type { Clock, Logger } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Passwords } from '../auth/passwords.js';
import { createUser } from './create-user.js';

/** Creates the admin named in the environment, if there is no user at all yet. Several gateways may try at once. */
export async function ensureFirstAdmin(
  db: Db,
  passwords: Passwords,
  clock: Clock,
  logger: Logger,
  admin: { email: string; password: string } | undefined,
): Promise<void> {
  const nobody = async (q: Pick<Db, 'query'>) => (await q.query('select 1 from gateway.users limit 1')).length === 0;
  if (!(await nobody(db))) return;
  if (!admin) {
    logger.warn('there is no user yet: set JOBFLOW_ADMIN_EMAIL and JOBFLOW_ADMIN_PASSWORD to create the first admin');
    return;
  }
  const passwordHash = await passwords.hash(admin.password);
  const created = await db.tx(async (tx) => {
    await tx.query('lock table gateway.users in share row exclusive mode');
    if (!(await nobody(tx))) return false;
    await createUser(tx, { email: admin.email, passwordHash, role: 'ADMIN', at: clock.now() });
    await tx.query(
      `insert into gateway.audit (at, actor, action, target) values ($1, 'system:gateway', 'user.created', $2)`,
      [new Date(clock.now()), admin.email],
    );
    return true;
  });
  if (created) logger.info({ email: admin.email }, 'the first admin was created');
}
