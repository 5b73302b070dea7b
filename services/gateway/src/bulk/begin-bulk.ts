import type { Json } from '@jobflow/contracts';
import { newId } from '@jobflow/platform';
import type { BulkActionName, BulkOperationRow, BulkOptions, Queryable } from '@jobflow/read-model';
import { type Context, catchUp } from '../context/context.js';
import { badUserInput, conflict } from '../errors/refusals.js';

/** At most so many are under way at once, whoever began them. */
export const MOST_RUNNING = 20;
/** The most runs of one operation. */
export const MOST_RUNS = 500_000;
/** "bulk" in ASCII: whoever begins an operation does so alone, so that the bound on their number holds. */
const BEGIN_LOCK = 0x62756c6b;

export interface Beginning {
  action: BulkActionName;
  /** The runs it is about, as SQL over read.runs; or who writes down what it is about, and how much that is. */
  targets:
    | { sql: string; params: readonly unknown[] }
    | { insert(tx: Queryable, operationId: string): Promise<number> };
  /** It deals with their dead letters: a letter is in the hands of one operation at a time. */
  onLetters: boolean;
  filter?: Json | undefined;
  options: BulkOptions;
  reason?: string | undefined;
  undoOf?: string | undefined;
  /** What the preview counted. */
  expected?: number | undefined;
}

/**
 * Writes an operation down together with every run it is about, in one transaction: from then on it will be done,
 * whichever gateway does it. Refuses if there are not as many runs as expected.
 */
export async function beginBulk(ctx: Context, beginning: Beginning): Promise<BulkOperationRow> {
  await catchUp(ctx);
  const row = await ctx.db.tx(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [BEGIN_LOCK]);
    await refuseTooMany(tx);
    const id = newId();
    await insertOperation(tx, id, ctx, beginning);
    const total = await insertItems(tx, id, beginning);
    const ended = total === 0 ? new Date(ctx.clock.now()) : null;
    const [operation] = await tx.query<BulkOperationRow>(
      'update gateway.bulk_operations set total = $2, status = $3, finished_at = $4 where id = $1 returning *',
      [id, total, ended ? 'FINISHED' : 'RUNNING', ended],
    );
    if (beginning.undoOf) await markUndone(tx, beginning.undoOf, id);
    return operation;
  });
  if (!row) throw new Error('a row that was just inserted is gone');
  ctx.bulk.wake();
  return row;
}

async function refuseTooMany(tx: Queryable): Promise<void> {
  const [running] = await tx.query<{ n: number }>(
    `select count(*) as n from gateway.bulk_operations where status = 'RUNNING'`,
  );
  if ((running?.n ?? 0) < MOST_RUNNING) return;
  throw conflict(`${MOST_RUNNING} bulk operations are under way already: wait for one to end, or abort one.`, {
    currentCount: running?.n ?? 0,
  });
}

async function insertOperation(tx: Queryable, id: string, ctx: Context, beginning: Beginning): Promise<void> {
  const { action, filter, options, reason, undoOf } = beginning;
  await tx.query(
    `insert into gateway.bulk_operations (id, action, status, total, filter, options, reason, created_by, created_at, undo_of)
     values ($1, $2, 'RUNNING', 0, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      action,
      filter === undefined ? null : JSON.stringify(filter),
      JSON.stringify(options),
      reason ?? null,
      ctx.actor,
      new Date(ctx.clock.now()),
      undoOf ?? null,
    ],
  );
}

/** The runs as they are at this moment, each once; how many. */
async function insertItems(tx: Queryable, id: string, beginning: Beginning): Promise<number> {
  const { targets, onLetters, expected } = beginning;
  if ('insert' in targets) return targets.insert(tx, id);
  const params = [...targets.params, id, onLetters];
  const [operation, letters] = [`$${params.length - 1}::uuid`, `$${params.length}::boolean`];
  const [counted] = await tx.query<{ meant: number; taken: number }>(
    `with meant as (select id from read.runs where ${targets.sql} order by id limit ${MOST_RUNS + 1}),
       taken as (insert into gateway.bulk_items (operation_id, n, run_id, on_letter)
         select ${operation}, row_number() over (order by id), id, ${letters} from meant on conflict do nothing returning 1)
     select (select count(*) from meant) as meant, (select count(*) from taken) as taken`,
    params,
  );
  const { meant = 0, taken = 0 } = counted ?? {};
  if (meant > MOST_RUNS) {
    throw badUserInput({
      filter: `means more than ${MOST_RUNS.toLocaleString('en')} runs; narrow it, for example by createdBefore`,
    });
  }
  if (expected !== undefined && taken !== expected) {
    const elsewhere =
      meant > taken ? ` (${meant - taken} more are in the hands of another bulk operation that is under way)` : '';
    throw conflict(
      `There are ${taken} such runs now, not ${expected}${elsewhere}. Nothing was done: look again, and repeat with the new count.`,
      { currentCount: taken },
    );
  }
  return taken;
}

async function markUndone(tx: Queryable, id: string, by: string): Promise<void> {
  const marked = await tx.query(
    'update gateway.bulk_operations set undone_by = $2 where id = $1 and undone_by is null returning id',
    [id, by],
  );
  if (marked.length === 0) throw conflict('This operation was undone already.');
}
