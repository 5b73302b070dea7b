import type { LogLevel, LogStream } from '@jobflow/contracts';
import type { Queryable } from '@jobflow/read-model';
import type { Context } from '../context/context.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { anywhere, Conditions } from '../paging/conditions.js';
import type { LogInfo, LogLine, LogMatches } from './run-details.js';

/** As numbered in read.log_lines. */
const levels: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
const streams: readonly LogStream[] = ['LOG', 'STDOUT', 'STDERR'];

interface Row {
  line: number;
  at: Date;
  level: number;
  stream: number;
  attempt: number;
  message: string;
}

export interface LogArguments {
  first?: number | null | undefined;
  afterLine?: number | null | undefined;
  last?: number | null | undefined;
  beforeLine?: number | null | undefined;
  attempt?: number | null | undefined;
  minLevel?: LogLevel | null | undefined;
  search?: string | null | undefined;
}

/** Lines in order. `last` wins over `first`: the end of what is meant. */
export async function logLines(db: Queryable, runId: string, args: LogArguments): Promise<LogLine[]> {
  const fromEnd = args.last !== null && args.last !== undefined;
  const size = fromEnd ? checkFirst(args.last, 0, maxList, 'last') : checkFirst(args.first, 200, maxList);
  const conditions = matching(runId, args)
    .add('line > ?', args.afterLine)
    .add('line < ?', args.beforeLine)
    .add('attempt = ?', args.attempt);
  const rows = await db.query<Row>(
    `select line, at, level, stream, attempt, message from read.log_lines where ${conditions.sql}
     order by line ${fromEnd ? 'desc' : 'asc'} limit ${size}`,
    conditions.params,
  );
  if (fromEnd) rows.reverse();
  return rows.map(lineOf);
}

export async function logMatches(
  db: Queryable,
  runId: string,
  {
    search,
    minLevel,
    first,
  }: { search: string; minLevel?: LogLevel | null | undefined; first?: number | null | undefined },
): Promise<LogMatches> {
  const size = checkFirst(first, 200, maxList);
  const { sql, params } = matching(runId, { search, minLevel });
  const rows = await db.query<{ line: number; total: number }>(
    `select line, count(*) over () as total from read.log_lines where ${sql} order by line limit ${size}`,
    params,
  );
  return { total: rows[0]?.total ?? 0, lines: rows.map(({ line }) => line) };
}

function matching(runId: string, { search, minLevel }: Pick<LogArguments, 'search' | 'minLevel'>): Conditions {
  return new Conditions()
    .always('run_id = ?::uuid', runId)
    .add('level >= ?', minLevel && levels.indexOf(minLevel))
    .add('message ilike ?', search && anywhere(search));
}

const lineOf = ({ level, stream, ...row }: Row): LogLine => ({
  ...row,
  level: levels[level] ?? 'INFO',
  stream: streams[stream] ?? 'LOG',
});

const NONE: LogInfo = { lines: 0, bytes: 0, dropped: 0 };

/** How much a run wrote, and how much of it was lost; batched. */
export async function logInfo(ctx: Pick<Context, 'db' | 'loaders'>, runId: string): Promise<LogInfo> {
  const loader = ctx.loaders.of('log-info', async (ids: readonly string[]) => {
    const rows = await ctx.db.query<LogInfo & { run_id: string }>(
      'select run_id, lines, bytes, dropped from read.run_logs where run_id = any($1::uuid[])',
      [ids],
    );
    const found = new Map(rows.map((row) => [row.run_id, row]));
    return ids.map((id) => found.get(id));
  });
  return (await loader.load(runId)) ?? NONE;
}
