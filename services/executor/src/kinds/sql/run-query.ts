import type { Json } from '@jobflow/contracts';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { columnTypes } from './column-value.js';
import { type SqlResult, SqlRows } from './sql-rows.js';
import { stopQuery } from './stop-query.js';

const BATCH = 20;
/** A batch of rows is read whole; more bytes than this for it, and the connection is cut. */
const BATCH_BYTES = 32 * 1024 * 1024;
/** The server's own limit comes after ours: it is for an executor that was killed. */
const SERVER_LIMIT_LATER_MS = 5_000;

export interface SqlQuery {
  text: string;
  params: Json[];
  readOnly: boolean;
  maxRows: number;
  timeoutMs: number;
  /** Ends it at once. */
  signal: AbortSignal;
}

/** Rows that are too large to be read, whatever of them would be kept. */
export class RowsTooLargeError extends Error {}

/**
 * Runs one statement in a transaction of its own, over a connection of its own, reading no more rows than are kept.
 *
 * It cannot change anything if it is to be read-only: the extended protocol takes one statement alone, so that none can
 * end the transaction and begin another; and after a first query, ours, READ ONLY cannot be switched off.
 * @throws what Postgres says, or the signal's reason
 */
export async function runQuery(config: pg.ClientConfig, query: SqlQuery): Promise<SqlResult> {
  query.signal.throwIfAborted();
  const client = new pg.Client({ ...config, types: columnTypes });
  // A connection that breaks rejects what waits for it.
  client.on('error', () => undefined);
  const over = Promise.withResolvers<void>();
  let pid: number | undefined;
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const stop = () => {
    const outside = pid === undefined ? Promise.resolve() : stopQuery(config, pid, over.promise);
    void outside.then(() => stopped.reject(query.signal.reason));
  };
  query.signal.addEventListener('abort', stop, { once: true });
  try {
    const work = inTransaction(client, query, (backend) => {
      pid = backend;
      if (query.signal.aborted) stop();
    }).finally(over.resolve);
    return await Promise.race([work, stopped.promise]);
  } catch (error) {
    if (query.signal.aborted) throw query.signal.reason;
    throw error;
  } finally {
    query.signal.removeEventListener('abort', stop);
    // Cuts the connection if something still runs on it.
    await client.end().catch(() => undefined);
  }
}

async function inTransaction(client: pg.Client, query: SqlQuery, onBackend: (pid: number) => void): Promise<SqlResult> {
  await client.connect();
  await client.query(query.readOnly ? 'begin read only' : 'begin');
  const { rows } = await client.query<{ pid: number }>(FIRST_QUERY, [String(query.timeoutMs + SERVER_LIMIT_LATER_MS)]);
  onBackend(rows[0]?.pid ?? 0);
  const result = await readRows(client, query);
  await client.query('commit');
  return result;
}

/** Settings of this transaction alone, since behind a pooler the session is another's next. */
const FIRST_QUERY = `select pg_catalog.pg_backend_pid() as pid,
  pg_catalog.set_config('statement_timeout', $1, true), pg_catalog.set_config('datestyle', 'ISO, MDY', true),
  (select pg_catalog.set_config('client_connection_check_interval', '1000', true)
   where pg_catalog.current_setting('server_version_num')::int >= 140000)`;

async function readRows(client: pg.Client, { text, params, maxRows }: SqlQuery): Promise<SqlResult> {
  const rows = new SqlRows(maxRows);
  const guard = guardBytes(client);
  const cursor = client.query(new Cursor<unknown[]>(text, params, { rowMode: 'array', types: columnTypes }));
  for (;;) {
    const wanted = Math.min(BATCH, rows.wanted);
    guard.reset();
    const batch = await readBatch(cursor, wanted, guard.exceeded);
    rows.named(batch.columns);
    for (const row of batch.rows) rows.add(row);
    if (batch.rows.length < wanted || rows.truncated) {
      await cursor.close();
      const rowCount = rows.columns.length > 0 ? rows.rows.length : (batch.changed ?? 0);
      return { columns: rows.columns, rows: rows.rows, rowCount, truncated: rows.truncated };
    }
  }
}

interface Batch {
  rows: unknown[][];
  columns: string[];
  changed: number | null;
}

function readBatch(cursor: Cursor<unknown[]>, wanted: number, exceeded: Promise<never>): Promise<Batch> {
  const read = new Promise<Batch>((resolve, reject) => {
    cursor.read(wanted, (error: Error | undefined, rows, result) => {
      if (error) reject(error);
      else
        resolve({ rows, columns: (result?.fields ?? []).map(({ name }) => name), changed: result?.rowCount ?? null });
    });
  });
  return Promise.race([read, exceeded]);
}

/** Cuts the connection when a batch of rows takes more bytes than should be held. */
function guardBytes(client: pg.Client): { reset(): void; exceeded: Promise<never> } {
  const { stream } = (client as unknown as { connection: { stream: NodeJS.ReadableStream & { destroy(): void } } })
    .connection;
  const exceeded = Promise.withResolvers<never>();
  exceeded.promise.catch(() => undefined);
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BATCH_BYTES) return;
    exceeded.reject(
      new RowsTooLargeError(`${BATCH} rows of the result take more than ${BATCH_BYTES / 1024 / 1024} MiB: select less`),
    );
    stream.destroy();
  });
  return {
    reset: () => {
      bytes = 0;
    },
    exceeded: exceeded.promise,
  };
}
