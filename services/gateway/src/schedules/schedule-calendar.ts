import { setImmediate as breathe } from 'node:timers/promises';
import type { ScheduleState } from '@jobflow/contracts';
import { type Cell, calendarCells, isTimeZone, nextTick } from '@jobflow/domain';
import type { Context } from '../context/context.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput } from '../errors/refusals.js';
import { Conditions } from '../paging/conditions.js';
import { isTimeout } from '../paging/count-rows.js';
import type { CalendarCell } from './calendar-cell.js';
import { isMeant } from './list-fires.js';

export interface CalendarArguments {
  from: Date;
  to: Date;
  stepMs: number;
  timezone?: string | null | undefined;
  job?: string | null | undefined;
  visible?: readonly string[] | undefined;
}

const MOST_CELLS = 1_000;
const LEAST_STEP_MS = 60_000;
/** Planned fires are computed one by one. */
const MOST_PLANNED = 300_000;
/** Between two breaths, also of schedules that have none in the range. */
const AT_ONCE = 500;

/** How many fires fall into each cell of [from, to): what became of those that have passed, and those planned. */
export async function scheduleCalendar(ctx: Context, args: CalendarArguments): Promise<CalendarCell[]> {
  const cells = cellsOf(args);
  const [store, recorded] = await Promise.all([settledState(ctx), pastCells(ctx, args, cells)]);
  const from = Math.max(ctx.clock.now(), args.from.getTime() - 1);
  const filter = { job: args.job, visible: args.visible };
  const schedules = [...store.schedules.values()].map(({ state }) => state).filter((one) => isMeant(one, filter));
  const planned = await plannedCells(schedules, from, cells);
  return cells.map(({ from: start, dst }, n) => {
    const past = recorded.get(n);
    const ahead = planned[n];
    const busier = past && past.busiest >= (ahead?.busiest ?? 0) ? past : ahead;
    return {
      from: start,
      planned: ahead?.count ?? 0,
      ran: past?.ran ?? 0,
      failed: past?.failed ?? 0,
      missed: past?.missed ?? 0,
      busiest: busier?.busiest ?? 0,
      busiestAt: busier?.busiest ? busier.busiestAt : undefined,
      dst,
    };
  });
}

function cellsOf({ from, to, stepMs, timezone }: CalendarArguments): Cell[] {
  const zone = timezone ?? 'UTC';
  if (!isTimeZone(zone))
    throw badUserInput({
      timezone: `${JSON.stringify(zone)} is not a time zone; use an IANA name such as Europe/Berlin`,
    });
  if (to <= from) throw badUserInput({ to: 'must lie after from' });
  if (stepMs < LEAST_STEP_MS) throw badUserInput({ stepMs: `must be at least ${LEAST_STEP_MS}: a minute` });
  const cells = calendarCells(from.getTime(), to.getTime(), stepMs, zone, MOST_CELLS);
  if (cells.length > MOST_CELLS)
    throw badUserInput({ stepMs: `makes more than ${MOST_CELLS} cells of this range; take a longer step` });
  return cells;
}

interface PastCell {
  /** Counted from 1. */
  cell: number;
  ran: number;
  failed: number;
  missed: number;
  busiest: number;
  busiestAt: Date;
}

async function pastCells(
  ctx: Context,
  args: CalendarArguments,
  cells: readonly Cell[],
): Promise<Map<number, PastCell>> {
  const { sql, params } = new Conditions()
    .always('f.tick >= ?', args.from)
    .always('f.tick < ?', args.to)
    .add('s.job = ?', args.job)
    .add('s.job = any(?::text[])', args.visible);
  const starts = cells.map(({ from }) => new Date(from));
  const rows = await ctx.db
    .query<PastCell>(
      `with seconds as (
         select width_bucket(f.tick, $${params.length + 1}::timestamptz[]) as cell, date_trunc('second', f.tick) as second,
           count(*) filter (where f.outcome = 'fired') as fired, count(*) filter (where f.outcome = 'skipped') as skipped,
           count(r.id) as failed
         from read.schedule_fires f left join read.schedules s on s.id = f.schedule_id
         left join read.runs r on r.id = f.run_id and r.status = 'FAILED' where ${sql} group by 1, 2)
       select cell, sum(fired)::int as ran, sum(failed)::int as failed, sum(skipped)::int as missed, max(fired) as busiest,
         (array_agg(second order by fired desc, second))[1] as "busiestAt" from seconds group by cell`,
      [...params, starts],
    )
    .catch((error: unknown) => {
      if (!isTimeout(error)) throw error;
      throw badUserInput({ to: 'there are more fires than can be counted; narrow the range, or name a job' });
    });
  return new Map(rows.map((row) => [row.cell - 1, row]));
}

interface PlannedCell {
  count: number;
  busiest: number;
  busiestAt: Date;
}

/** @param next computes a tick; tests watch it */
export async function plannedCells(
  schedules: readonly ScheduleState[],
  after: number,
  cells: readonly Cell[],
  next = nextTick,
): Promise<PlannedCell[]> {
  const planned: PlannedCell[] = [];
  if (after >= (cells.at(-1)?.to ?? 0) - 1) return planned;
  const seconds = new Map<number, number>();
  let all = 0;
  let computed = 0;
  const follow = async (schedule: ScheduleState, since: number) => {
    if (++computed % AT_ONCE === 0) await breathe();
    return next(schedule, since);
  };
  for (const schedule of schedules) {
    let n = 0;
    for (let tick = await follow(schedule, after); tick; tick = await follow(schedule, tick.at)) {
      while (n < cells.length && tick.at >= (cells[n]?.to ?? 0)) n++;
      if (n >= cells.length) break;
      if (++all > MOST_PLANNED) throw tooMany();
      const second = Math.floor(tick.at / 1000) * 1000;
      const together = (seconds.get(second) ?? 0) + 1;
      seconds.set(second, together);
      planned[n] = oneMore(planned[n], second, together);
    }
  }
  return planned;
}

function oneMore(cell: PlannedCell | undefined, second: number, together: number): PlannedCell {
  const { count = 0, busiest = 0, busiestAt } = cell ?? {};
  const busier = !busiestAt || together > busiest || (together === busiest && second < busiestAt.getTime());
  return {
    count: count + 1,
    busiest: Math.max(busiest, together),
    busiestAt: busier ? new Date(second) : busiestAt,
  };
}

const tooMany = () =>
  badUserInput({
    to: `there are more than ${MOST_PLANNED.toLocaleString('en')} planned fires; narrow the range, or name a job`,
  });
