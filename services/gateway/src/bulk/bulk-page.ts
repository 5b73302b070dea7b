import type { BulkOperationRow, BulkOptions, Queryable } from '@jobflow/read-model';
import type { Services } from '../context/context.js';
import { LEAN_COLUMNS, type RunRow } from '../runs/run-row.js';

/** What the work on operations needs of the process. */
export type BulkParts = Pick<Services, 'db' | 'link' | 'log' | 'stateStore' | 'live' | 'clock' | 'logger'>;

/** Why something could not be done to one run; the codes are those of the API's errors. */
export interface Failure {
  code: 'NOT_FOUND' | 'CONFLICT' | 'BAD_USER_INPUT';
  message: string;
}

/** A run as an operation meets it. */
export type TargetRow = RunRow & { operations: string[] | null };

export interface BulkItem {
  n: number;
  run_id: string;
  /** The id of the run that is made for it. There before this page began: it may be in the log already. */
  made: string | null;
  /** Of a backfill: the tick that the run is for. */
  tick?: Date | null;
  /** Undefined: the read model does not have it any more. */
  target?: TargetRow | undefined;
}

/** The most runs and bytes of input that one operation holds in memory. */
export const PAGE_RUNS = 500;
const PAGE_BYTES = 4 * 1024 * 1024;

/** How many runs go at a time: with a rate, as many as half a second brings. */
export function pageSize({ perSecond, itemBytes }: BulkOptions): number {
  const most = Math.min(PAGE_RUNS, Math.floor(PAGE_BYTES / Math.max(1, itemBytes ?? 0)));
  return Math.max(1, perSecond === undefined ? most : Math.min(most, Math.floor(perSecond / 2)));
}

/** The next of what is to be done, without its runs. */
export function takePage(db: Queryable, { id }: Pick<BulkOperationRow, 'id'>, most: number): Promise<BulkItem[]> {
  return db.query<BulkItem>(
    `select n, run_id, made, tick from (
       select n, run_id, made, tick, size, sum(size) over (order by n) as bytes from (
         select i.n, i.run_id, i.made, i.tick, coalesce(octet_length(r.input::text), 0) as size
         from gateway.bulk_items i left join read.runs r on r.id = i.run_id
         where i.operation_id = $1 order by i.n limit $2) as one) as page
     where bytes - size < $3 order by n`,
    [id, most, PAGE_BYTES],
  );
}

/** The items with their runs as the read model has them now. */
export async function withTargets(db: Queryable, items: readonly BulkItem[], input: boolean): Promise<BulkItem[]> {
  const rows = await db.query<TargetRow>(
    `select ${LEAN_COLUMNS}, operations${input ? ', input' : ''} from read.runs where id = any($1::uuid[])`,
    [items.map((item) => item.run_id)],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return items.map((item) => ({ ...item, target: found.get(item.run_id) }));
}
