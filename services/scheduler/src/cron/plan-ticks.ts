import type { RunEventOf, ScheduleState } from '@jobflow/contracts';
import { jitterOf, lastTicks, nextTick, type Tick } from '@jobflow/domain';
import type { Stretch } from './busy-stretches.js';
import { MISSED_AFTER_MS } from './missed-after.js';

/** A tick to be recorded: fired, or skipped and why. */
export interface PlannedTick {
  tick: number;
  jitterMs: number;
  outcome: 'fired' | 'skipped';
  why?: string;
  /** The end that it follows. */
  after?: EndPlace;
  /** It was missed, and so were others up to this tick, all of which are to be caught up. */
  owedUpTo?: number | undefined;
}
/** A run's end: its place among all ends is by sequence, then by run. */
export type EndPlace = NonNullable<RunEventOf<'ScheduleTicked'>['after']>;
export type TickPlan = { kind: 'never' } | { kind: 'wait'; until: number } | { kind: 'record'; ticks: PlannedTick[] };

type Planned = Pick<
  ScheduleState,
  | 'id'
  | 'kind'
  | 'cron'
  | 'everyMs'
  | 'at'
  | 'timezone'
  | 'startsAt'
  | 'endsAt'
  | 'createdAt'
  | 'activeSince'
  | 'missed'
  | 'maxMissed'
  | 'jitterMs'
  | 'overlap'
>;

/** Ticks recorded at once; what is missed beyond them is told in the reason of the first. */
const MOST = 500;

const MISSED = 'Missed: it could not fire in time';
export const ONE_WAITS = 'Another fire waited already for the run before to end';
const SUPERSEDED = 'Missed: only the last missed tick is caught up';

/**
 * What a schedule owes at `now`, given the last tick that was recorded: ticks after it and after `activeSince` whose
 * time, jitter included, has come. Those that are merely late fire. Of those that were missed, its policy decides: SKIP
 * fires none, LAST only the very last, ALL the last `maxMissed`.
 *
 * @param owedUpTo the last of the missed ticks that are caught up one after the other, and were begun with before: what
 *   is owed up to there was counted then
 * @param busy when runs of the schedule were in the way of its ticks, if they wait for that. A tick that came then was
 *   not missed, whatever the time is now: of those of one stretch the first waited and fires, the others do not. What was
 *   missed is told for each time between two stretches.
 */
export function planTicks(
  schedule: Planned,
  lastTick: number | undefined,
  now: number,
  owedUpTo = 0,
  busy: readonly Stretch[] = [],
): TickPlan {
  const since = Math.max(schedule.activeSince, lastTick ?? 0);
  const first = nextTick(schedule, since);
  if (!first) return { kind: 'never' };
  const firesAt = first.at + jitter(schedule, first);
  if (firesAt > now) return { kind: 'wait', until: firesAt };
  if (first.at <= owedUpTo && schedule.missed === 'ALL' && schedule.overlap === 'QUEUE')
    return { kind: 'record', ticks: [{ ...planned(schedule, first), owedUpTo }] };
  const ahead = busy.find(({ to }) => to >= firesAt);
  if (ahead && ahead.from < firesAt) return { kind: 'record', ticks: waited(schedule, first, Math.min(ahead.to, now)) };
  const { late, onTime } = due(schedule, first, since, now, ahead?.from);
  const ticks = [...missed(schedule, late, MOST - 1 - onTime.length), ...onTime.map((tick) => planned(schedule, tick))];
  return { kind: 'record', ticks: ticks.slice(0, MOST) };
}

const jitter = (schedule: Planned, { at }: Tick): number => jitterOf(schedule.id, at, schedule.jitterMs);

const planned = (schedule: Planned, tick: Tick, why?: string): PlannedTick => ({
  tick: tick.at,
  jitterMs: jitter(schedule, tick),
  ...(why === undefined ? { outcome: 'fired' } : { outcome: 'skipped', why }),
});

interface Due {
  /** The last ones that were missed: if there are so many, two more than are caught up or recorded. */
  late: Tick[];
  onTime: Tick[];
}

/** The first tick has waited until now; of the others up to `to` as many as can be recorded are, the last ones. */
function waited(schedule: Planned, first: Tick, to: number): PlannedTick[] {
  const certain = to - schedule.jitterMs;
  const others = first.at < certain ? lastTicks(schedule, first.at, certain, MOST).ticks : [];
  for (let tick = nextTick(schedule, Math.max(first.at, certain)); tick; tick = nextTick(schedule, tick.at)) {
    if (tick.at + jitter(schedule, tick) > to) break;
    others.push(tick);
  }
  const told = others.slice(1 - MOST);
  const between = told.length < others.length ? ', as for all between that one and this' : '';
  return [
    planned(schedule, first),
    ...told.map((tick, i) => planned(schedule, tick, i === 0 ? `${ONE_WAITS}${between}` : ONE_WAITS)),
  ];
}

/**
 * What is due, oldest first. Jitter never changes the order of ticks: one waits for those before it, and is no later for
 * that than they are.
 *
 * @param until what comes after this is not looked at
 */
function due(schedule: Planned, first: Tick, since: number, now: number, until = now): Due {
  const missedUpTo = now - MISSED_AFTER_MS;
  // Up to there every tick was missed, whatever its jitter.
  const certain = Math.max(since, Math.min(missedUpTo, until) - schedule.jitterMs);
  const long = first.at <= certain;
  const late = long ? lastTicks(schedule, since, certain, Math.max(schedule.maxMissed, MOST) + 2).ticks : [];
  const onTime: Tick[] = [];
  let time = 0;
  for (let tick = long ? nextTick(schedule, certain) : first; tick; tick = nextTick(schedule, tick.at)) {
    const own = tick.at + jitter(schedule, tick);
    if (own > Math.min(now, until)) break;
    time = Math.max(time, own);
    (time <= missedUpTo ? late : onTime).push(tick);
  }
  return { late, onTime };
}

/** @param room for how many of those that are not caught up, so that all that is on time is recorded with them */
function missed(schedule: Planned, late: readonly Tick[], room: number): PlannedTick[] {
  const keep = schedule.missed === 'ALL' ? schedule.maxMissed : Math.max(1, room);
  const owed = late.slice(-(keep + 1));
  const more = owed.length < late.length;
  const last = owed.at(-1);
  return owed.map((tick, i) => {
    const beyond = i === 0 && owed.length > keep;
    const earlier = beyond && more ? ', like all before it' : '';
    switch (schedule.missed) {
      case 'SKIP':
        return planned(schedule, tick, `${MISSED}${earlier}`);
      case 'LAST':
        return tick === last ? planned(schedule, tick) : planned(schedule, tick, `${SUPERSEDED}${earlier}`);
      case 'ALL':
        return beyond
          ? planned(
              schedule,
              tick,
              `Missed: only the last ${keep} are caught up${earlier && '; this and all before it are not'}`,
            )
          : { ...planned(schedule, tick), owedUpTo: last?.at };
      default:
        return schedule.missed satisfies never;
    }
  });
}
