import type { Db, DbSession } from './db.js';

/**
 * A database session whose locks do not outlive its process for long: of a machine that vanished Postgres hears nothing
 * by itself, and would hold them for hours. One that cannot be told so is not kept open.
 */
export async function openLockSession(db: Pick<Db, 'session'>, onLost: (error: Error) => void): Promise<DbSession> {
  const opened = await db.session(onLost);
  try {
    await opened.query(
      `select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
         set_config('tcp_keepalives_count', '3', false)`,
    );
  } catch (error) {
    await opened.end().catch(() => undefined);
    throw error;
  }
  return opened;
}
