import type { LogLevel, LogStream } from '@jobflow/contracts';
import type { Queryable } from '../db/db.js';

/** As stored: the index is the number. */
export const LOG_LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
export const LOG_STREAMS: readonly LogStream[] = ['LOG', 'STDOUT', 'STDERR'];

export interface LogLine {
  /** Counts from 1, without gaps. */
  line: number;
  at: number;
  level: LogLevel;
  stream: LogStream;
  attempt: number;
  message: string;
}

export interface LogQuery {
  attempt?: number | undefined;
  minLevel?: LogLevel | undefined;
  /** Text found anywhere in the message, whatever its case. */
  search?: string | undefined;
  /** From here on: lines after this one. */
  afterLine?: number | undefined;
  /** Jump to the end: the last lines, before `beforeLine` if given. */
  last?: boolean | undefined;
  beforeLine?: number | undefined;
  limit: number;
}

interface Row {
  line: number;
  at: Date;
  level: number;
  stream: number;
  attempt: number;
  message: string;
}

/** Lines of a run that match, in their order. */
export async function logLines(db: Queryable, runId: string, query: LogQuery): Promise<LogLine[]> {
  const { params, sql } = conditions(runId, query);
  const order = query.last ? 'desc' : 'asc';
  const rows = await db.query<Row>(
    `select line, at, level, stream, attempt, message from read.log_lines where ${sql} order by line ${order} limit ${limitOf(query.limit)}`,
    params,
  );
  if (query.last) rows.reverse();
  return rows.map(({ at, level, stream, ...row }) => ({
    ...row,
    at: at.getTime(),
    level: LOG_LEVELS[level] ?? 'INFO',
    stream: LOG_STREAMS[stream] ?? 'LOG',
  }));
}

/** How many lines match, and which: at most `limit` of them. */
export async function logMatches(
  db: Queryable,
  runId: string,
  query: LogQuery,
): Promise<{ total: number; lines: number[] }> {
  const { params, sql } = conditions(runId, query);
  const [row] = await db.query<{ total: number; lines: number[] | null }>(
    `select count(*) as total, (array_agg(line order by line))[1:${limitOf(query.limit)}] as lines from read.log_lines where ${sql}`,
    params,
  );
  return { total: row?.total ?? 0, lines: row?.lines ?? [] };
}

/** How much a run wrote, and how many lines were lost. */
export async function logInfo(
  db: Queryable,
  runId: string,
): Promise<{ lines: number; bytes: number; dropped: number }> {
  const [row] = await db.query<{ lines: number; bytes: number; dropped: number }>(
    'select lines, bytes, dropped from read.run_logs where run_id = $1',
    [runId],
  );
  return row ?? { lines: 0, bytes: 0, dropped: 0 };
}

/** The first and last line of each attempt that wrote any. */
export async function attemptLines(
  db: Queryable,
  runId: string,
): Promise<Map<number, { firstLine: number; lastLine: number }>> {
  const rows = await db.query<{ attempt: number; first_line: number; last_line: number }>(
    'select attempt, min(line) as first_line, max(line) as last_line from read.log_lines where run_id = $1 group by attempt',
    [runId],
  );
  return new Map(rows.map((row) => [row.attempt, { firstLine: row.first_line, lastLine: row.last_line }]));
}

const limitOf = (limit: number): number => Math.max(1, Math.min(Math.floor(limit), 10_000));

function conditions(runId: string, { attempt, minLevel, search, afterLine, beforeLine }: LogQuery) {
  const params: unknown[] = [runId];
  const texts = ['run_id = $1'];
  const add = (text: string, value: unknown) => {
    params.push(value);
    texts.push(`${text} $${params.length}`);
  };
  if (afterLine) add('line >', afterLine);
  if (beforeLine) add('line <', beforeLine);
  if (attempt) add('attempt =', attempt);
  if (minLevel) add('level >=', LOG_LEVELS.indexOf(minLevel));
  if (search) add('message ilike', `%${search.replace(/[\\%_]/g, '\\$&')}%`);
  return { params, sql: texts.join(' and ') };
}
