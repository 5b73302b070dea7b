import type { RunEventOf } from '@jobflow/contracts';
import { placeInLine, sinceOfPlace } from '../limits/place-in-line.js';
import { queueNext } from './end-run.js';
import { touchedBy } from './evolve-dead-letter.js';
import { queueAt } from './next-queueing.js';
import type { RunEffect } from './run-effect.js';
import type { RunState } from './run-state.js';

/*
 * A run that only waits is rescheduled by moving its time. One whose message is in the log is different: a worker may be
 * starting it at this moment, without asking anybody. So the message becomes void only in part:
 *
 *     QUEUED ── rescheduled ──▶ SCHEDULED, superseded ─┬─ its old message is started, claimed, or ends ─▶ goes on, as if
 *                                                      │                                                nothing had been said
 *                                                      ├─ let go by the worker that has it ─▶ SCHEDULED
 *                                                      └─ queued anew, by a scheduler that has made sure ─▶ QUEUED
 *
 * As long as the run is superseded, what a worker says of the old message counts, and the reschedule is lost: a run is
 * never carried out twice for its sake. Workers that hear of it in time (they follow `control`, as for cancellations)
 * ask before they start, and let the message go. A scheduler queues a superseded run anew only if it knows that the old
 * message cannot be started any more (`due/superseded-runs.ts` of the scheduler).
 */

interface Moved {
  state: RunState;
  effects?: RunEffect[];
}

/** What a reschedule makes of a run; refused unless it waits for its time or for a worker. */
export function rescheduled(
  before: RunState,
  event: RunEventOf<'RunRescheduled'>,
  meta: { at: number },
): Moved | 'refused' {
  const { at, priority = before.priority } = event;
  const touched = touchedBy(before, event.operationId);
  if (!canWait(before)) return 'refused';
  // It is so already.
  if (queueAt(before) === at && before.priority === priority) return { state: touched };
  const state: RunState = { ...touched, priority, reschedules: (before.reschedules ?? 0) + 1 };
  switch (state.status) {
    case 'RETRYING':
      return waiting({ ...state, nextAttemptAt: at }, at);
    case 'SCHEDULED':
      return waiting({ ...state, dueAt: at, nextAttemptAt: undefined }, at);
    default:
      return isInLog(state) ? fromLog(touched, state, at, meta.at) : fromWaiting(touched, state, at, meta.at);
  }
}

const canWait = ({ status }: RunState): boolean =>
  status === 'SCHEDULED' || status === 'RETRYING' || status === 'QUEUED';

/** Its message waits for a worker. */
const isInLog = (state: RunState): boolean => state.nextAttemptAt === undefined && state.limitKey === undefined;

function fromLog(before: RunState, state: RunState, at: number, now: number): Moved {
  // It is where it is wanted.
  if (at <= now && state.priority === before.priority) return { state: before };
  return waiting({ ...unlimited(state), status: 'SCHEDULED', dueAt: at, superseded: true }, at);
}

/** What was to be queued again anyway. One that a limit refused keeps its place, by its priority now, if it is to try at once. */
function fromWaiting(before: RunState, state: RunState, at: number, now: number): Moved {
  if (at > now) return waiting({ ...unlimited(state), status: 'SCHEDULED', dueAt: at, nextAttemptAt: undefined }, at);
  const { limitedSince: place, priority } = before;
  const limitedSince = place === undefined ? undefined : placeInLine(sinceOfPlace(place, priority), state.priority);
  return waiting({ ...unlimited(state), limitedSince, nextAttemptAt: at }, at);
}

const unlimited = (state: RunState): RunState => ({
  ...state,
  limitKey: undefined,
  limitedSince: undefined,
  waitReason: undefined,
  waitSince: undefined,
});

const waiting = (state: RunState, at: number): Moved => ({ state, effects: [queueNext(state, at)] });

/** This message was queued before its queuer knew of the last reschedule, which asks for another one. */
export const isUnaware = (state: RunState, event: RunEventOf<'RunQueued'>, now: number): boolean =>
  (state.reschedules ?? 0) > (event.reschedules ?? 0) &&
  ((queueAt(state) ?? now) > now || event.run.priority !== state.priority);

/** A run queued in ignorance of its reschedule: its message is void from the start. */
export function putOff(before: RunState, inLog: RunState): { state: RunState; effects: RunEffect[] } {
  const dueAt = queueAt(before) ?? before.dueAt ?? before.createdAt;
  const state: RunState = { ...inLog, status: 'SCHEDULED', priority: before.priority, dueAt, superseded: true };
  return { state, effects: [queueNext(state, dueAt)] };
}

/** The old message is done with and was not started: the run may be queued anew at its time. */
export function letGo(state: RunState): { state: RunState; effects: RunEffect[] } {
  const waits: RunState = { ...state, superseded: undefined, workerId: undefined };
  return { state: waits, effects: [queueNext(waits, waits.dueAt ?? waits.createdAt)] };
}

/** The run as it is once a worker has taken the old message: the reschedule came too late. */
export const startedAfterAll = (state: RunState): RunState =>
  state.superseded ? { ...state, status: 'QUEUED', superseded: undefined } : state;
