import { type FlowStatus, isTerminal, type RunStatus } from '@jobflow/contracts';
import { type FlowState, graphOf, type NodeEnd } from '@jobflow/domain';
import type { Queryable } from '@jobflow/read-model';

interface FlowRow {
  id: string;
  callback_url: string | null;
  status: FlowStatus;
  done: number;
  failed: number;
  cancel_requested_at: Date | null;
  cancel_reason: string | null;
  finished_at: Date | null;
  retries: number;
}
interface NodeRow {
  flow_id: string;
  key: string;
  run_id: string;
  depends_on: string[];
  runs_anyway: boolean;
  delay_ms: number | null;
  status: RunStatus | null;
}

const FLOWS = `select id, callback_url, status, done, failed, cancel_requested_at, cancel_reason, finished_at, retries
  from read.flows where id = any($1::uuid[])`;
/** One look-up by key for each run: a join might be planned as a scan of all runs. */
const NODES = `select flow_id, key, run_id, depends_on, runs_anyway, delay_ms,
    (select r.status from read.runs r where r.id = n.run_id) as status
  from read.flow_nodes n where flow_id = any($1::uuid[]) order by flow_id, n`;

/** These flows as Postgres holds them; how their nodes ended is in the rows of their runs. Unknown ids are missing. */
export async function loadFlows(db: Queryable, ids: readonly string[]): Promise<FlowState[]> {
  const rows = await db.query<FlowRow>(FLOWS, [ids]);
  if (rows.length === 0) return [];
  const nodes = Map.groupBy(await db.query<NodeRow>(NODES, [ids]), (node) => node.flow_id);
  return rows.map((row) => flowOf(row, nodes.get(row.id) ?? []));
}

function flowOf(row: FlowRow, nodes: readonly NodeRow[]): FlowState {
  const places = new Map(nodes.map((node, n) => [node.run_id, n]));
  return {
    id: row.id,
    callbackUrl: row.callback_url ?? undefined,
    graph: graphOf(
      nodes.map((node) => ({
        key: node.key,
        runId: node.run_id,
        parents: node.depends_on.flatMap((parent) => places.get(parent) ?? []),
        runsAnyway: node.runs_anyway,
        ...(node.delay_ms !== null && { delayMs: node.delay_ms }),
      })),
    ),
    ends: nodes.map(({ status }) => (status !== null && isTerminal(status) ? (status as NodeEnd) : undefined)),
    status: row.status,
    done: row.done,
    failed: row.failed,
    cancelRequestedAt: row.cancel_requested_at?.getTime(),
    cancelReason: row.cancel_reason ?? undefined,
    finishedAt: row.finished_at?.getTime(),
    retries: row.retries,
  };
}
