import type { ScheduleState } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { type FireRow, firesOf } from './list-fires.js';
import type { Fire } from './schedule.js';

/** What became of a schedule's last `count` ticks, newest first: one look-up for all schedules of an answer. */
export async function recentFires(
  ctx: Pick<Context, 'db' | 'loaders'>,
  schedule: ScheduleState,
  count: number,
): Promise<Fire[]> {
  const loader = ctx.loaders.of(`recent-fires-${count}`, async (schedules: readonly ScheduleState[]) => {
    const byId = new Map(schedules.map((one) => [one.id, one]));
    const rows = await ctx.db.query<FireRow>(
      `select f.* from unnest($1::text[]) as wanted(id) cross join lateral (
         select schedule_id, tick, outcome, why, run_id, null as job from read.schedule_fires
         where schedule_id = wanted.id order by tick desc, after_run desc limit $2) f`,
      [[...byId.keys()], count],
    );
    const found = Map.groupBy(await firesOf(rows, (id) => byId.get(id)), ({ scheduleId }) => scheduleId);
    return schedules.map(({ id }) => found.get(id) ?? []);
  });
  return (await loader.load(schedule)) ?? [];
}
