import type { Context } from '../context/context.js';
import { checkFirst } from '../paging/check-first.js';
import { anywhere, Conditions } from '../paging/conditions.js';
import { countRows } from '../paging/count-rows.js';
import { decodeCursor } from '../paging/cursor.js';
import { afterCursor, type Order, orderBy } from '../paging/keyset.js';
import { pageOf } from '../paging/page-of.js';
import { isRunId } from '../runs/run-ids.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import type { FlowConnection } from './flow.js';
import type { FlowFilter } from './flow-input.js';
import { FLOW_COLUMNS, type FlowRow, flowOfRow } from './read-flows.js';

export interface FlowListArguments {
  filter?: FlowFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** Ids are in the order of creation. */
const order: Order = { by: 'id', unique: 'id', descending: true, types: ['uuid', 'uuid'] };
const ORDER = 'flows';

/** A page of flows, newest first. */
export async function listFlows(
  ctx: Context,
  { filter, first: size, after }: FlowListArguments,
  fields: ReadonlySet<string>,
): Promise<FlowConnection> {
  const first = checkFirst(size, 50);
  const conditions = new Conditions()
    .add('id = any(?::uuid[])', filter?.ids?.filter(isRunId))
    .add('name ilike ?', filter?.name && anywhere(filter.name))
    .add('status = any(?::text[])', filter?.statuses)
    .add('tags && ?::text[]', filter?.tags)
    .add('created_at >= ?', filter?.createdAfter)
    .add('created_at < ?', filter?.createdBefore)
    .add('jobs <@ ?::text[]', visibleJobs(ctx.principal));
  const total = fields.has('totalCount')
    ? countRows(ctx.db, `read.flows where ${conditions.sql}`, [...conditions.params])
    : null;
  if (after) afterCursor(conditions, order, decodeCursor(ORDER, 1, after));
  const [rows, totalCount] = await Promise.all([
    ctx.db.query<FlowRow>(
      `select ${FLOW_COLUMNS} from read.flows where ${conditions.sql} ${orderBy(order)} limit ${first + 1}`,
      conditions.params,
    ),
    total,
  ]);
  const page = { rows, first, continued: Boolean(after), order: ORDER, node: flowOfRow };
  return { ...pageOf({ ...page, cursor: (row: FlowRow) => [row.id] }), totalCount };
}
