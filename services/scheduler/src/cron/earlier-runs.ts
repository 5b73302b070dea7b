import { RUNS_STREAM } from '@jobflow/contracts';
import type { Db } from '@jobflow/read-model';
import type { EarlierRuns } from './apply-overlap.js';

/**
 * The runs a schedule has made, once the read model has come as far as `seq`: the end of the last batch of ticks and
 * runs of this schedule. Before that a run could be missing, and undefined is the answer.
 */
export async function earlierRuns(db: Db, scheduleId: string, seq: number): Promise<EarlierRuns | undefined> {
  const [checkpoint] = await db.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [
    RUNS_STREAM,
  ]);
  if ((checkpoint?.seq ?? 0) < seq) return undefined;
  const live = await db.query<{ id: string; queue: string }>(
    `select id, queue from read.runs
     where schedule_id = $1 and status in ('SCHEDULED','BLOCKED','QUEUED','RUNNING','RETRYING') order by id limit 100`,
    [scheduleId],
  );
  const [newest] = await db.query<{ finished_at: Date | null }>(
    'select finished_at from read.runs where schedule_id = $1 order by id desc limit 1',
    [scheduleId],
  );
  return { live, lastEndedAt: newest?.finished_at?.getTime() };
}
