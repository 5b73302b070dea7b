import {
  controlSubject,
  type JobState,
  limits,
  type RunDefinition,
  type RunEventOf,
  type ScheduleState,
  tickSubject,
} from '@jobflow/contracts';
import { resolveRun } from '@jobflow/domain';
import type { AppendUnit, UnitMessage } from '@jobflow/platform';
import type { EndPlace, PlannedTick } from './plan-ticks.js';

/** Ticks with the runs they make, as one unit: all of it is stored, or none. */
export interface TickUnit {
  unit: AppendUnit;
  subject: string;
  lastTick: number;
  lastAfter: EndPlace | undefined;
  owedUpTo: number | undefined;
  queue: string;
  priority: number;
  fired: number;
  skipped: number;
  /** When the last of those that fire was due. */
  firesAt: number | undefined;
}

/** Bounds of one unit: the rest of the ticks is left for the next. */
const MOST_RUNS = 400;
const MOST_BYTES = 4 * 1024 * 1024;

export interface TickUnitOptions {
  /** The last sequence of the tick's subject. */
  expect(subject: string): number;
  cancel: readonly { id: string; queue: string }[];
  now: number;
  newId(): string;
  /** Where a run is queued. */
  subjectOf(run: RunDefinition): string;
}

/**
 * Makes the unit that records these ticks: the ticks on the schedule's own subject, guarded by its last sequence, so
 * that of all schedulers that try exactly one succeeds; and with them, in the same atomic batch, a RunQueued for each
 * that fires.
 */
export function tickUnit(
  schedule: ScheduleState,
  job: JobState,
  ticks: readonly PlannedTick[],
  options: TickUnitOptions,
): TickUnit {
  const events: RunEventOf<'ScheduleTicked'>[] = [];
  const runs: UnitMessage[] = [];
  let bytes = 0;
  let firesAt: number | undefined;
  for (const planned of ticks) {
    const { event, run, dueAt } = tickEvent(schedule, job, planned, options);
    if (run) {
      bytes += Buffer.byteLength(JSON.stringify(run));
      if (runs.length > 0 && (runs.length >= MOST_RUNS || bytes > MOST_BYTES)) break;
      runs.push(birth(run, dueAt, options));
    }
    events.push(event);
    if (run) firesAt = planned.tick + planned.jitterMs;
    if (events.length >= limits.commitEvents) break;
  }
  const queue = schedule.queue ?? job.queue;
  const subject = tickSubject(queue, schedule.id);
  const cancels = options.cancel.map(({ id, queue: of }): UnitMessage => {
    const reason = 'Its schedule fired again';
    return { subject: controlSubject(of), events: [{ type: 'RunCancelRequested', runId: id, reason }] };
  });
  return {
    unit: {
      messages: [{ subject, events, expectLastSubjectSeq: options.expect(subject) }, ...runs, ...cancels],
      // Also guards the moment in which a schedule moves to another queue, and with it to another subject.
      msgId: `tick:${schedule.id}:${causeOf(events[0])}`,
    },
    subject,
    lastTick: events.at(-1)?.tick ?? 0,
    lastAfter: events.at(-1)?.after,
    owedUpTo: owedUpToOf(events),
    queue,
    priority: schedule.priority ?? job.priority,
    fired: runs.length,
    skipped: events.length - runs.length,
    firesAt,
  };
}

/** Up to which tick these leave missed ticks to be caught up after them. */
export const owedUpToOf = (events: readonly RunEventOf<'ScheduleTicked'>[]): number | undefined =>
  events.findLast(({ owedUpTo }) => owedUpTo !== undefined)?.owedUpTo;

/** A node of a flow that is retried ends anew as the same run: only with its place in the log is an end one. */
const causeOf = (first: RunEventOf<'ScheduleTicked'> | undefined): string =>
  first?.after ? `${first.after.runId}:${first.after.seq}` : `${first?.tick}`;

const birth = (run: RunDefinition, dueAt: number | undefined, { subjectOf }: TickUnitOptions): UnitMessage =>
  dueAt === undefined
    ? {
        subject: subjectOf(run),
        events: [{ type: 'RunQueued', run, attempt: 1, delivery: 0 }],
      }
    : { subject: controlSubject(run.queue), events: [{ type: 'RunPlanned', run, dueAt }] };

function tickEvent(
  schedule: ScheduleState,
  job: JobState,
  planned: PlannedTick,
  options: TickUnitOptions,
): { event: RunEventOf<'ScheduleTicked'>; run?: RunDefinition; dueAt?: number | undefined } {
  const { tick, jitterMs, why, after, owedUpTo } = planned;
  // Other policies deal with all that was missed at once.
  const owes = schedule.overlap === 'QUEUE' && owedUpTo !== undefined && owedUpTo > tick;
  const head = {
    type: 'ScheduleTicked' as const,
    scheduleId: schedule.id,
    tick,
    ...(jitterMs > 0 && { jitterMs }),
    ...(after && { after }),
    ...(owes && { owedUpTo }),
  };
  const skipped = (reason: string) => ({ event: { ...head, outcome: 'skipped' as const, why: reason } });
  if (planned.outcome === 'skipped') return skipped(why ?? 'Skipped');
  if (!job.enabled) return skipped(`Job ${job.name} is disabled`);
  const { input, queue, priority, tags, id: scheduleId } = schedule;
  const resolved = resolveRun(
    job,
    // A tick is not recorded before its time; an end is dealt with at once, and its run waits.
    { input, queue, priority, tags, scheduleId, fireAt: tick, ...(after && { runAt: tick + jitterMs }) },
    { id: options.newId(), now: options.now, actor: `schedule:${scheduleId}` },
  );
  if (!resolved.ok) {
    const fields = Object.entries(resolved.fields).map(([field, what]) => `${field} ${what}`);
    return skipped(`No run could be made: ${fields.join('; ')}`);
  }
  return { event: { ...head, outcome: 'fired', runId: resolved.run.id }, run: resolved.run, dueAt: resolved.dueAt };
}
