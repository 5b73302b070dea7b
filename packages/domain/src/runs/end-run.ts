import type { NotifyRun, RunStatus } from '@jobflow/contracts';
import { nextQueueing } from './next-queueing.js';
import type { RunEffect } from './run-effect.js';
import type { RunState } from './run-state.js';

/** Asks for a run's next queueing, at this time. */
export function queueNext(state: RunState, at: number): RunEffect {
  const next = nextQueueing(state);
  if (!next) throw new Error(`run ${state.id} is ${state.status} and cannot be queued`);
  return { kind: 'queue-run', run: { runId: state.id, queue: state.queue, ...next, at } };
}

/** The one way into a terminal state, so that it is told exactly once. */
export function ended(state: RunState, status: RunStatus, at: number): { state: RunState; effects: RunEffect[] } {
  const over: RunState = {
    ...state,
    status,
    started: false,
    finishedAt: at,
    nextAttemptAt: undefined,
    waitReason: undefined,
    waitSince: undefined,
    limitKey: undefined,
    limitedSince: undefined,
    superseded: undefined,
  };
  const { id: runId, job, queue, tags, callbackUrl, test } = state;
  const run: NotifyRun = {
    runId,
    job,
    queue,
    tags,
    status,
    at,
    ...(callbackUrl && { callbackUrl }),
    ...(test && { test }),
  };
  return { state: over, effects: [{ kind: 'notify-run', run }] };
}
