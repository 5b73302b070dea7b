import { deadLetterSubject, effectSubject, type RunEventOf } from '@jobflow/contracts';
import type { DbSession } from '@jobflow/read-model';
import { pgJson } from '../projection/pg-json.js';
import type { RunsFolded } from './fold-runs.js';
import { changingColumns, givenColumns, type RunRow } from './run-row.js';

const CHANGING = `id uuid, status text, priority smallint, attempt smallint, max_attempts smallint, delivery int, claim int, started bool,
  losses smallint, progress real, progress_message text, worker_id text, due_at float8, queued_at float8, started_at float8,
  finished_at float8, next_attempt_at float8, wait_ms int, duration_ms int, cancel_requested_at float8, cancel_reason text,
  dead_letter text, fingerprint text, wait_reason text, wait_since float8, limit_key text, limited_since float8, revision int, timeline_count int, changed_seq bigint,
  has_result bool, result json, has_error bool, error json`;
const GIVEN = `job text, job_revision int, kind text, spec json, policy json, queue text, input json, tags text[], created_at float8,
  created_by text, expires_at float8, idempotency_key text, unique_key text, callback_url text, test bool, retry_of uuid,
  schedule_id text, fire_at float8, trace_id text, limit_keys text[]`;

const instants = new Set([
  'due_at',
  'queued_at',
  'started_at',
  'finished_at',
  'next_attempt_at',
  'cancel_requested_at',
  'wait_since',
  'limited_since',
  'created_at',
  'expires_at',
  'fire_at',
]);
const namesOf = (columns: string) => [...columns.matchAll(/(\w+) [\w[\]]+(?:,|$)/g)].map((match) => match[1] ?? '');
const changingNames = namesOf(CHANGING).filter((name) => !name.startsWith('has_') && name !== 'id');
const givenNames = namesOf(GIVEN);
const read = (name: string) => (instants.has(name) ? `to_timestamp(x.${name} / 1000.0)` : `x.${name}`);

const allNames = ['id', ...changingNames, ...givenNames];
const INSERT = `insert into read.runs (${allNames.join(', ')})
  select ${allNames.map(read).join(', ')} from json_to_recordset($1::json) as x(${CHANGING}, ${GIVEN})`;
const UPDATE = `update read.runs r set ${changingNames
  .map((name) =>
    name === 'result' || name === 'error'
      ? `${name} = case when x.has_${name} then x.${name} else r.${name} end`
      : `${name} = ${read(name)}`,
  )
  .join(', ')}
  from json_to_recordset($1::json) as x(${CHANGING}) where r.id = x.id and r.id >= $2 and r.id <= $3`;
const TIMELINES = `insert into read.run_events (run_id, seq, events)
  select x.run_id, x.seq, x.events from json_to_recordset($1::json) as x(run_id uuid, seq bigint, events json)`;
const OUTBOX = `insert into read.outbox (subject, msg_id, payload)
  select x.subject, x.msg_id, x.payload from json_to_recordset($1::json) as x(subject text, msg_id text, payload json)`;
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
  await send('runs-insert', INSERT, inserts);
  if (updates.length > 0) {
    const ids = updates.map((row) => row.state.id).sort();
    await send('runs-update', UPDATE, updates.map(changingColumns), ids[0], ids.at(-1));
  }
  const timelines = [...folded.timelines].map(([run_id, { seq, events }]) => ({ run_id, seq, events }));
  await send('timelines', TIMELINES, timelines);
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
  await send('outbox', OUTBOX, outboxOf(folded));
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

const CHUNK = 500;

/** What must follow, under ids that name the batch: relayed twice, it is stored once. */
export function outboxOf({
  firstSeq,
  lastSeq,
  queueRuns,
  notifyRuns,
  deadLetters,
}: RunsFolded): { subject: string; msg_id: string; payload: object }[] {
  const batch = `${firstSeq}-${lastSeq}`;
  const rows: { subject: string; msg_id: string; payload: object }[] = [];
  for (const [kind, runs] of [
    ['queue-run', queueRuns],
    ['notify-run', notifyRuns],
  ] as const) {
    for (let first = 0; first < runs.length; first += CHUNK) {
      const id = `${kind}:${batch}:${first}`;
      rows.push({
        subject: effectSubject(kind),
        msg_id: id,
        payload: { v: 1, id, runs: runs.slice(first, first + CHUNK) },
      });
    }
  }
  for (const letter of deadLetters) {
    rows.push({
      subject: deadLetterSubject(letter.queue),
      msg_id: `dead:${letter.runId}:${letter.at}`,
      payload: { v: 1, ...letter },
    });
  }
  return rows;
}
