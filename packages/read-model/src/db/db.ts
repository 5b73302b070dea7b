import pg from 'pg';
import type { CopyColumn } from './copy-encoder.js';
import { copyRows } from './copy-rows.js';

/** Runs one statement; a transaction's handle does so inside it. */
export interface Queryable {
  /** @throws DatabaseUnavailableError when Postgres cannot be reached. */
  query<T extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
}

export interface Db extends Queryable {
  /** All or nothing; rolled back when `fn` throws. */
  tx<T>(fn: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * A connection of one's own, for what belongs to a session: advisory locks, prepared statements on a hot path.
   * `onLost` is called once if it breaks; Postgres has then let go of the session's locks.
   */
  session(onLost?: (error: Error) => void): Promise<DbSession>;
  stop(): Promise<void>;
}

export interface DbSession extends Queryable {
  /** Like `query`, planned once per session and name. */
  prepared<T extends object = Record<string, unknown>>(
    name: string,
    sql: string,
    params: readonly unknown[],
  ): Promise<T[]>;
  /** Adds rows, all or none: the cheapest way in. Without a transaction of its own. */
  copy<R>(table: string, columns: readonly CopyColumn<R>[], rows: Iterable<R>): Promise<void>;
  tx<T>(fn: (tx: DbSession) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Postgres is away, or went away in the middle: what the statement did is unknown. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError';
}

export interface DbOptions {
  /** Shown in pg_stat_activity. */
  name: string;
  /** Connections at most. */
  max?: number;
  /** A statement that takes longer is cancelled. */
  statementTimeoutMs?: number;
}

const INT8 = 20;
const NUMERIC = 1700;
/** Sequences, counters and sizes stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 || oid === NUMERIC
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** A bounded pool of connections. Connects on first use; timestamps come as Date, bigint as number. */
export async function createDb(
  databaseUrl: string,
  { name, max = 5, statementTimeoutMs = 30_000 }: DbOptions,
): Promise<Db> {
  const config: pg.ClientConfig = {
    connectionString: databaseUrl,
    application_name: `jobflow-${name}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    types,
  };
  const pool = new pg.Pool({ ...config, max, idleTimeoutMillis: 60_000, statement_timeout: statementTimeoutMs });
  // A broken idle connection is replaced at the next use; unheard, it would end the process.
  pool.on('error', () => undefined);
  return {
    query: (sql, params) => run(pool, sql, params),
    async tx(fn) {
      const client = await connectFrom(pool);
      let broken: Error | undefined;
      const lost = (error: Error) => {
        broken = error;
      };
      client.on('error', lost);
      try {
        return await inTransaction(client, () => fn({ query: (sql, params) => run(client, sql, params) }));
      } finally {
        client.off('error', lost);
        client.release(broken);
      }
    },
    session: (onLost) => openSession(config, onLost),
    stop: () => pool.end(),
  };
}

async function openSession(config: pg.ClientConfig, onLost?: (error: Error) => void): Promise<DbSession> {
  const client = new pg.Client(config);
  let over = false;
  const lost = (error: Error) => {
    if (over) return;
    over = true;
    onLost?.(error);
  };
  client.on('error', lost);
  client.on('end', () => lost(new DatabaseUnavailableError('Postgres closed the connection')));
  await client.connect().catch((error: Error) => {
    over = true;
    throw asUnavailable(error);
  });
  const session: DbSession = {
    query: (sql, params) => run(client, sql, params),
    async prepared<T extends object>(name: string, sql: string, params: readonly unknown[]) {
      const { rows } = await client.query({ name, text: sql, values: [...params] }).catch((error: Error) => {
        throw asUnavailable(error);
      });
      return rows as T[];
    },
    copy: (table, columns, rows) =>
      copyRows(client, table, columns, rows).catch((error: Error) => {
        throw asUnavailable(error);
      }),
    tx: (fn) => inTransaction(client, () => fn(session)),
    async end() {
      over = true;
      await client.end().catch(() => undefined);
    },
  };
  return session;
}

async function inTransaction<T>(client: pg.ClientBase, fn: () => Promise<T>): Promise<T> {
  await run(client, 'begin');
  try {
    const result = await fn();
    await run(client, 'commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function run<T extends object>(
  on: pg.Pool | pg.ClientBase,
  sql: string,
  params?: readonly unknown[],
): Promise<T[]> {
  try {
    const { rows } = await (on as pg.Pool).query(sql, params as unknown[]);
    return rows as T[];
  } catch (error) {
    throw asUnavailable(error as Error);
  }
}

const connectFrom = (pool: pg.Pool) =>
  pool.connect().catch((error: Error) => {
    throw asUnavailable(error);
  });

/** Class 08 (connection), 57P0x (shutdown), 53300 (too many connections) and socket errors; others pass through. */
function asUnavailable(error: Error & { code?: string }): Error {
  const away =
    error.code === undefined
      ? /timeout|terminated|closed|not queryable|ended/i.test(error.message)
      : /^(08|57P0|53300|ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/.test(error.code);
  if (!away) return error;
  // Refused at each of several addresses: that error has a code, and no message.
  return new DatabaseUnavailableError(`Postgres cannot be reached (${error.message || error.code})`, { cause: error });
}
