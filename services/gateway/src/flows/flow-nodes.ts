import type { Queryable } from '@jobflow/read-model';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { catchUpWithLog, JUST_MADE_MS } from '../run-log/catch-up-with-log.js';
import type { Run } from '../runs/run.js';
import { columnsFor, type RunRow, runOfRow } from '../runs/run-row.js';
import type { Flow, FlowNode } from './flow.js';

interface NodeRow {
  flow_id: string;
  key: string;
  run_id: string;
  depends_on: string[];
  runs_anyway: boolean;
}

/** Inputs and results have up to 256 KiB each, so of larger flows they are asked for by the page. */
const HEAVY_NODES = 100;

/** The nodes of a flow in their order, with their runs as they are now. */
export async function nodesOf(ctx: Context, flow: Flow, fields: ReadonlySet<string>): Promise<FlowNode[]> {
  if (flow.born) return flow.born;
  if (flow.total > HEAVY_NODES && (fields.has('input') || fields.has('result'))) {
    const what = `of a flow of more than ${HEAVY_NODES} nodes are answered by runs(filter: {flowId: "${flow.id}"}), page by page`;
    throw badUserInput({ nodes: `input and result ${what}` });
  }
  const columns = columnsFor(fields);
  const loader = ctx.loaders.of(`flow nodes ${columns}`, (ids: readonly string[]) => readNodes(ctx.db, ids, columns));
  const nodes = (await loader.load(flow.id)) ?? [];
  if (nodes.length === flow.total || ctx.clock.now() - flow.createdAt.getTime() > JUST_MADE_MS) return nodes;
  // The projector may be between the flow and its runs, which follow it in the log.
  await catchUpWithLog(ctx);
  return (await readNodes(ctx.db, [flow.id], columns))[0] ?? [];
}

async function readNodes(db: Queryable, flowIds: readonly string[], columns: string): Promise<FlowNode[][]> {
  const nodes = await db.query<NodeRow>(
    'select flow_id, key, run_id, depends_on, runs_anyway from read.flow_nodes where flow_id = any($1::uuid[]) order by flow_id, n',
    [flowIds],
  );
  const rows = await db.query<RunRow>(`select ${columns} from read.runs where id = any($1::uuid[])`, [
    nodes.map(({ run_id }) => run_id),
  ]);
  const runs = new Map(rows.map((row) => [row.id, runOfRow(row)]));
  const byFlow = Map.groupBy(nodes, ({ flow_id }) => flow_id);
  return flowIds.map((id) => nodesFrom(byFlow.get(id) ?? [], runs));
}

function nodesFrom(rows: readonly NodeRow[], runs: ReadonlyMap<string, Run>): FlowNode[] {
  const keys = new Map(rows.map(({ run_id, key }) => [run_id, key]));
  return rows.flatMap((row) => {
    // A run that is kept no longer has no node to show.
    const run = runs.get(row.run_id);
    if (!run) return [];
    const dependsOn = row.depends_on.flatMap((id) => keys.get(id) ?? []);
    return [{ key: row.key, run, dependsOn, onDependencyFailure: row.runs_anyway ? 'RUN' : 'CANCEL' } as const];
  });
}

export interface Neighbours {
  dependsOn: string[];
  dependents: string[];
}
const ALONE: Neighbours = { dependsOn: [], dependents: [] };

const NEIGHBOURS = `select c.run_id, c.depends_on, array(
    select d.run_id from read.flow_nodes d where d.flow_id = c.flow_id and c.run_id = any(d.depends_on) order by d.n) as dependents
  from read.flow_nodes c where c.flow_id = any($1::uuid[]) and c.run_id = any($2::uuid[])`;

/** Which runs of its flow a run depends on, and which depend on it: batched. */
export async function neighboursOf(ctx: Context, run: Pick<Run, 'id' | 'flowId'>): Promise<Neighbours> {
  const { flowId } = run;
  if (!flowId) return ALONE;
  const loader = ctx.loaders.of('flow neighbours', async (keys: readonly string[]) => {
    const pairs = keys.map((key) => key.split(' ') as [string, string]);
    const flowIds = [...new Set(pairs.map(([flow]) => flow))];
    const ids = pairs.map(([, id]) => id);
    const rows = await ctx.db.query<{ run_id: string; depends_on: string[]; dependents: string[] }>(NEIGHBOURS, [
      flowIds,
      ids,
    ]);
    const found = new Map(rows.map((row) => [row.run_id, { dependsOn: row.depends_on, dependents: row.dependents }]));
    return ids.map((id) => found.get(id));
  });
  return (await loader.load(`${flowId} ${run.id}`)) ?? ALONE;
}

const UNENDED_PARENTS = `select p.key, p.run_id from read.flow_nodes c
  join read.flow_nodes p on p.flow_id = c.flow_id and p.run_id = any(c.depends_on)
  where c.flow_id = $1 and c.run_id = $2 and not exists (
    select from read.runs r where r.id = p.run_id and r.status in ('SUCCEEDED','FAILED','CANCELLED','EXPIRED'))
  order by p.n`;

/** What a blocked run still waits for. */
export async function unendedParents(db: Queryable, run: Pick<Run, 'id' | 'flowId'>) {
  if (!run.flowId) return [];
  const rows = await db.query<{ key: string; run_id: string }>(UNENDED_PARENTS, [run.flowId, run.id]);
  return rows.map(({ key, run_id }) => ({ key, runId: run_id }));
}
