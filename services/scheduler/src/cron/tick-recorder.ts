import type { JobState, ScheduleState } from '@jobflow/contracts';
import {
  type Clock,
  type EventLog,
  type Logger,
  newId,
  type QueuePlace,
  type StateStore,
  saveState,
  subjectOf,
} from '@jobflow/platform';
import type { SchedulerMetrics } from '../scheduler-metrics.js';
import type { BrokerTime } from '../time/broker-time.js';
import { applyOverlap, type EarlierRuns, oneFire } from './apply-overlap.js';
import { type PlannedTick, planTicks } from './plan-ticks.js';
import type { LastTick } from './tick-log.js';
import { type TickUnit, tickUnit } from './tick-unit.js';

interface Dependencies {
  store: StateStore;
  log: EventLog;
  broker: BrokerTime;
  clock: Clock;
  logger: Logger;
  metrics: SchedulerMetrics;
  /** Makes sure that what is queued there will be read. */
  ensureLevel(place: QueuePlace): Promise<boolean>;
  /** Undefined while the read model has not come so far. */
  earlierRuns(scheduleId: string, seq: number): Promise<EarlierRuns | undefined>;
  /** Tells executors at once that a run is to be cancelled. */
  hintCancel(runId: string): void;
}

export type Recorded =
  | { kind: 'recorded'; last: LastTick }
  /** Somebody else has recorded ticks of this schedule: read again what there is. */
  | { kind: 'beaten' }
  /** The schedule was edited meanwhile: plan again. */
  | { kind: 'changed' }
  /** Not now: the log is full, the read model lags, or the run before has not ended. */
  | { kind: 'later'; delayMs: number };

export interface TickRecorder {
  /** Records planned ticks with their runs; `last` is what the log is known to hold. */
  record(schedule: ScheduleState, job: JobState, ticks: PlannedTick[], last: LastTick | undefined): Promise<Recorded>;
  /** Disables a schedule that can do nothing any more. False if somebody else changed it just now. */
  disable(schedule: ScheduleState, reason: string): Promise<boolean>;
}

const FULL_MS = 1_000;
const LAGGING_MS = 100;
const OVERLAP_MS = 500;

type Allowed = { ticks: PlannedTick[]; cancel: { id: string; queue: string }[] } | { delayMs: number };

/** Brings ticks into the log: overlap policy, queue level, one guarded atomic batch. */
export function createTickRecorder(dependencies: Dependencies): TickRecorder {
  const { store, log, broker, clock, logger, metrics } = dependencies;

  async function allow(
    schedule: ScheduleState,
    job: JobState,
    ticks: PlannedTick[],
    last: LastTick | undefined,
  ): Promise<Allowed> {
    const fires = ticks.some(({ outcome }) => outcome === 'fired');
    const asks = schedule.overlap === 'QUEUE' || (schedule.overlap !== 'ALLOW' && fires);
    if (!asks || !job.enabled) return { ticks, cancel: [] };
    const earlier = await dependencies.earlierRuns(schedule.id, last?.seq ?? 0);
    if (!earlier) return { delayMs: LAGGING_MS };
    if (schedule.overlap === 'QUEUE' && schedule.kind !== 'AFTER_JOB' && earlier.live.length === 0) {
      // What was missed and what waited can be told apart only now.
      const plan = planTicks(schedule, last?.tick, broker.now(), last?.owedUpTo, earlier.busy);
      return plan.kind === 'record' ? { ticks: oneFire(plan.ticks), cancel: [] } : { delayMs: OVERLAP_MS };
    }
    const overlapped = applyOverlap(schedule.overlap, ticks, earlier);
    return overlapped.kind === 'wait' ? { delayMs: OVERLAP_MS } : overlapped;
  }

  function note(made: TickUnit): void {
    if (made.fired > 0) metrics.ticked('fired', made.fired);
    if (made.skipped > 0) metrics.ticked('skipped', made.skipped);
    if (made.firesAt !== undefined) metrics.tickLate((broker.now() - made.firesAt) / 1000);
  }

  return {
    async record(schedule, job, ticks, last) {
      const allowed = await allow(schedule, job, ticks, last);
      if ('delayMs' in allowed) return { kind: 'later', delayMs: allowed.delayMs };
      const made = tickUnit(schedule, job, allowed.ticks, {
        expect: (subject) => last?.bySubject.get(subject) ?? 0,
        cancel: allowed.cancel,
        now: clock.now(),
        newId,
        subjectOf: (run) => subjectOf(store, run),
      });
      const { queue, priority } = made;
      if (
        made.fired > 0 &&
        !(await dependencies.ensureLevel({ queue, priority, run: { kind: job.kind, job: job.name } }))
      )
        return { kind: 'later', delayMs: FULL_MS };
      if (store.schedules.get(schedule.id)?.state !== schedule) return { kind: 'changed' };
      const appended = await log.append(made.unit);
      if (!appended.ok && appended.reason === 'full') return { kind: 'later', delayMs: FULL_MS };
      if (!appended.ok || appended.duplicate) return { kind: 'beaten' };
      for (const { id } of allowed.cancel) dependencies.hintCancel(id);
      note(made);
      return { kind: 'recorded', last: lastOf(made, appended.seq, last) };
    },

    async disable(schedule, disabledReason) {
      const kept = store.schedules.get(schedule.id);
      if (kept?.state !== schedule) return false;
      const revision = schedule.revision + 1;
      const disabled = { ...schedule, enabled: false, disabledReason, revision, updatedAt: clock.now() };
      const saved = await saveState(log, store, { type: 'ScheduleSaved', schedule: disabled }, { expectSeq: kept.seq });
      if (saved.ok) logger.warn({ scheduleId: schedule.id, reason: disabledReason }, 'a schedule is disabled');
      return saved.ok;
    },
  };
}

function lastOf(made: TickUnit, seq: number, last: LastTick | undefined): LastTick {
  const tickSeq = seq - (made.unit.messages.length - 1);
  return {
    tick: made.lastTick,
    after: made.lastAfter,
    owedUpTo: made.owedUpTo,
    seq,
    bySubject: new Map([...(last?.bySubject ?? []), [made.subject, tickSeq]]),
  };
}
