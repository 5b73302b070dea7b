import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { isTimeout } from '../paging/count-rows.js';
import { runConditions } from './run-conditions.js';
import type { FacetCount } from './run-details.js';
import type { RunFacet } from './run-enums.js';
import type { RunFilter } from './run-filter.js';
import { visibleJobs } from './visible-jobs.js';

const columns: Record<RunFacet, string> = {
  STATUS: 'status',
  JOB: 'job',
  QUEUE: 'queue',
  KIND: 'kind',
  TAG: 'unnest(tags)',
  WORKER: 'worker_id',
  FINGERPRINT: 'fingerprint',
  PRIORITY: 'priority::text',
};

const SLOWEST_MS = 5_000;

/** How the runs of a filter divide, the largest group first. Runs without the property are in no group. */
export async function countFacet(
  ctx: Context,
  by: RunFacet,
  filter: RunFilter | null | undefined,
  first: number | null | undefined,
): Promise<FacetCount[]> {
  const size = checkFirst(first, 20, maxList);
  const { sql, params } = runConditions(filter, visibleJobs(ctx.principal));
  const count = `select value, count(*) as count from (select ${columns[by]} as value from read.runs where ${sql}) as runs
    where value is not null group by value order by count desc, value limit ${size}`;
  try {
    return await ctx.db.tx(async (tx) => {
      await tx.query(`set local statement_timeout = ${SLOWEST_MS}`);
      return tx.query<FacetCount>(count, params);
    });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw badUserInput({
      filter: 'means more runs than can be counted in 5 s; narrow it, for example by createdAfter',
    });
  }
}
