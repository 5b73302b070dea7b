import type { ScheduleState } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { type FireRow, fireOf } from './list-fires.js';
import type { Fire } from './schedule.js';

/** What became of a schedule's last `count` ticks, newest first: one look-up for all schedules of an answer. */
export async function recentFires(
  ctx: Pick<Context, 'db' | 'loaders'>,
  schedule: ScheduleState,
  count: number,
): Promise<Fire[]> {
  const loader = ctx.loaders.of(`recent-fires-${count}`, async (ids: readonly string[]) => {
    const rows = await ctx.db.query<FireRow>(
      `select f.* from unnest($1::text[]) as wanted(id) cross join lateral (
         select schedule_id, tick, outcome, why, run_id, null as job from read.schedule_fires
         where schedule_id = wanted.id order by tick desc, after_run desc limit $2) f`,
      [ids, count],
    );
    const found = new Map<string, FireRow[]>(ids.map((id) => [id, []]));
    for (const row of rows) found.get(row.schedule_id)?.push(row);
    return ids.map((id) => found.get(id) ?? []);
  });
  return ((await loader.load(schedule.id)) ?? []).map((row) => fireOf(row, schedule));
}
