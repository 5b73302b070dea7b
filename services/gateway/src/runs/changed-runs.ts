import type { Queryable } from '@jobflow/read-model';
import { maxList } from '../paging/check-first.js';
import type { Run } from './run.js';
import type { RunConditions } from './run-conditions.js';
import { columnsFor, type RunRow, runOfRow } from './run-row.js';

export interface RunChange {
  run: Run;
  changedSeq: number;
  /** States between the last one seen and this, which nobody sees; 0 unless asked for. */
  skipped: number;
}

export interface RunChanges {
  /** In the order of their last change. */
  changed: RunChange[];
  /** Runs that do not meet the filter now, and may have before. */
  left: { id: string; changedSeq: number }[];
  /** More changed than one frame holds: the oldest changes are missing. */
  tooMany: boolean;
}

export interface ChangedRunsQuery {
  conditions: RunConditions;
  /** Fields that are selected of runs. */
  fields: ReadonlySet<string>;
  /** Only what changed after this sequence. */
  from: number;
}

/** What one frame holds at most. */
const MOST = maxList;

/** What of a filter's runs changed after a sequence, as it is now. */
export async function changedRuns(db: Queryable, query: ChangedRunsQuery): Promise<RunChanges> {
  const [rows, left] = await Promise.all([readChanged(db, query), readLeft(db, query)]);
  const changed = rows.slice(0, MOST).reverse();
  return {
    changed: changed.map((row) => ({
      run: runOfRow(row),
      changedSeq: row.changed_seq,
      skipped: Math.max(0, (row.states ?? 1) - 1),
    })),
    left: left.slice(0, MOST),
    tooMany: rows.length > MOST || left.length > MOST,
  };
}

type Row = RunRow & { states?: number };

const STATES = `(select coalesce(sum(json_array_length(e.events)), 0)
  from read.timelines e where e.run_id = runs.id and e.seq > $from)`;

function readChanged(db: Queryable, { conditions, fields, from }: ChangedRunsQuery): Promise<Row[]> {
  const params = [...conditions.params, from];
  const since = `$${params.length}`;
  const states = fields.has('skipped') ? `, ${STATES.replace('$from', since)} as states` : '';
  return db.query<Row>(
    `select ${columnsFor(fields)}${states} from read.runs where changed_seq > ${since} and ${conditions.sql}
     order by changed_seq desc, id limit ${MOST + 1}`,
    params,
  );
}

/** The log's sequence of a run's first event; rows of before `first_seq` have it in their first batch of events. */
const BORN = 'coalesce(first_seq, (select min(seq) from read.run_events e where e.run_id = runs.id))';

/** Only a run that was there before can have met the filter before. */
async function readLeft(db: Queryable, { conditions, fields, from }: ChangedRunsQuery): Promise<RunChanges['left']> {
  if (!fields.has('left') || !conditions.canLeave) return [];
  const params = [...conditions.params, from];
  const since = `$${params.length}`;
  const rows = await db.query<{ id: string; changed_seq: number }>(
    `select id, changed_seq from read.runs where changed_seq > ${since} and ${conditions.fixed.sql}
       and (${conditions.moving.sql}) is not true
       and ${BORN} <= ${since}
     order by changed_seq desc, id limit ${MOST + 1}`,
    params,
  );
  return rows.map((row) => ({ id: row.id, changedSeq: row.changed_seq }));
}
