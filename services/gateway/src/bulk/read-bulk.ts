import { encodePosition, ZERO } from '@jobflow/contracts';
import type { BulkOperationRow, Queryable } from '@jobflow/read-model';
import type { Principal } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { notFound } from '../errors/refusals.js';
import { checkFirst } from '../paging/check-first.js';
import { Conditions } from '../paging/conditions.js';
import { decodeCursor } from '../paging/cursor.js';
import { afterCursor, type Order, orderBy } from '../paging/keyset.js';
import { pageOf } from '../paging/page-of.js';
import { isRunId } from '../runs/run-ids.js';
import { isUndoable } from './bulk-enums.js';
import type { BulkOperation, BulkOperationConnection } from './bulk-operation.js';

/** How long what was done can be taken back. */
export const UNDOABLE_MS = 7 * 86_400_000;

export function operationOf(row: BulkOperationRow): BulkOperation {
  const until = row.finished_at && new Date(row.finished_at.getTime() + UNDOABLE_MS);
  const undoable = isUndoable(row.action) && row.done > 0 && row.undone_by === null && row.undo_of === null;
  return {
    id: row.id,
    action: row.action,
    status: row.status,
    total: row.total,
    done: row.done,
    failed: row.failed,
    finished: row.status !== 'RUNNING',
    position: row.position > 0 ? encodePosition({ ...ZERO, runs: row.position }) : undefined,
    filter: row.filter,
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    undoableUntil: undoable && until ? until : undefined,
    undoOf: row.undo_of,
  };
}

/** A key that is limited to some jobs sees the operations it began itself: others may be about other jobs. */
export const maySeeOperation = (principal: Principal | undefined, row: Pick<BulkOperationRow, 'created_by'>): boolean =>
  !principal?.jobs || row.created_by === principal.id;

export async function readOperation(db: Queryable, id: string): Promise<BulkOperationRow | undefined> {
  const [row] = await db.query<BulkOperationRow>('select * from gateway.bulk_operations where id = $1', [id]);
  return row;
}

export async function findOperation(
  ctx: Pick<Context, 'db' | 'principal'>,
  id: string,
): Promise<BulkOperationRow | undefined> {
  const row = isRunId(id) ? await readOperation(ctx.db, id) : undefined;
  return row && maySeeOperation(ctx.principal, row) ? row : undefined;
}

export async function requireOperation(ctx: Pick<Context, 'db' | 'principal'>, id: string): Promise<BulkOperationRow> {
  const row = await findOperation(ctx, id);
  if (!row) throw notFound('bulk operation', id);
  return row;
}

const order: Order = { by: 'created_at', unique: 'id', descending: true, types: ['timestamptz', 'uuid'] };
const ORDER = 'bulk operations';

/** A page of operations, newest first. */
export async function listOperations(
  ctx: Context,
  args: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<BulkOperationConnection> {
  const first = checkFirst(args.first, 50);
  const conditions = new Conditions().add('created_by = ?', ctx.principal?.jobs && ctx.principal.id);
  if (args.after) afterCursor(conditions, order, decodeCursor(ORDER, 2, args.after));
  const rows = await ctx.db.query<BulkOperationRow>(
    `select * from gateway.bulk_operations where ${conditions.sql} ${orderBy(order)} limit ${first + 1}`,
    conditions.params,
  );
  const cursor = (row: BulkOperationRow) => [row.created_at.toISOString(), row.id];
  return pageOf({ rows, first, continued: Boolean(args.after), order: ORDER, node: operationOf, cursor });
}

const KEPT_MS = 90 * 86_400_000;
const KEPT = 10_000;

/** Operations are remembered for 90 days after their end, and the latest 10,000 at most. */
export async function sweepOperations(db: Queryable, now: number): Promise<void> {
  await db.query(
    `delete from gateway.bulk_operations where finished_at is not null and (finished_at < $1
       or id in (select id from gateway.bulk_operations order by created_at desc, id desc offset ${KEPT}))`,
    [new Date(now - KEPT_MS)],
  );
}
