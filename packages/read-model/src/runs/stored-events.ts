import type { Queryable } from '../db/db.js';
import type { StoredRunEvent } from '../entities/row-types.js';

/** The most rows read of one run: it may be snoozed for ever, an answer may not grow for ever. */
const MOST_ROWS = 5_000;

/** A run's stored events, oldest first (of a very long life the latest): timeline and attempts are derived from them. */
export async function storedEvents(db: Queryable, runId: string): Promise<StoredRunEvent[]> {
  const rows = await db.query<{ events: StoredRunEvent[] }>(
    `select events from (
       select seq, events from read.timelines where run_id = $1 order by seq desc limit ${MOST_ROWS}) as latest order by seq`,
    [runId],
  );
  return rows.flatMap(({ events }) => events);
}
