import { RUNS_STREAM } from '@jobflow/contracts';
import type { Db } from '@jobflow/read-model';
import type { EarlierRuns } from './apply-overlap.js';
import { busyStretches } from './busy-stretches.js';

/**
 * Not a backfilled run: that one makes up for a tick of long ago, and stands in the way of no tick of today. It is told by
 * the operation that made it; since an operation may also have changed a run that a tick made, by who made it, too.
 */
const OF_ITS_TICKS = `(operations is null or fire_at is null or created_by = 'schedule:' || schedule_id)`;

/** So many of the newest runs tell when ticks had to wait; of what was before them it is taken for granted. */
const NEWEST = 100;

interface Newest {
  id: string;
  queue: string;
  created_at: Date;
  finished_at: Date | null;
}

/**
 * The runs a schedule has made, those included that somebody triggered by hand, once the read model has come as far as
 * `seq`: the end of the last batch of ticks and runs of this schedule. Before that a run could be missing, and undefined
 * is the answer.
 */
export async function earlierRuns(db: Db, scheduleId: string, seq: number): Promise<EarlierRuns | undefined> {
  const [checkpoint] = await db.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [
    RUNS_STREAM,
  ]);
  if ((checkpoint?.seq ?? 0) < seq) return undefined;
  const live = await db.query<{ id: string; queue: string }>(
    `select id, queue from read.runs
     where schedule_id = $1 and status in ('SCHEDULED','BLOCKED','QUEUED','RUNNING','RETRYING') and ${OF_ITS_TICKS}
     order by id limit 100`,
    [scheduleId],
  );
  if (live.length > 0) return { live };
  const newest = await db.query<Newest>(
    `select id, queue, created_at, finished_at from read.runs
     where schedule_id = $1 and ${OF_ITS_TICKS} order by id desc limit ${NEWEST}`,
    [scheduleId],
  );
  const ended = newest.flatMap(({ created_at, finished_at }) =>
    finished_at ? [{ madeAt: created_at.getTime(), endedAt: finished_at.getTime() }] : [],
  );
  return {
    // Made since it was asked for those.
    live: newest.flatMap(({ id, queue, finished_at }) => (finished_at ? [] : [{ id, queue }])),
    busy: busyStretches(ended, newest.length === NEWEST),
  };
}
