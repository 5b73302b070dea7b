import { type DbSession, fieldColumns, pgJson } from '@jobflow/read-model';
import type { FlowRow } from './fold-flow.js';

const NODES = fieldColumns<ReturnType<typeof nodeRows>[number]>(
  'flow_id uuid, n int, key text, run_id uuid, depends_on uuids, runs_anyway bool, delay_ms bigint',
);
const FLOWS = fieldColumns<ReturnType<typeof givenColumns>>(
  `id uuid, name text, status text, tags texts, jobs texts, queue text, callback_url text, idempotency_key text, total int,
  done int, failed int, cancel_requested_at instant, cancel_reason text, retries int, created_at instant, created_by text,
  finished_at instant, changed_seq bigint`,
);
const UPDATE = `update read.flows f set status = x.status, done = x.done, failed = x.failed, cancel_reason = x.cancel_reason,
    cancel_requested_at = to_timestamp(x.cancel_requested_at / 1000.0), finished_at = to_timestamp(x.finished_at / 1000.0),
    retries = x.retries, changed_seq = x.changed_seq
  from json_to_recordset($1::json) as x(id uuid, status text, done int, failed int, cancel_requested_at float8,
    cancel_reason text, finished_at float8, retries int, changed_seq bigint)
  where f.id = x.id`;

/** Writes the rows of flows, and the nodes of new ones. */
export async function writeFlows(tx: DbSession, flows: ReadonlyMap<string, FlowRow>): Promise<void> {
  if (flows.size === 0) return;
  const rows = [...flows.values()];
  const created = rows.filter((row) => row.created);
  const changed = rows.filter((row) => !row.created);
  if (created.length > 0) {
    await tx.copy('read.flows', FLOWS, created.map(givenColumns));
    await tx.copy('read.flow_nodes', NODES, created.flatMap(nodeRows));
  }
  if (changed.length > 0) await tx.prepared('flows-update', UPDATE, [pgJson(changed.map(changingColumns))]);
}

const changingColumns = ({ state: s, changedSeq }: FlowRow) => ({
  id: s.id,
  status: s.status,
  done: s.done,
  failed: s.failed,
  cancel_requested_at: s.cancelRequestedAt,
  cancel_reason: s.cancelReason,
  finished_at: s.finishedAt,
  retries: s.retries,
  changed_seq: changedSeq,
});

const givenColumns = (row: FlowRow) => ({
  ...changingColumns(row),
  name: row.created?.name,
  tags: row.created?.tags ?? [],
  jobs: [...new Set(row.created?.nodes.map(({ job }) => job))],
  queue: row.created?.queue,
  callback_url: row.state.callbackUrl,
  idempotency_key: row.created?.idempotencyKey,
  total: row.state.graph.nodes.length,
  created_at: row.created?.createdAt,
  created_by: row.created?.createdBy,
});

const nodeRows = ({ state: { id, graph } }: FlowRow) =>
  graph.nodes.map(({ key, runId, parents, runsAnyway, delayMs }, n) => ({
    flow_id: id,
    n,
    key,
    run_id: runId,
    depends_on: parents.map((parent) => graph.nodes[parent]?.runId ?? ''),
    runs_anyway: runsAnyway,
    delay_ms: delayMs,
  }));
