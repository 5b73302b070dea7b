import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst } from '../paging/check-first.js';
import { isTimeout } from '../paging/count-rows.js';
import { decodeCursor } from '../paging/cursor.js';
import { pageOf } from '../paging/page-of.js';
import { runConditions } from '../runs/run-conditions.js';
import type { RunFilter } from '../runs/run-filter.js';
import { columnsFor, type RunRow, runOfRow } from '../runs/run-row.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import type { DeadLetterGroup, DeadLetterGroupConnection } from './dead-letter-group.js';

interface Row {
  fingerprint: string;
  count: number;
  first_at: Date;
  last_at: Date;
  sample: string;
  groups: number;
}

const ORDER = 'dead letter groups';
const SLOWEST_MS = 5_000;

export interface DeadLetterArguments {
  filter?: RunFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/**
 * Open dead letters by their mistake, the largest group first. A page goes on behind the cursor's size and fingerprint:
 * a group that grew past it meanwhile is on an earlier page.
 */
export async function listDeadLetters(
  ctx: Context,
  args: DeadLetterArguments,
  fields: ReadonlySet<string>,
): Promise<DeadLetterGroupConnection> {
  const first = checkFirst(args.first, 50);
  const conditions = runConditions(args.filter, visibleJobs(ctx.principal));
  const where = `dead_letter = 'OPEN' and ${conditions.sql}`;
  const params = [...conditions.params];
  let beyond = 'true';
  if (args.after) {
    params.push(...decodeCursor(ORDER, 2, args.after));
    const [size, print] = [`$${params.length - 1}::bigint`, `$${params.length}::text`];
    beyond = `(count < ${size} or (count = ${size} and fingerprint > ${print}))`;
  }
  const rows = await grouped(
    ctx,
    `with groups as (
       select coalesce(fingerprint, '') as fingerprint, count(*) as count, min(finished_at) as first_at,
         max(finished_at) as last_at, max(id::text) as sample
       from read.runs where ${where} group by 1)
     select *, (select count(*) from groups) as groups from groups where ${beyond}
     order by count desc, fingerprint limit ${first + 1}`,
    params,
  );
  const groups = await withSamples(ctx, rows, fields);
  const cursor = (group: DeadLetterGroup) => [group.count, group.fingerprint];
  const page = pageOf({ rows: groups, first, continued: Boolean(args.after), order: ORDER, node: (it) => it, cursor });
  return { ...page, totalCount: rows[0]?.groups ?? (args.after ? null : 0) };
}

async function grouped(ctx: Context, sql: string, params: readonly unknown[]): Promise<Row[]> {
  try {
    return await ctx.db.tx(async (tx) => {
      await tx.query(`set local statement_timeout = ${SLOWEST_MS}`);
      return tx.query<Row>(sql, params);
    });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw badUserInput({
      filter: 'means more dead letters than can be grouped in 5 s; narrow it, for example by createdAfter',
    });
  }
}

/** A group whose sample was dropped with its day in this very moment is left out. */
async function withSamples(
  ctx: Context,
  rows: readonly Row[],
  fields: ReadonlySet<string>,
): Promise<DeadLetterGroup[]> {
  const runs = await ctx.db.query<RunRow>(`select ${columnsFor(fields)} from read.runs where id = any($1::uuid[])`, [
    rows.map((row) => row.sample),
  ]);
  const samples = new Map(runs.map((row) => [row.id, runOfRow(row)]));
  return rows.flatMap((row) => {
    const sample = samples.get(row.sample);
    if (!sample) return [];
    const { fingerprint, count, first_at: firstAt, last_at: lastAt } = row;
    return { fingerprint, message: sample.error?.message ?? '', job: sample.job, count, firstAt, lastAt, sample };
  });
}
