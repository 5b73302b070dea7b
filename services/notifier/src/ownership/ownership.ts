import { fnv1a } from '@jobflow/contracts';
import type { Logger, Service } from '@jobflow/platform';
import type { Db, DbSession } from '@jobflow/read-model';

export interface Ownership extends Service {
  /** Is it ours to deliver what has this key? */
  owns(key: string): boolean;
}

const SHARDS = 16;
/** The class of our advisory locks: "noti" in ASCII. */
const LOCK_CLASS = 0x6e6f7469;
const EVERY_MS = 1_000;
export const OWNERSHIP_SESSION = 'notifier-shards';

/**
 * Shares the deliveries among notifiers: sixteen advisory locks, of which each holds its fair part. They end with the
 * database session, so what a dead notifier held is taken within about a second.
 */
export function createOwnership(db: Db, logger: Logger): Ownership {
  const held = new Set<number>();
  let session: DbSession | undefined;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let stopped = false;

  async function adjust(): Promise<void> {
    session ??= await db.session(() => {
      session = undefined;
      held.clear();
    });
    const own = session;
    await own.query(`select set_config('application_name', $1, false)`, [`jobflow-${OWNERSHIP_SESSION}`]);
    const [row] = await own.query<{ n: number }>(
      'select count(*) n from pg_stat_activity where datname = current_database() and application_name = $1',
      [`jobflow-${OWNERSHIP_SESSION}`],
    );
    const fair = Math.ceil(SHARDS / Math.max(1, row?.n ?? 1));
    for (const shard of [...held].slice(fair)) {
      held.delete(shard);
      await own.query('select pg_advisory_unlock($1, $2)', [LOCK_CLASS, shard]);
    }
    for (let shard = 0; shard < SHARDS && held.size < fair && !stopped; shard++) {
      if (held.has(shard)) continue;
      const [lock] = await own.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [
        LOCK_CLASS,
        shard,
      ]);
      if (lock?.mine) held.add(shard);
    }
  }
  const work = () => {
    working ??= adjust()
      .catch((error: unknown) => logger.warn({ err: error }, 'the shards of deliveries cannot be claimed now'))
      .finally(() => {
        working = undefined;
      });
    return working;
  };
  return {
    owns: (key) => held.has(fnv1a(key) % SHARDS),
    async start() {
      await work();
      timer ??= setInterval(() => void work(), EVERY_MS);
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await working;
      held.clear();
      await session?.end();
    },
  };
}
