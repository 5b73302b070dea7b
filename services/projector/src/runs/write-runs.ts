import type { RunEventOf } from '@jobflow/contracts';
import { type CopyColumn, type CopyType, type DbSession, fieldColumns, pgJson } from '@jobflow/read-model';
import { writeFlows } from '../flows/write-flows.js';
import type { RunsFolded } from './fold-runs.js';
import { type OutboxRow, outboxRows } from './outbox-rows.js';
import { CHANGING, GIVEN, ID } from './run-columns.js';
import { isNew, type NewRunRow, type RunRow } from './run-row.js';

const ALL = [ID, ...CHANGING, ...GIVEN];
const TIMELINE: readonly CopyColumn<RunRow>[] = [
  { name: 'run_id', type: 'uuid', of: (row) => row.state.id },
  { name: 'seq', type: 'bigint', of: (row) => row.timeline?.seq },
  { name: 'events', type: 'json', of: (row) => row.timeline?.events },
];
const OUTBOX = fieldColumns<OutboxRow>('subject text, msg_id text, payload json');

/** Changed rows are copied here, and the runs are updated from it: read as JSON they would cost the server twice as much. */
const CHANGED: readonly CopyColumn<RunRow>[] = [
  ID,
  ...CHANGING,
  { name: 'has_result', type: 'bool', of: (row) => row.result !== undefined },
  { name: 'has_error', type: 'bool', of: (row) => row.error !== undefined },
];
const SQL_TYPES: Partial<Record<CopyType, string>> = { instant: 'timestamptz', texts: 'text[]', uuids: 'uuid[]' };
const CHANGED_TABLE = `create temporary table if not exists changed_runs
  (${CHANGED.map(({ name, type }) => `${name} ${SQL_TYPES[type] ?? type}`).join(', ')}) on commit delete rows`;
const assigned = ({ name, type }: CopyColumn<RunRow>): string => {
  // Given once: later batches of an ended run do not know it.
  if (name === 'ended_seq') return 'ended_seq = coalesce(x.ended_seq, r.ended_seq)';
  return type === 'json'
    ? `${name} = case when x.has_${name} then x.${name} else r.${name} end`
    : `${name} = x.${name}`;
};
const UPDATE = `update read.runs r set ${CHANGING.map(assigned).join(', ')}
  from changed_runs x where r.id = x.id and r.id = any($1::uuid[])`;
const INPUTS = `update read.runs r set input = x.input
  from json_to_recordset($1::json) as x(id uuid, input json) where r.id = x.id`;
const LIMIT_KEYS = `update read.runs r set limit_keys = x.limit_keys
  from json_to_recordset($1::json) as x(id uuid, limit_keys text[]) where r.id = x.id`;
/** What was skipped may run after all, by a backfill; what ran, ran. `noteFire` says the same within a batch. */
const FIRES = `insert into read.schedule_fires as f (schedule_id, tick, after_run, outcome, why, run_id)
  select x.schedule_id, to_timestamp(x.tick / 1000.0), x.after_run, x.outcome, x.why, x.run_id
  from json_to_recordset($1::json) as x(schedule_id text, tick float8, after_run uuid, outcome text, why text, run_id uuid)
  on conflict (schedule_id, tick, after_run) do update set outcome = excluded.outcome, why = excluded.why,
    run_id = excluded.run_id where f.outcome = 'skipped' and excluded.outcome = 'fired'`;
const LAST_TICKS = `insert into read.schedule_ticks (schedule_id, last_tick, last_fired_at, last_run_id)
  select x.schedule_id, to_timestamp(x.last_tick / 1000.0), to_timestamp(x.last_fired_at / 1000.0), x.last_run_id
  from json_to_recordset($1::json) as x(schedule_id text, last_tick float8, last_fired_at float8, last_run_id uuid)
  on conflict (schedule_id) do update set last_tick = greatest(schedule_ticks.last_tick, excluded.last_tick),
    last_fired_at = coalesce(excluded.last_fired_at, schedule_ticks.last_fired_at),
    last_run_id = coalesce(excluded.last_run_id, schedule_ticks.last_run_id)`;
const RETRIED = `update read.runs r set retried_by = array_append(r.retried_by, x.by), changed_seq = greatest(r.changed_seq, x.seq)
  from json_to_recordset($1::json) as x("of" uuid, by uuid, seq bigint) where r.id = x."of"`;

/** What the session of the writer needs. */
export async function prepareWriting(session: DbSession): Promise<void> {
  await session.query(CHANGED_TABLE);
}

/** Nobody counts the rows of a temporary table, so the planner is told how to join it: the runs by their ids, hashed. */
const BY_IDS = 'set local enable_seqscan = off; set local enable_nestloop = off; set local enable_mergejoin = off';
/** As the database, the role or the URL configures it: what this session would have had if nobody had set it. */
const AS_CONFIGURED =
  'set local enable_seqscan to default; set local enable_nestloop to default; set local enable_mergejoin to default';

async function update(tx: DbSession, rows: readonly RunRow[]): Promise<void> {
  await tx.copy('changed_runs', CHANGED, rows);
  await tx.query(BY_IDS);
  await tx.prepared('runs-update', UPDATE, [rows.map((row) => row.state.id)]);
  await tx.query(AS_CONFIGURED);
}

/** Writes the rows of runs, their timelines, ticks and effects. Counters have their own writer. */
export async function writeRuns(tx: DbSession, folded: RunsFolded): Promise<void> {
  const inserts: NewRunRow[] = [];
  const updates: RunRow[] = [];
  for (const row of folded.rows.values()) {
    if (isNew(row)) inserts.push(row);
    else updates.push(row);
  }
  const send = async (name: string, sql: string, rows: object[]) => {
    if (rows.length > 0) await tx.prepared(name, sql, [pgJson(rows)]);
  };
  if (inserts.length > 0) await tx.copy('read.runs', ALL, inserts);
  if (updates.length > 0) await update(tx, updates);
  const inputs = [...folded.rows.values()].flatMap(({ state, input }) =>
    input ? [{ id: state.id, input: input.value }] : [],
  );
  await send('runs-inputs', INPUTS, inputs);
  const rekeyed = updates.filter((row) => row.rekeyed);
  const limitKeys = rekeyed.map(({ state }) => ({ id: state.id, limit_keys: state.limitKeys ?? null }));
  await send('runs-limit-keys', LIMIT_KEYS, limitKeys);
  await writeFlows(tx, folded.flows);
  const told = updates.filter((row) => row.timeline);
  if (told.length > 0) await tx.copy('read.run_events', TIMELINE, told);
  await send('fires', FIRES, [...folded.fires.values()]);
  await send('last-ticks', LAST_TICKS, lastTicks(folded.ticks));
  await send('retried', RETRIED, folded.retried);
  const effects = outboxRows(folded);
  if (effects.length > 0) await tx.copy('read.outbox', OUTBOX, effects);
}

function lastTicks(ticks: readonly RunEventOf<'ScheduleTicked'>[]): object[] {
  const last = new Map<
    string,
    { schedule_id: string; last_tick: number; last_fired_at?: number; last_run_id?: string | undefined }
  >();
  for (const { scheduleId, tick, outcome, runId } of ticks) {
    const row = last.get(scheduleId) ?? { schedule_id: scheduleId, last_tick: tick };
    row.last_tick = Math.max(row.last_tick, tick);
    if (outcome === 'fired') Object.assign(row, { last_fired_at: tick, last_run_id: runId });
    last.set(scheduleId, row);
  }
  return [...last.values()];
}
