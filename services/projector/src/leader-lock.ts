import type { Logger } from '@jobflow/platform';
import type { Db, DbSession } from '@jobflow/read-model';

/** "projecto" in ASCII: one projector of a database is active. */
const LOCK = 0x70726f6a6563746fn.toString();
const ASK_MS = 500;

export interface Leadership {
  /** Rejects when the lock is lost: whatever was led must stop at once. */
  lost: Promise<never>;
  release(): Promise<void>;
}

/** Waits, as long as it takes, until no other projector is active. The lock ends with its database session. */
export async function becomeLeader(db: Db, logger: Logger, signal: AbortSignal): Promise<Leadership | undefined> {
  let waited = false;
  while (!signal.aborted) {
    let session: DbSession | undefined;
    try {
      const lost = Promise.withResolvers<never>();
      lost.promise.catch(() => undefined);
      const own = await db.session((error) => lost.reject(error));
      session = own;
      const [row] = await own.query<{ mine: boolean }>('select pg_try_advisory_lock($1::bigint) as mine', [LOCK]);
      if (row?.mine) return { lost: lost.promise, release: () => own.end() };
      if (!waited) logger.info('another projector is active; standing by');
      waited = true;
    } catch (error) {
      logger.warn({ err: error }, 'cannot ask for the lead now');
    }
    await session?.end();
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
  return undefined;
}
