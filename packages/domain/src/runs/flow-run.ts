import type { RunEventOf } from '@jobflow/contracts';
import { NOT_BEGUN } from './begin-run.js';
import { ended, queueNext } from './end-run.js';
import { nextQueueing, queueAt } from './next-queueing.js';
import type { RunEffect } from './run-effect.js';
import type { RunState } from './run-state.js';

/** What the fold itself makes of other runs' ends. Never in the log: the log holds what these follow from. */
export type DerivedEvent =
  /** All it depends on has ended, and it may run. */
  | { type: 'RunReleased'; runId: string; at: number; delayMs?: number | undefined }
  /** Its flow is retried: it waits to run again, with fresh attempts. */
  | { type: 'RunRestarted'; runId: string; at: number };

type Judged = { state: RunState; effects?: RunEffect[] } | 'refused';

/** A run that waited for others is due: now, after its delay, or at the time it was planned for. */
export function released(state: RunState, { at, delayMs }: Extract<DerivedEvent, { type: 'RunReleased' }>): Judged {
  if (state.status !== 'BLOCKED') return 'refused';
  const dueAt = delayMs === undefined ? Math.max(at, state.dueAt ?? at) : at + delayMs;
  const due: RunState = { ...state, status: 'SCHEDULED', dueAt };
  return { state: due, effects: [queueNext(due, dueAt)] };
}

/** A run that ended waits again, as if it had never run; `delivery` counts on, so that nothing of before can be meant. */
export function restarted(state: RunState): Judged {
  if (state.status !== 'FAILED' && state.status !== 'CANCELLED') return 'refused';
  return { state: { ...state, ...NOT_BEGUN, status: 'BLOCKED', attempt: 0, dueAt: undefined } };
}

/** Its input cannot be made from the results it names, so it ends instead of being queued. */
export function inputFailed(state: RunState, event: RunEventOf<'RunInputFailed'>): Judged {
  if (queueAt(state) === undefined || event.delivery !== nextQueueing(state)?.delivery) return 'refused';
  const { error, at } = event;
  const dead = ended({ ...state, deadLetter: 'OPEN', fingerprint: error.fingerprint }, 'FAILED', at);
  const { id: runId, job, queue, attempt } = state;
  const letter = { runId, job, queue, attempt, reason: 'not-retryable', error, at };
  return { state: dead.state, effects: [...dead.effects, { kind: 'dead-letter', run: letter }] };
}
