import type { Context } from '../context/context.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { Conditions } from '../paging/conditions.js';
import { decodeCursor } from '../paging/cursor.js';
import { afterCursor, type Order, orderBy } from '../paging/keyset.js';
import { pageOf } from '../paging/page-of.js';
import { isRunId } from '../runs/run-ids.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import type { Delivery, DeliveryAttempt, DeliveryConnection, DeliveryFilter, DeliveryStatus } from './delivery.js';

interface Row {
  id: string;
  channel_id: string | null;
  kind: Delivery['kind'];
  target: string;
  run_id: string | null;
  job: string | null;
  event: string;
  body: string;
  status: DeliveryStatus;
  reason: string | null;
  attempts: DeliveryAttempt[];
  next_attempt_at: Date | null;
  created_at: Date;
}

const COLUMNS =
  'id, channel_id, kind, target, run_id, job, event, body, status, reason, attempts, next_attempt_at, created_at';

const order: Order = { by: 'created_at', unique: 'id', descending: true, types: ['timestamptz', 'uuid'] };
const ORDER = 'deliveries';

export interface DeliveryListArguments {
  filter?: DeliveryFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** A page of deliveries, newest first. */
export async function listDeliveries(ctx: Context, args: DeliveryListArguments): Promise<DeliveryConnection> {
  const first = checkFirst(args.first, 50);
  const conditions = deliveryConditions(args.filter, visibleJobs(ctx.principal));
  if (args.after) afterCursor(conditions, order, decodeCursor(ORDER, 2, args.after));
  const rows = await ctx.db.query<Row>(
    `select ${COLUMNS} from read.deliveries where ${conditions.sql} ${orderBy(order)} limit ${first + 1}`,
    conditions.params,
  );
  const cursor = (row: Row) => [row.created_at.toISOString(), row.id];
  return pageOf({ rows, first, continued: Boolean(args.after), order: ORDER, node: deliveryOf, cursor });
}

export function deliveryConditions(filter: DeliveryFilter | null | undefined, jobs?: readonly string[]): Conditions {
  const conditions = new Conditions().add('job = any(?::text[])', jobs);
  if (!filter) return conditions;
  conditions
    .add('channel_id = ?', filter.channelId)
    .add('job = ?', filter.job)
    .add('status = any(?::text[])', filter.statuses)
    .add(`(status = 'SUCCEEDED') = ?`, filter.succeeded)
    .add('event = any(?::text[])', filter.events)
    .add('created_at >= ?', filter.createdAfter)
    .add('created_at < ?', filter.createdBefore);
  if (filter.runId) conditions.always('run_id = any(?::uuid[])', [filter.runId].filter(isRunId));
  return conditions;
}

/** Those that changed after this sequence, oldest change first. */
export async function changedDeliveries(
  ctx: Pick<Context, 'db'>,
  filter: DeliveryFilter | null | undefined,
  jobs: readonly string[] | undefined,
  after: number,
): Promise<{ delivery: Delivery; changedSeq: number }[]> {
  const conditions = deliveryConditions(filter, jobs).always('changed_seq > ?', after);
  const rows = await ctx.db.query<Row & { changed_seq: number }>(
    `select ${COLUMNS}, changed_seq from read.deliveries where ${conditions.sql} order by changed_seq limit ${maxList}`,
    conditions.params,
  );
  return rows.map((row) => ({ delivery: deliveryOf(row), changedSeq: row.changed_seq }));
}

export async function findDelivery(ctx: Context, id: string): Promise<Delivery | undefined> {
  if (!isRunId(id)) return undefined;
  const conditions = deliveryConditions(undefined, visibleJobs(ctx.principal)).always('id = ?::uuid', id);
  const [row] = await ctx.db.query<Row>(
    `select ${COLUMNS} from read.deliveries where ${conditions.sql}`,
    conditions.params,
  );
  return row && deliveryOf(row);
}

/** A run's deliveries, oldest first; batched. */
export async function deliveriesOfRun(ctx: Pick<Context, 'db' | 'loaders'>, runId: string): Promise<Delivery[]> {
  const loader = ctx.loaders.of('run-deliveries', async (ids: readonly string[]) => {
    const found = new Map<string, Delivery[]>();
    const rows = await ctx.db.query<Row>(
      `select d.* from unnest($1::uuid[]) as wanted(id) cross join lateral (
         select ${COLUMNS} from read.deliveries where run_id = wanted.id order by created_at, id limit ${maxList}) as d`,
      [ids],
    );
    for (const row of rows) {
      const delivery = deliveryOf(row);
      found.set(row.run_id ?? '', [...(found.get(row.run_id ?? '') ?? []), delivery]);
    }
    return ids.map((id) => found.get(id) ?? []);
  });
  return (await loader.load(runId)) ?? [];
}

function deliveryOf(row: Row): Delivery {
  return {
    id: row.id,
    channelId: row.channel_id,
    kind: row.kind,
    target: row.target,
    runId: row.run_id,
    job: row.job,
    event: row.event,
    status: row.status,
    reason: row.reason,
    // Every attempt sends the same bytes; they are kept once.
    attempts: row.attempts.map((attempt) => ({ ...attempt, requestBody: row.body })),
    nextAttemptAt: row.next_attempt_at,
    createdAt: row.created_at,
  };
}
