import type { JobState } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { checkFirst } from '../paging/check-first.js';
import { anywhere, Conditions } from '../paging/conditions.js';
import { decodeCursor } from '../paging/cursor.js';
import { afterCursor, type Order, orderBy } from '../paging/keyset.js';
import { pageOf } from '../paging/page-of.js';
import { visibleJobs } from '../runs/visible-jobs.js';
import type { JobConnection } from './job.js';
import type { JobFilter, JobSort, JobSortField } from './job-list-input.js';
import { SUCCESS_RATE } from './job-stats.js';
import { allNextRuns } from './next-runs.js';

export interface JobListArguments {
  filter?: JobFilter | null | undefined;
  sort?: JobSort | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

const columns: Record<JobSortField, [by: string, type: string]> = {
  NAME: ['j.name', 'text'],
  KIND: ['j.kind', 'text'],
  QUEUE: ['j.queue', 'text'],
  PRIORITY: ['j.priority', 'smallint'],
  LAST_RUN: ['s.last_at', 'timestamptz'],
  NEXT_RUN: ['n.at', 'timestamptz'],
  SUCCESS_RATE: [SUCCESS_RATE, 'float8'],
  UPDATED_AT: ['j.updated_at', 'timestamptz'],
};

interface Row {
  name: string;
  definition: JobState;
  by: Date | string | number | null;
}

/** A page of jobs, by name unless sorted otherwise. */
export async function listJobs(
  ctx: Context,
  args: JobListArguments,
  fields: ReadonlySet<string>,
): Promise<JobConnection> {
  const first = checkFirst(args.first, 50);
  const field = args.sort?.by ?? 'NAME';
  const descending = args.sort?.descending ?? false;
  const [by, type] = columns[field];
  const order: Order = { by, unique: 'j.name', descending, types: [type, 'text'] };
  const name = `jobs ${field} ${descending}`;
  const single = by === order.unique;

  const conditions = jobConditions(args.filter, visibleJobs(ctx.principal));
  const tables = await tablesFor(ctx, field, conditions);
  const total = fields.has('totalCount') ? countJobs(ctx, tables, conditions.sql, [...conditions.params]) : null;
  if (args.after) afterCursor(conditions, order, decodeCursor(name, single ? 1 : 2, args.after));
  const rows = ctx.db.query<Row>(
    `select j.name, j.definition, ${by} as by from ${tables} where ${conditions.sql} ${orderBy(order)} limit ${first + 1}`,
    conditions.params,
  );
  const [found, totalCount] = await Promise.all([rows, total]);
  const cursor = (row: Row) =>
    single ? [row.name] : [row.by instanceof Date ? row.by.toISOString() : row.by, row.name];
  return {
    ...pageOf({
      rows: found,
      first,
      continued: Boolean(args.after),
      order: name,
      node: (row) => row.definition,
      cursor,
    }),
    totalCount,
  };
}

/** When a job is next due is known to the gateway alone, so it joins as a table of its own. */
async function tablesFor(ctx: Context, field: JobSortField, conditions: Conditions): Promise<string> {
  const tables = 'read.jobs j left join read.job_stats s on s.job = j.name';
  if (field !== 'NEXT_RUN') return tables;
  const next = await allNextRuns(ctx);
  const jobs = conditions.param([...next.keys()]);
  const times = conditions.param([...next.values()].map((at) => new Date(at)));
  return `${tables} left join unnest(${jobs}::text[], ${times}::timestamptz[]) as n(job, at) on n.job = j.name`;
}

function jobConditions(filter: JobFilter | null | undefined, jobs: readonly string[] | undefined): Conditions {
  const conditions = new Conditions().always('j.deleted_at is null').add('j.name = any(?::text[])', jobs);
  if (!filter) return conditions;
  conditions
    .add('j.name = any(?::text[])', filter.names)
    .add('j.kind = any(?::text[])', filter.kinds)
    .add('j.queue = any(?::text[])', filter.queues)
    .add('j.tags && ?::text[]', filter.tags)
    .add('j.enabled = ?', filter.enabled)
    .add('s.last_status = any(?::text[])', filter.lastStatuses)
    .add('j.priority >= ?', filter.priorityMin)
    .add('j.priority <= ?', filter.priorityMax)
    .add('s.last_at >= ?', filter.lastRunAfter)
    .add('s.last_at < ?', filter.lastRunBefore)
    .add(`${SUCCESS_RATE} < ?`, filter.successRateBelow);
  if (filter.search) {
    const like = conditions.param(anywhere(filter.search));
    const plain = conditions.param(filter.search);
    conditions.always(
      `j.name ilike ${like} or j.title ilike ${like} or j.definition ->> 'description' ilike ${like} or ${plain} = any(j.tags)`,
    );
  }
  return conditions;
}

async function countJobs(ctx: Context, tables: string, where: string, params: unknown[]): Promise<number> {
  const [row] = await ctx.db.query<{ n: number }>(`select count(*) as n from ${tables} where ${where}`, params);
  return row?.n ?? 0;
}
