import type { ScheduleState } from '@jobflow/contracts';
import { nextCronTick, type Tick } from './cron-ticks.js';
import { parseCron } from './parse-cron.js';

/** What of a schedule decides when it fires; a ScheduleState is one. */
export type ScheduleTiming = Pick<
  ScheduleState,
  'kind' | 'cron' | 'everyMs' | 'at' | 'timezone' | 'startsAt' | 'endsAt' | 'createdAt'
>;

/**
 * The first fire strictly after an instant, inside the schedule's bounds (both inclusive). AFTER_JOB has none of its
 * own. An INTERVAL counts from startsAt, which fires, or else from its creation, which does not.
 */
export function nextTick(schedule: ScheduleTiming, after: number): Tick | undefined {
  const from = Math.max(after, (schedule.startsAt ?? Number.NEGATIVE_INFINITY) - 1);
  const tick = unbounded(schedule, from);
  return tick && tick.at <= Math.min(schedule.endsAt ?? END_OF_DAYS, END_OF_DAYS) ? tick : undefined;
}
/** No Date is later. */
const END_OF_DAYS = 8.64e15;

function unbounded(schedule: ScheduleTiming, after: number): Tick | undefined {
  switch (schedule.kind) {
    case 'CRON': {
      const parsed = parseCron(schedule.cron ?? '');
      return parsed.ok ? nextCronTick(parsed.cron, schedule.timezone, after) : undefined;
    }
    case 'INTERVAL':
      return schedule.everyMs ? { at: nextInterval(schedule, schedule.everyMs, after), dst: 'NONE' } : undefined;
    case 'ONCE':
      return schedule.at !== undefined && schedule.at > after ? { at: schedule.at, dst: 'NONE' } : undefined;
    case 'AFTER_JOB':
      return undefined;
    default:
      return schedule.kind satisfies never;
  }
}

function nextInterval(schedule: ScheduleTiming, everyMs: number, after: number): number {
  const anchor = schedule.startsAt ?? schedule.createdAt + everyMs;
  return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / everyMs) + 1) * everyMs;
}

/** The next `count` fires strictly after an instant. */
export function nextTicks(schedule: ScheduleTiming, after: number, count: number): Tick[] {
  const ticks: Tick[] = [];
  for (let tick = nextTick(schedule, after); tick && ticks.length < count; tick = nextTick(schedule, tick.at))
    ticks.push(tick);
  return ticks;
}

export interface Ticks {
  ticks: Tick[];
  /** There are more than were asked for. */
  more: boolean;
}

/** The first `cap` fires in (from, to]. */
export function ticksBetween(schedule: ScheduleTiming, from: number, to: number, cap: number): Ticks {
  const ticks: Tick[] = [];
  for (let tick = nextTick(schedule, from); tick && tick.at <= to; tick = nextTick(schedule, tick.at)) {
    if (ticks.length >= cap) return { ticks, more: true };
    ticks.push(tick);
  }
  return { ticks, more: false };
}

/** The last `cap` fires in (from, to], oldest first, without walking through all of a long time. */
export function lastTicks(schedule: ScheduleTiming, from: number, to: number, cap: number): Ticks {
  for (let span = 2_000 * cap; ; span *= 4) {
    const since = Math.max(from, to - span);
    const ticks: Tick[] = [];
    let count = 0;
    for (let tick = nextTick(schedule, since); tick && tick.at <= to; tick = nextTick(schedule, tick.at)) {
      ticks[count++ % cap] = tick;
    }
    if (count > cap || since <= from) {
      const turn = count > cap ? count % cap : 0;
      return { ticks: [...ticks.slice(turn), ...ticks.slice(0, turn)], more: count > cap };
    }
  }
}
