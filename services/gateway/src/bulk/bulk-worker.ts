import { fnv1a } from '@jobflow/contracts';
import { LogUnavailableError, type Service, type Timer } from '@jobflow/platform';
import { DatabaseUnavailableError, type DbSession, openLockSession } from '@jobflow/read-model';
import { ApiError } from '../errors/api-error.js';
import { MOST_RUNNING } from './begin-bulk.js';
import { type BulkWatch, createBulkNews } from './bulk-news.js';
import type { BulkParts } from './bulk-page.js';
import { endOperation } from './settle-page.js';
import { NotNow, workPage } from './work-page.js';

/** What resolvers may ask of the work on operations. */
export interface BulkWork {
  /** Something is to be done: look at once. */
  wake(): void;
  /** Progress, of one operation or of all. */
  watch(id?: string): BulkWatch;
}

/** "BULK" in ASCII: the family of advisory locks, one for each operation that is worked on. */
const LOCKS = 0x42554c4b;
const LOOK_MS = 1_000;
const AGAIN_MS = 1_000;
/** After so many surprises in a row an operation is given up. */
const MOST_SURPRISES = 5;

/**
 * Works off operations. Every gateway looks for those that are under way and takes what nobody holds, by an advisory lock
 * of its own database session: when a gateway dies, Postgres lets go of them, and the next look of another, within a
 * second, takes them up where they are.
 *
 * A lock is no fence: a gateway that was cut off may append for a moment longer. It then appends runs under the same
 * ids as the next holder, which marks them to be checked before they start, and the fold counts each once.
 */
export function createBulkWorker(parts: BulkParts): BulkWork & Service {
  const { db, clock, logger } = parts;
  const news = createBulkNews(parts.link, clock);
  const working = new Map<string, Promise<void>>();
  let session: DbSession | undefined;
  let held = new AbortController();
  let stopped = false;
  let timer: Timer | undefined;
  let looking: Promise<void> | undefined;
  let again = false;

  function letGo(): void {
    held.abort();
    held = new AbortController();
    session = undefined;
  }

  async function open(): Promise<DbSession> {
    const opened: DbSession = await openLockSession(db, () => {
      if (session === opened) letGo();
    });
    session = opened;
    return opened;
  }

  async function look(): Promise<void> {
    const rows = await db.query<{ id: string }>(
      `select id from gateway.bulk_operations where status = 'RUNNING' order by id limit ${MOST_RUNNING}`,
    );
    for (const { id } of rows) {
      if (stopped || working.has(id)) continue;
      const own = session ?? (await open());
      if (!(await tryLock(own, id))) continue;
      const { signal } = held;
      const work = workOn(id, signal).finally(async () => {
        working.delete(id);
        if (!signal.aborted) await unlock(own, id);
      });
      working.set(id, work);
    }
  }

  /** One look at a time; who asks meanwhile gets another after it. */
  function lookSoon(): void {
    again = true;
    looking ??= (async () => {
      while (again && !stopped) {
        again = false;
        await look().catch((error: unknown) =>
          logger.warn({ err: error }, 'bulk operations cannot be looked for; it is tried again'),
        );
      }
    })().finally(() => {
      looking = undefined;
      plan();
    });
  }

  function plan(): void {
    timer?.cancel();
    if (!stopped) timer = clock.setTimer(LOOK_MS, lookSoon);
  }

  async function workOn(id: string, signal: AbortSignal): Promise<void> {
    let surprises = 0;
    while (!signal.aborted && !stopped) {
      try {
        const step = await workPage(parts, id, signal);
        surprises = 0;
        news.tell(id);
        if (step.ended) return;
        if (step.waitMs > 0) await pause(step.waitMs, signal);
      } catch (error) {
        if (signal.aborted || stopped) return;
        if (!isOutside(error) && ++surprises >= MOST_SURPRISES) return giveUp(id, error);
        logger.warn({ err: error, operation: id }, 'a page of a bulk operation is tried again');
        await pause(AGAIN_MS, signal);
      }
    }
  }

  async function giveUp(id: string, error: unknown): Promise<void> {
    logger.error({ err: error, operation: id }, 'a bulk operation failed');
    await endOperation(db, { id }, 'FAILED', clock.now()).catch((err: unknown) =>
      logger.error({ err, operation: id }, 'its end could not be written down; it is tried again'),
    );
    news.tell(id);
  }

  const pauses = new Set<() => void>();
  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        waiting.cancel();
        signal.removeEventListener('abort', over);
        pauses.delete(over);
        resolve();
      };
      const waiting = clock.setTimer(ms, over);
      signal.addEventListener('abort', over, { once: true });
      pauses.add(over);
    });
  }

  return {
    wake: lookSoon,
    watch: (id) => news.watch(id),
    async start() {
      await news.start();
      lookSoon();
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      for (const over of [...pauses]) over();
      await looking;
      await Promise.allSettled(working.values());
      const own = session;
      session = undefined;
      await own?.end();
      await news.stop();
    },
  };
}

/** What passes by itself: the operation waits for it, however long. */
const isOutside = (error: unknown): boolean =>
  error instanceof NotNow ||
  error instanceof LogUnavailableError ||
  error instanceof DatabaseUnavailableError ||
  error instanceof ApiError;

async function tryLock(on: DbSession, id: string): Promise<boolean> {
  const [row] = await on.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [LOCKS, keyOf(id)]);
  return row?.mine === true;
}

const unlock = (on: DbSession, id: string) =>
  on.query('select pg_advisory_unlock($1, $2)', [LOCKS, keyOf(id)]).then(
    () => undefined,
    () => undefined,
  );

/** Operations that share a key wait for each other between gateways, which costs time and nothing else. */
const keyOf = (id: string): number => fnv1a(id) | 0;
