import { setImmediate as breathe } from 'node:timers/promises';
import type { ScheduleState } from '@jobflow/contracts';
import { nextTick, type Tick } from '@jobflow/domain';
import type { Fire } from './schedule.js';

export interface PlannedOptions {
  /** Fires strictly after this instant … */
  after: number;
  /** … up to this one. */
  to: number;
  first: number;
  /** Those that are not wanted: they are recorded already. */
  isKnown?(fire: Fire): boolean;
  /** Computes a tick; tests count them. */
  next?: typeof nextTick;
}

/** Ticks computed between two breaths. */
const AT_ONCE = 500;

/**
 * The first fires to come of many schedules, in the order of time, then of ids. Each schedule has its next tick in a
 * heap, and only the one that is taken out is asked for another: as many ticks are computed as there are schedules and
 * fires in the answer, however often they fire and however far the range goes.
 */
export async function plannedFires(schedules: readonly ScheduleState[], options: PlannedOptions): Promise<Fire[]> {
  const { after, to, first, isKnown = () => false, next = nextTick } = options;
  const heap = createHeap();
  const fires: Fire[] = [];
  if (after >= to) return fires;
  let computed = 0;
  const follow = async (schedule: ScheduleState, since: number): Promise<void> => {
    if (++computed % AT_ONCE === 0) await breathe();
    const tick = next(schedule, since);
    if (tick && tick.at <= to) heap.push({ tick, schedule });
  };
  for (const schedule of schedules) await follow(schedule, after);
  for (let head = heap.pop(); head; head = heap.pop()) {
    const fire = fireOf(head);
    if (!isKnown(fire) && fires.push(fire) >= first) break;
    await follow(head.schedule, head.tick.at);
  }
  return fires;
}

interface Next {
  tick: Tick;
  schedule: ScheduleState;
}

const fireOf = ({ tick: { at, dst }, schedule }: Next): Fire => ({
  at,
  dst,
  timezone: schedule.timezone,
  outcome: 'PLANNED',
  scheduleId: schedule.id,
  job: schedule.job,
});

const isBefore = (a: Next, b: Next): boolean =>
  a.tick.at < b.tick.at || (a.tick.at === b.tick.at && a.schedule.id < b.schedule.id);

/** A binary heap, the earliest first. */
function createHeap() {
  const items: Next[] = [];
  const swap = (i: number, j: number): void => {
    [items[i], items[j]] = [items[j] as Next, items[i] as Next];
  };
  const goesBefore = (i: number, j: number): boolean => {
    const [a, b] = [items[i], items[j]];
    return a !== undefined && b !== undefined && isBefore(a, b);
  };
  return {
    push(item: Next): void {
      let i = items.push(item) - 1;
      for (let parent = (i - 1) >> 1; i > 0 && goesBefore(i, parent); parent = (i - 1) >> 1) {
        swap(i, parent);
        i = parent;
      }
    },
    pop(): Next | undefined {
      if (items.length > 1) swap(0, items.length - 1);
      const head = items.pop();
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        const child = goesBefore(right, left) ? right : left;
        if (!goesBefore(child, i)) return head;
        swap(i, child);
        i = child;
      }
    },
  };
}
