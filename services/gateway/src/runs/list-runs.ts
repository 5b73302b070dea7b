import { encodePosition } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { checkFirst } from '../paging/check-first.js';
import { countRows } from '../paging/count-rows.js';
import { decodeCursor } from '../paging/cursor.js';
import { afterCursor, type Order, orderBy } from '../paging/keyset.js';
import { pageOf } from '../paging/page-of.js';
import type { RunConnection } from './run.js';
import { runConditions } from './run-conditions.js';
import type { RunSortField } from './run-enums.js';
import type { RunFilter, RunSort } from './run-filter.js';
import { columnsFor, type RunRow, runOfRow } from './run-row.js';
import { visibleJobs } from './visible-jobs.js';

export interface RunListArguments {
  filter?: RunFilter | null | undefined;
  sort?: RunSort | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** Ids are in the order of creation. */
const columns: Record<RunSortField, [by: keyof RunRow, type: string]> = {
  CREATED_AT: ['id', 'uuid'],
  STARTED_AT: ['started_at', 'timestamptz'],
  FINISHED_AT: ['finished_at', 'timestamptz'],
  DUE_AT: ['due_at', 'timestamptz'],
  DURATION: ['duration_ms', 'int'],
  WAIT: ['wait_ms', 'int'],
  PRIORITY: ['priority', 'smallint'],
};

/** A page of runs, newest first unless sorted otherwise. */
export async function listRuns(
  ctx: Context,
  args: RunListArguments,
  fields: ReadonlySet<string>,
): Promise<RunConnection> {
  const first = checkFirst(args.first, 50);
  const position = encodePosition(ctx.live.position());
  const field = args.sort?.by ?? 'CREATED_AT';
  const descending = args.sort?.descending ?? true;
  const [by, type] = columns[field];
  const order: Order = { by, unique: 'id', descending, types: [type, 'uuid'] };
  const name = `runs ${field} ${descending}`;

  const conditions = runConditions(args.filter, visibleJobs(ctx.principal));
  const total = fields.has('totalCount')
    ? countRows(ctx.db, `read.runs where ${conditions.sql}`, [...conditions.params])
    : null;
  if (args.after) afterCursor(conditions.fixed, order, decodeCursor(name, by === 'id' ? 1 : 2, args.after));
  const where = `${conditions.fixed.sql} and ${conditions.moving.sql}`;
  const rows = ctx.db.query<RunRow>(
    `select ${columnsFor(fields)} from read.runs where ${where} ${orderBy(order)} limit ${first + 1}`,
    conditions.params,
  );
  const [found, totalCount] = await Promise.all([rows, total]);
  const cursor = (row: RunRow) => (by === 'id' ? [row.id] : [plain(row[by]), row.id]);
  return {
    ...pageOf({ rows: found, first, continued: Boolean(args.after), order: name, node: runOfRow, cursor }),
    totalCount,
    position,
  };
}

const plain = (value: unknown): string | number | null =>
  value instanceof Date ? value.toISOString() : ((value as string | number | null) ?? null);
