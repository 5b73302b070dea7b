import { setImmediate as breathe } from 'node:timers/promises';
import type { ScheduleState } from '@jobflow/contracts';
import { nextTick } from '@jobflow/domain';
import type { Context } from '../context/context.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import { Conditions } from '../paging/conditions.js';
import { isTimeout } from '../paging/count-rows.js';
import { fireOutcome } from './fire-outcome.js';
import { plannedFires } from './planned-fires.js';
import type { DstMark, Fire } from './schedule.js';

export interface FireArguments {
  from: Date;
  to: Date;
  scheduleId?: string | null | undefined;
  job?: string | null | undefined;
  first?: number | null | undefined;
  visible?: readonly string[] | undefined;
}

/** A row of read.schedule_fires, with the job of its schedule. */
export interface FireRow {
  schedule_id: string;
  tick: Date;
  outcome: 'fired' | 'skipped';
  why: string | null;
  run_id: string | null;
  job: string | null;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 3_660;
/** Marks of clock changes computed between two breaths. */
const AT_ONCE = 500;

/** What became of each tick in [from, to), and, of the future, which are planned; oldest first. */
export async function listFires(ctx: Context, args: FireArguments): Promise<Fire[]> {
  const first = checkFirst(args.first, 200, maxList);
  if (args.to <= args.from) throw badUserInput({ to: 'must lie after from' });
  if (args.to.getTime() - args.from.getTime() > MOST_DAYS * DAY_MS)
    throw badUserInput({ to: `must lie at most ${MOST_DAYS.toLocaleString('en')} days (ten years) after from` });
  const store = await settledState(ctx);
  const scheduleOf = (id: string) => store.schedules.get(id)?.state;
  const past = await firesOf(await pastFires(ctx, args, first), scheduleOf);
  if (past.length >= first) return past;
  const now = ctx.clock.now();
  const from = Math.max(now, args.from.getTime() - 1);
  const schedules = [...store.schedules.values()]
    .map(({ state }) => state)
    .filter((schedule) => isMeant(schedule, args));
  const recorded = new Set(past.map(keyOf));
  const ahead = await plannedFires(schedules, {
    after: from,
    to: args.to.getTime() - 1,
    first: first - past.length,
    isKnown: (fire) => recorded.has(keyOf(fire)),
  });
  return [...past, ...ahead];
}

const keyOf = (fire: Fire): string => `${fire.scheduleId} ${Number(fire.at)}`;

function pastFires(ctx: Context, args: FireArguments, first: number): Promise<FireRow[]> {
  const { sql, params } = new Conditions()
    .always('f.tick >= ?', args.from)
    .always('f.tick < ?', args.to)
    .add('f.schedule_id = ?', args.scheduleId)
    .add('s.job = ?', args.job)
    .add('s.job = any(?::text[])', args.visible);
  return ctx.db
    .query<FireRow>(
      `select f.schedule_id, f.tick, f.outcome, f.why, f.run_id, s.job from read.schedule_fires f
       left join read.schedules s on s.id = f.schedule_id where ${sql} order by f.tick, f.schedule_id limit ${first}`,
      params,
    )
    .catch((error: unknown) => {
      if (!isTimeout(error)) throw error;
      throw badUserInput({
        to: 'there are more fires than can be looked through; narrow the range, or name a schedule',
      });
    });
}

/** In the order of the rows. */
export async function firesOf(
  rows: readonly FireRow[],
  scheduleOf: (id: string) => ScheduleState | undefined,
): Promise<Fire[]> {
  const fires: Fire[] = [];
  for (const row of rows) {
    if (fires.length % AT_ONCE === AT_ONCE - 1) await breathe();
    fires.push(fireOf(row, scheduleOf(row.schedule_id)));
  }
  return fires;
}

function fireOf(row: FireRow, schedule: ScheduleState | undefined): Fire {
  return {
    at: row.tick.getTime(),
    timezone: schedule?.timezone ?? 'UTC',
    dst: schedule ? dstOf(schedule, row.tick.getTime()) : 'NONE',
    outcome: fireOutcome(row.outcome, row.why),
    reason: row.outcome === 'fired' ? null : row.why,
    scheduleId: row.schedule_id,
    job: schedule?.job ?? row.job ?? undefined,
    runId: row.run_id,
  };
}

/** As the schedule is now: a tick of an older definition bears no mark. */
function dstOf(schedule: ScheduleState, at: number): DstMark {
  const tick = nextTick({ ...schedule, endsAt: undefined }, at - 1);
  return tick?.at === at ? tick.dst : 'NONE';
}

/** Whether the fires to come of this schedule were asked for. */
export const isMeant = (
  schedule: ScheduleState,
  { scheduleId, job, visible }: Pick<FireArguments, 'scheduleId' | 'job' | 'visible'>,
): boolean =>
  schedule.enabled &&
  (!scheduleId || schedule.id === scheduleId) &&
  (!job || schedule.job === job) &&
  (!visible || visible.includes(schedule.job));
