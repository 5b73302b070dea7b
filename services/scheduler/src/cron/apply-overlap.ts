import type { ScheduleState } from '@jobflow/contracts';
import type { Stretch } from './busy-stretches.js';
import { ONE_WAITS, type PlannedTick } from './plan-ticks.js';

/** What is known of the runs a schedule has made before. */
export interface EarlierRuns {
  /** Those that have not ended. */
  live: { id: string; queue: string }[];
  /** When those that have ended were in the way of ticks, as far back as is looked: oldest first. */
  busy?: readonly Stretch[] | undefined;
}
export type Overlapped =
  | { kind: 'record'; ticks: PlannedTick[]; cancel: { id: string; queue: string }[] }
  /** One fire waits until the run before it has ended. */
  | { kind: 'wait' };

const RUNNING = 'The run before has not ended';
const REPLACED = 'Replaced at once by the next fire';

const skip = (tick: PlannedTick, why: string): PlannedTick =>
  tick.outcome === 'fired' ? { ...tick, outcome: 'skipped', why } : tick;

/**
 * Lets a schedule's overlap policy have its say over ticks that are otherwise to be recorded. Where they wait, times are
 * planned by what was in their way (`planTicks`), and ends are judged here.
 */
export function applyOverlap(
  policy: ScheduleState['overlap'],
  ticks: PlannedTick[],
  { live, busy }: EarlierRuns,
): Overlapped {
  const fired = ticks.filter((tick) => tick.outcome === 'fired');
  switch (policy) {
    case 'ALLOW':
      return { kind: 'record', ticks, cancel: [] };
    case 'SKIP': {
      const first = live.length === 0 ? fired[0] : undefined;
      return { kind: 'record', ticks: ticks.map((t) => (t === first ? t : skip(t, RUNNING))), cancel: [] };
    }
    case 'CANCEL_RUNNING': {
      const last = fired.at(-1);
      const kept = ticks.map((t) => (t === last ? t : skip(t, REPLACED)));
      return { kind: 'record', ticks: kept, cancel: last ? live : [] };
    }
    case 'QUEUE':
      return live.length > 0 && ticks.length > 0
        ? { kind: 'wait' }
        : { kind: 'record', ticks: oneWaited(ticks, busy?.at(-1)?.to), cancel: [] };
    default:
      return policy satisfies never;
  }
}

/**
 * Of ends that came while the last run was still going, the first has waited and fires now; the rest are skipped.
 */
function oneWaited(ticks: PlannedTick[], lastEndedAt: number | undefined): PlannedTick[] {
  const during = ticks.filter((t) => lastEndedAt !== undefined && t.tick + t.jitterMs <= lastEndedAt);
  if (during.length > 0) return during.map((t, i) => (i === 0 ? firedLate(t) : skip(t, ONE_WAITS)));
  return oneFire(ticks);
}

/** What comes after the one that fires now is left for later, once that one has begun: it may be in the way. */
export function oneFire(ticks: PlannedTick[]): PlannedTick[] {
  const first = ticks.findIndex((t) => t.outcome === 'fired');
  const second = ticks.findIndex((t, i) => i > first && t.outcome === 'fired');
  return first < 0 || second < 0 ? ticks : ticks.slice(0, second);
}

const firedLate = ({ why: _, ...tick }: PlannedTick): PlannedTick => ({ ...tick, outcome: 'fired' });
