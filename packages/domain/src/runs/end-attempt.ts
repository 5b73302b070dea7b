import type { RunEventOf } from '@jobflow/contracts';
import { ended, queueNext } from './end-run.js';
import { letGo } from './reschedule-run.js';
import type { RunEffect } from './run-effect.js';
import { endedForOthers } from './run-holder.js';
import type { RunState } from './run-state.js';

type AttemptEnd = RunEventOf<'RunSucceeded' | 'RunAttemptFailed' | 'RunSnoozed' | 'RunCancelled'>;
interface Ended {
  state: RunState;
  effects: RunEffect[];
}

/** The run as it is once its current claimant has begun. */
export function startedAs(state: RunState, workerId: string, startedAt: number): RunState {
  const first = state.startedAt ?? startedAt;
  return {
    ...state,
    status: 'RUNNING',
    started: true,
    workerId,
    startedAt: first,
    waitMs: Math.max(0, first - (state.queuedAt ?? first)),
    waitReason: undefined,
    waitSince: undefined,
    limitedSince: undefined,
    superseded: undefined,
  };
}

const WAITS_BECAUSE = {
  drained: undefined,
  'no-handler': 'NO_HANDLER',
  'limits-unavailable': 'LIMITS_UNAVAILABLE',
  rescheduled: undefined,
} as const;

/** A worker gave the run back: it waits to be queued again, at no cost. */
export function returned(state: RunState, event: RunEventOf<'RunReturned'>): Ended {
  if (state.cancelRequestedAt !== undefined) return ended(state, 'CANCELLED', event.at);
  if (state.superseded) return letGo(state);
  const reason = WAITS_BECAUSE[event.reason];
  const waiting: RunState = {
    ...state,
    status: 'QUEUED',
    started: false,
    alone: false,
    workerId: undefined,
    startedAt: undefined,
    waitMs: undefined,
    progress: undefined,
    progressMessage: undefined,
    nextAttemptAt: event.notBefore,
    waitReason: reason,
    waitSince: reason && (state.waitSince ?? event.at),
  };
  return { state: waiting, effects: [queueNext(waiting, event.notBefore)] };
}

/** What the end of the current attempt makes of its run. An attempt that tells of its start only now shows twice. */
export function attemptEnded(before: RunState, event: AttemptEnd): Ended & { shown: number } {
  const forOthers = event.type === 'RunAttemptFailed' && endedForOthers(before, event);
  const starts = !before.started && !forOthers;
  const shown = starts ? 2 : 1;
  const begun = starts ? startedAs(before, event.workerId, event.startedAt) : before;
  const state: RunState = {
    ...begun,
    workerId: begun.workerId ?? event.workerId,
    durationMs: begun.startedAt === undefined ? undefined : Math.max(0, event.finishedAt - begun.startedAt),
  };
  switch (event.type) {
    case 'RunSucceeded':
      return {
        ...ended({ ...state, progress: state.progress === undefined ? undefined : 100 }, 'SUCCEEDED', event.finishedAt),
        shown,
      };
    case 'RunCancelled':
      return { ...ended(state, 'CANCELLED', event.finishedAt), shown };
    case 'RunSnoozed':
      return { ...snoozed(state, event), shown };
    case 'RunAttemptFailed':
      return { ...attemptFailed(state, event), shown };
    default:
      return event satisfies never;
  }
}

function snoozed(state: RunState, event: RunEventOf<'RunSnoozed'>) {
  if (state.cancelRequestedAt !== undefined) return ended(state, 'CANCELLED', event.finishedAt);
  const waiting: RunState = { ...state, status: 'SCHEDULED', started: false, dueAt: event.until };
  return { state: waiting, effects: [queueNext(waiting, event.until)] };
}

function attemptFailed(failed: RunState, event: RunEventOf<'RunAttemptFailed'>) {
  const state: RunState = { ...failed, fingerprint: event.error.fingerprint };
  const { next } = event;
  // The policy's bound holds even against a writer that forgot it.
  const again = next.kind === 'retry' && state.attempt < state.maxAttempts;
  if (next.kind === 'retry' && state.cancelRequestedAt !== undefined)
    return ended(state, 'CANCELLED', event.finishedAt);
  if (again) {
    const waiting: RunState = { ...state, status: 'RETRYING', started: false, nextAttemptAt: next.at };
    return { state: waiting, effects: [queueNext(waiting, next.at)] };
  }
  const reason = next.kind === 'dead' ? next.reason : 'attempts-exhausted';
  const dead = ended({ ...state, deadLetter: 'OPEN' }, 'FAILED', event.finishedAt);
  const { id: runId, job, queue, attempt } = state;
  const letter = { runId, job, queue, attempt, reason, error: event.error, at: event.finishedAt };
  return { state: dead.state, effects: [...dead.effects, { kind: 'dead-letter' as const, run: letter }] };
}
