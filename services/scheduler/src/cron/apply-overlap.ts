import type { ScheduleState } from '@jobflow/contracts';
import type { PlannedTick } from './plan-ticks.js';

/** What is known of the runs a schedule has made before. */
export interface EarlierRuns {
  /** Those that have not ended. */
  live: { id: string; queue: string }[];
  /** When the newest run ended; undefined if there is none, or it has not. */
  lastEndedAt?: number | undefined;
}
export type Overlapped =
  | { kind: 'record'; ticks: PlannedTick[]; cancel: { id: string; queue: string }[] }
  /** One fire waits until the run before it has ended. */
  | { kind: 'wait' };

const RUNNING = 'The run before has not ended';
const ONE_WAITS = 'Another fire waited already for the run before to end';
const REPLACED = 'Replaced at once by the next fire';

const skip = (tick: PlannedTick, why: string): PlannedTick =>
  tick.outcome === 'fired' ? { ...tick, outcome: 'skipped', why } : tick;

/** Lets a schedule's overlap policy have its say over ticks that are otherwise to be recorded. */
export function applyOverlap(
  policy: ScheduleState['overlap'],
  ticks: PlannedTick[],
  { live, lastEndedAt }: EarlierRuns,
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
        : { kind: 'record', ticks: oneWaited(ticks, lastEndedAt), cancel: [] };
    default:
      return policy satisfies never;
  }
}

/**
 * Of the ticks that came while the last run was still going, the first has waited and fires now; the rest are skipped.
 * Those after its end are left for later, once the one that fires now has begun: it may be in their way.
 */
function oneWaited(ticks: PlannedTick[], lastEndedAt: number | undefined): PlannedTick[] {
  const during = ticks.filter((t) => lastEndedAt !== undefined && t.tick + t.jitterMs <= lastEndedAt);
  if (during.length > 0) return during.map((t, i) => (i === 0 ? firedLate(t) : skip(t, ONE_WAITS)));
  const first = ticks.findIndex((t) => t.outcome === 'fired');
  return first < 0 ? ticks : ticks.slice(0, first + 1);
}

const firedLate = ({ why: _, ...tick }: PlannedTick): PlannedTick => ({ ...tick, outcome: 'fired' });
