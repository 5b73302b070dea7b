import type { BulkOperationRow, Db, Queryable } from '@jobflow/read-model';
import type { BulkItem, Failure } from './bulk-page.js';

/** Failures that are told one by one; more are only counted. */
export const KEPT_FAILURES = 1_000;

export interface Settled {
  items: readonly BulkItem[];
  done: number;
  failures: ReadonlyMap<number, Failure>;
  /** The last sequence that was appended; 0 for none. */
  seq: number;
}

/** Counts a page and forgets its items, in one transaction: no item is counted twice, none is lost. */
export function settlePage(db: Db, operation: BulkOperationRow, settled: Settled): Promise<void> {
  const { items, done, failures, seq } = settled;
  return db.tx(async (tx) => {
    const gone = await tx.query(
      'delete from gateway.bulk_items where operation_id = $1 and n = any($2::int[]) returning n',
      [operation.id, items.map((item) => item.n)],
    );
    if (gone.length !== items.length)
      throw new Error(`operation ${operation.id} is worked on by somebody else as well`);
    await keepFailures(tx, operation, items, failures);
    await tx.query(
      `update gateway.bulk_operations set done = done + $2, failed = failed + $3, position = greatest(position, $4) where id = $1`,
      [operation.id, done, failures.size, seq],
    );
  });
}

async function keepFailures(
  tx: Queryable,
  { id }: BulkOperationRow,
  items: readonly BulkItem[],
  failures: ReadonlyMap<number, Failure>,
): Promise<void> {
  if (failures.size === 0) return;
  const rows = items.flatMap(({ n, run_id }) => {
    const failure = failures.get(n);
    return failure ? [{ n, run_id, ...failure }] : [];
  });
  await tx.query(
    `insert into gateway.bulk_failures (operation_id, n, run_id, code, message)
     select $1, x.n, x.run_id, x.code, x.message
     from json_to_recordset($2::json) as x(n int, run_id uuid, code text, message text) order by x.n
     limit greatest(0, ${KEPT_FAILURES} - (select count(*) from gateway.bulk_failures where operation_id = $1))`,
    [id, JSON.stringify(rows)],
  );
}

/** The end of an operation: what is left of it is not done. */
export function endOperation(
  db: Db,
  { id }: Pick<BulkOperationRow, 'id'>,
  status: 'FINISHED' | 'ABORTED' | 'FAILED',
  now: number,
): Promise<void> {
  return db.tx(async (tx) => {
    await tx.query('delete from gateway.bulk_items where operation_id = $1', [id]);
    await tx.query(
      `update gateway.bulk_operations set status = $2, finished_at = $3 where id = $1 and status = 'RUNNING'`,
      [id, status, new Date(now)],
    );
  });
}
