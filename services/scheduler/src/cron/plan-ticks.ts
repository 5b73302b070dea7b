import type { RunEventOf, ScheduleState } from '@jobflow/contracts';
import { jitterOf, lastTicks, nextTick, type Tick } from '@jobflow/domain';

/** A tick to be recorded: fired, or skipped and why. */
export interface PlannedTick {
  tick: number;
  jitterMs: number;
  outcome: 'fired' | 'skipped';
  why?: string;
  /** The end that it follows. */
  after?: EndPlace;
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
>;

/** Later than this, a tick was missed; until then it is merely late, and fires whatever the policy says. */
export const MISSED_AFTER_MS = 10_000;
/** Ticks recorded at once; what is missed beyond them is told in the reason of the first. */
const MOST = 500;

const MISSED = 'Missed: it could not fire in time';
const SUPERSEDED = 'Missed: only the last missed tick is caught up';

/**
 * What a schedule owes at `now`, given the last tick that was recorded: ticks after it and after `activeSince` whose
 * time, jitter included, has come. If some of them were missed, its policy decides: SKIP fires none of those, LAST only
 * the very last, ALL the last `maxMissed`.
 */
export function planTicks(schedule: Planned, lastTick: number | undefined, now: number): TickPlan {
  const since = Math.max(schedule.activeSince, lastTick ?? 0);
  const first = nextTick(schedule, since);
  if (!first) return { kind: 'never' };
  const firesAt = first.at + jitter(schedule, first);
  if (firesAt > now) return { kind: 'wait', until: firesAt };
  const ticks = firesAt > now - MISSED_AFTER_MS ? onTime(schedule, first, now) : missed(schedule, since, now);
  return { kind: 'record', ticks: ticks.slice(0, MOST) };
}

const jitter = (schedule: Planned, { at }: Tick): number => jitterOf(schedule.id, at, schedule.jitterMs);

const planned = (schedule: Planned, tick: Tick, why?: string): PlannedTick => ({
  tick: tick.at,
  jitterMs: jitter(schedule, tick),
  ...(why === undefined ? { outcome: 'fired' } : { outcome: 'skipped', why }),
});

function onTime(schedule: Planned, first: Tick, now: number): PlannedTick[] {
  return [first, ...dueAfter(schedule, first.at, now)].map((tick) => planned(schedule, tick));
}

/** The ticks after an instant whose time has come, up to the first whose has not: jitter never changes their order. */
function dueAfter(schedule: Planned, after: number, now: number): Tick[] {
  const ticks: Tick[] = [];
  for (let tick = nextTick(schedule, after); tick; tick = nextTick(schedule, tick.at)) {
    if (tick.at + jitter(schedule, tick) > now) break;
    ticks.push(tick);
  }
  return ticks;
}

function missed(schedule: Planned, since: number, now: number): PlannedTick[] {
  const keep = schedule.missed === 'ALL' ? schedule.maxMissed : MOST - 1;
  // Up to there every tick is due, whatever its jitter.
  const certain = Math.max(since, now - schedule.jitterMs);
  const found = lastTicks(schedule, since, certain, keep + 1);
  const all = [...found.ticks, ...dueAfter(schedule, certain, now)];
  const owed = all.slice(-(keep + 1));
  const more = found.more || owed.length < all.length;
  const last = owed.at(-1);
  return owed.map((tick, i) => {
    const late = tick.at + jitter(schedule, tick) <= now - MISSED_AFTER_MS;
    const beyond = i === 0 && owed.length > keep;
    const earlier = beyond && more ? ', like all before it' : '';
    switch (schedule.missed) {
      case 'SKIP':
        return late ? planned(schedule, tick, `${MISSED}${earlier}`) : planned(schedule, tick);
      case 'LAST':
        return tick === last ? planned(schedule, tick) : planned(schedule, tick, `${SUPERSEDED}${earlier}`);
      case 'ALL':
        return beyond
          ? planned(
              schedule,
              tick,
              `Missed: only the last ${keep} are caught up${earlier && '; this and all before it are not'}`,
            )
          : planned(schedule, tick);
      default:
        return schedule.missed satisfies never;
    }
  });
}
