import type { FlowStatus } from '@jobflow/contracts';
import { mayUseJob, type Principal } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { notFound } from '../errors/refusals.js';
import { catchUpWithLog, JUST_MADE_MS } from '../run-log/catch-up-with-log.js';
import { isRunId, madeAt } from '../runs/run-ids.js';
import type { Flow } from './flow.js';

export const FLOW_COLUMNS =
  'id, name, status, tags, jobs, queue, total, done, failed, retries, cancel_requested_at, created_at, created_by, finished_at';

export interface FlowRow {
  id: string;
  name: string | null;
  status: FlowStatus;
  tags: string[];
  jobs: string[];
  queue: string;
  total: number;
  done: number;
  failed: number;
  retries: number;
  cancel_requested_at: Date | null;
  created_at: Date;
  created_by: string | null;
  finished_at: Date | null;
}

export const flowOfRow = (row: FlowRow): Flow => ({
  id: row.id,
  name: row.name,
  status: row.status,
  tags: row.tags,
  jobs: row.jobs,
  queue: row.queue,
  total: row.total,
  done: row.done,
  failed: row.failed,
  retries: row.retries,
  cancelRequestedAt: row.cancel_requested_at,
  createdAt: row.created_at,
  createdBy: row.created_by,
  finishedAt: row.finished_at,
});

/** A key that is narrowed to some jobs sees the flows that are of these alone. */
export const mayUseFlow = (principal: Principal | undefined, flow: Pick<Flow, 'jobs'>): boolean =>
  flow.jobs.every((job) => mayUseJob(principal, job));

async function readFlow(ctx: Pick<Context, 'db'>, id: string): Promise<Flow | undefined> {
  const [row] = await ctx.db.query<FlowRow>(`select ${FLOW_COLUMNS} from read.flows where id = $1`, [id]);
  return row && flowOfRow(row);
}

/** A flow by its id. One made a moment ago, and not yet in the read model, is waited for. */
export async function findFlow(ctx: Context, id: string): Promise<Flow | undefined> {
  if (!isRunId(id)) return undefined;
  const found = await readFlow(ctx, id);
  const seen = found || Math.abs(ctx.clock.now() - madeAt(id)) > JUST_MADE_MS ? found : await readOnceFolded(ctx, id);
  return seen && mayUseFlow(ctx.principal, seen) ? seen : undefined;
}

async function readOnceFolded(ctx: Context, id: string): Promise<Flow | undefined> {
  return (await catchUpWithLog(ctx)) ? readFlow(ctx, id) : undefined;
}

export async function requireFlow(ctx: Context, id: string): Promise<Flow> {
  const flow = await findFlow(ctx, id);
  if (!flow) throw notFound('flow', id);
  return flow;
}

/** A flow beside one of its runs: batched. */
export async function loadFlow(ctx: Context, id: string): Promise<Flow | undefined> {
  const loader = ctx.loaders.of('flow', async (ids: readonly string[]) => {
    const rows = await ctx.db.query<FlowRow>(`select ${FLOW_COLUMNS} from read.flows where id = any($1::uuid[])`, [
      ids,
    ]);
    const found = new Map(rows.map((row) => [row.id, flowOfRow(row)]));
    return ids.map((one) => found.get(one));
  });
  const flow = await loader.load(id);
  return flow && mayUseFlow(ctx.principal, flow) ? flow : undefined;
}
