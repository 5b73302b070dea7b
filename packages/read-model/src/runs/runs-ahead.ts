import type { Queryable } from '../db/db.js';

/** Beyond this it only matters that there are many. */
const MOST = 10_000;

/** How many runs of the queue are to start before this one: higher priority, or the same and queued earlier. At most 10,000. */
export async function runsAhead(db: Queryable, run: { id: string; queue: string; priority: number }): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) as count from (
       select 1 from read.runs
       where status = 'QUEUED' and queue = $2 and next_attempt_at is null and limit_key is null and (priority > $3 or (priority = $3 and id < $1::uuid))
       limit ${MOST}) as ahead`,
    [run.id, run.queue, run.priority],
  );
  return row?.count ?? 0;
}
