import type { RunEventOf } from '@jobflow/contracts';
import { type CopyColumn, type CopyType, type DbSession, pgJson } from '@jobflow/read-model';
import type { RunsFolded } from './fold-runs.js';
import { outboxRows } from './outbox-rows.js';
import { changingColumns, givenColumns, type RunRow } from './run-row.js';

const columns = (spec: string): CopyColumn[] =>
  spec
    .trim()
    .split(/,\s*/)
    .map((column) => column.split(' ') as [string, CopyType])
    .map(([name, type]) => ({ name, type }));

const ID: CopyColumn = { name: 'id', type: 'uuid' };
const CHANGING =
  columns(`status text, priority smallint, attempt smallint, max_attempts smallint, delivery int, claim int, started bool,
  alone bool, losses smallint, lost_workers texts, progress real, progress_message text, worker_id text, due_at instant, queued_at instant, started_at instant,
  finished_at instant, next_attempt_at instant, wait_ms int, duration_ms int, cancel_requested_at instant, cancel_reason text,
  dead_letter text, operations uuids, fingerprint text, wait_reason text, wait_since instant, limit_key text, limited_since instant, queued_seq bigint, reschedules int,
  superseded bool, revision int, timeline_count int, changed_seq bigint,
  result json, error json`);
const GIVEN =
  columns(`job text, job_revision int, kind text, spec json, policy json, queue text, input json, tags texts, created_at instant,
  created_by text, expires_at instant, idempotency_key text, unique_key text, callback_url text, test bool, retry_of uuid,
  schedule_id text, fire_at instant, trace_id text, limit_keys texts`);
const ALL = [ID, ...CHANGING, ...GIVEN];
const TIMELINE = columns('run_id uuid, seq bigint, events json');
const OUTBOX = columns('subject text, msg_id text, payload json');

/** How a column is named in a record of JSON, and read from it. */
const RECORD_TYPES: Partial<Record<CopyType, string>> = { instant: 'float8', texts: 'text[]', uuids: 'uuid[]' };
const recordType = ({ name, type }: CopyColumn) => `${name} ${RECORD_TYPES[type] ?? type}`;
const assigned = ({ name, type }: CopyColumn): string => {
  if (type === 'instant') return `${name} = to_timestamp(x.${name} / 1000.0)`;
  return type === 'json'
    ? `${name} = case when x.has_${name} then x.${name} else r.${name} end`
    : `${name} = x.${name}`;
};
const UPDATE = `update read.runs r set ${CHANGING.map(assigned).join(', ')}
  from json_to_recordset($1::json) as x(${[ID, ...CHANGING].map(recordType).join(', ')}, has_result bool, has_error bool)
  where r.id = x.id and r.id >= $2 and r.id <= $3`;
const TICKS = `insert into read.schedule_fires (schedule_id, tick, outcome, why, run_id)
  select x.schedule_id, to_timestamp(x.tick / 1000.0), x.outcome, x.why, x.run_id
  from json_to_recordset($1::json) as x(schedule_id text, tick float8, outcome text, why text, run_id uuid)
  on conflict (schedule_id, tick) do nothing`;
const LAST_TICKS = `insert into read.schedule_ticks (schedule_id, last_tick, last_fired_at, last_run_id)
  select x.schedule_id, to_timestamp(x.last_tick / 1000.0), to_timestamp(x.last_fired_at / 1000.0), x.last_run_id
  from json_to_recordset($1::json) as x(schedule_id text, last_tick float8, last_fired_at float8, last_run_id uuid)
  on conflict (schedule_id) do update set last_tick = greatest(schedule_ticks.last_tick, excluded.last_tick),
    last_fired_at = coalesce(excluded.last_fired_at, schedule_ticks.last_fired_at),
    last_run_id = coalesce(excluded.last_run_id, schedule_ticks.last_run_id)`;
const RETRIED = `update read.runs r set retried_by = array_append(r.retried_by, x.by), changed_seq = greatest(r.changed_seq, x.seq)
  from json_to_recordset($1::json) as x("of" uuid, by uuid, seq bigint) where r.id = x."of"`;

/** Writes the rows of runs, their timelines, ticks and effects. Counters have their own writer. */
export async function writeRuns(tx: DbSession, folded: RunsFolded): Promise<void> {
  const inserts: object[] = [];
  const updates: RunRow[] = [];
  for (const row of folded.rows.values()) {
    if (row.definition)
      inserts.push({ ...changingColumns(row), ...givenColumns({ ...row, definition: row.definition }) });
    else updates.push(row);
  }
  const send = async (name: string, sql: string, rows: object[], ...more: unknown[]) => {
    if (rows.length > 0) await tx.prepared(name, sql, [pgJson(rows), ...more]);
  };
  if (inserts.length > 0) await tx.copy('read.runs', ALL, inserts);
  if (updates.length > 0) {
    const ids = updates.map((row) => row.state.id).sort();
    await send('runs-update', UPDATE, updates.map(changingColumns), ids[0], ids.at(-1));
  }
  const timelines = [...folded.timelines].map(([run_id, { seq, events }]) => ({ run_id, seq, events }));
  if (timelines.length > 0) await tx.copy('read.run_events', TIMELINE, timelines);
  await send(
    'ticks',
    TICKS,
    folded.ticks.map((t) => ({
      schedule_id: t.scheduleId,
      tick: t.tick,
      outcome: t.outcome,
      why: t.why,
      run_id: t.runId,
    })),
  );
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
