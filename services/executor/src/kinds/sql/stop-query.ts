import pg from 'pg';

/** A statement that heeds its cancellation ends within this time. */
const CANCEL_WAIT_MS = 300;
const CONNECT_MS = 2_000;

/**
 * Ends what a session runs, from outside of it: over a second connection its statement is cancelled, and the session
 * terminated if it still runs then. If the server takes no second connection the first is cut, which the server
 * notices within a second.
 * @param ended resolves when the statement has ended
 */
export async function stopQuery(config: pg.ClientConfig, pid: number, ended: Promise<unknown>): Promise<void> {
  const watchdog = new pg.Client({ ...config, connectionTimeoutMillis: CONNECT_MS, query_timeout: CONNECT_MS });
  watchdog.on('error', () => undefined);
  try {
    await watchdog.connect();
    await watchdog.query('select pg_catalog.pg_cancel_backend($1)', [pid]);
    if (await endedWithin(ended, CANCEL_WAIT_MS)) return;
    await watchdog.query('select pg_catalog.pg_terminate_backend($1)', [pid]);
  } catch {
    // No second connection: cutting the first is what is left, and its owner does that in any case.
  } finally {
    await watchdog.end().catch(() => undefined);
  }
}

async function endedWithin(ended: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(late.resolve, ms, false);
  const over = ended.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([over, late.promise]);
  clearTimeout(timer);
  return result;
}
