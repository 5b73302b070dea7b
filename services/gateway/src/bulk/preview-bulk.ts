import type { BulkActionName } from '@jobflow/read-model';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { isTimeout } from '../paging/count-rows.js';
import type { FacetCount } from '../runs/run-details.js';
import type { RunFilter } from '../runs/run-filter.js';
import { columnsFor, type RunRow, runOfRow } from '../runs/run-row.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import { isFilterAction, isUndoable } from './bulk-enums.js';
import type { BulkPreview } from './bulk-operation.js';
import { bulkTargets } from './bulk-targets.js';

const SHOWN = 5;

/** What a bulk operation would do now: its count and `asOf` go into the mutation. Nothing is changed. */
export async function previewBulk(
  ctx: Context,
  action: BulkActionName,
  filter: RunFilter,
  fields: ReadonlySet<string>,
): Promise<BulkPreview> {
  if (!isFilterAction(action)) {
    throw badUserInput({
      action: 'must be CANCEL, RETRY, REDRIVE, DISCARD or RESCHEDULE: others are not done over a filter',
    });
  }
  const asOf = new Date(ctx.clock.now());
  const { sql, params } = bulkTargets(action, filter, asOf, visibleJobs(ctx.principal));
  const [byStatus, sample] = await Promise.all([
    ctx.db
      .query<FacetCount>(
        `select status as value, count(*) as count from read.runs where ${sql} group by 1 order by 2 desc, 1`,
        params,
      )
      .catch((error: unknown) => {
        if (!isTimeout(error)) throw error;
        throw badUserInput({ filter: 'means more runs than can be counted; narrow it, for example by createdAfter' });
      }),
    fields.has('sample')
      ? ctx.db.query<RunRow>(
          `select ${columnsFor(fields)} from read.runs where ${sql} order by id desc limit ${SHOWN}`,
          params,
        )
      : [],
  ]);
  return {
    count: byStatus.reduce((sum, { count }) => sum + count, 0),
    asOf,
    byStatus,
    sample: sample.map(runOfRow),
    undoable: isUndoable(action),
  };
}
