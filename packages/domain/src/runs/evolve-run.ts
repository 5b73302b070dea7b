import { isTerminal, type RunDefinition, type RunEvent, type RunEventOf } from '@jobflow/contracts';
import { concurrencyKeysOf, limitKeysOf } from '../limits/limit-keys.js';
import { limited } from '../limits/permit-waits.js';
import { beginRun } from './begin-run.js';
import { attemptEnded, returned, startedAs } from './end-attempt.js';
import { ended, queueNext } from './end-run.js';
import { evolveDeadLetter, touchedBy } from './evolve-dead-letter.js';
import { type DerivedEvent, inputFailed, released, restarted } from './flow-run.js';
import { nextQueueing } from './next-queueing.js';
import { isUnaware, letGo, putOff, rescheduled, startedAfterAll } from './reschedule-run.js';
import type { RunEffect } from './run-effect.js';
import { takenOver } from './run-holder.js';
import type { RunState } from './run-state.js';

/** The events of one run's life; others of the log belong to a schedule or a flow. */
export type RunLifeEvent =
  | Exclude<RunEvent, { type: 'ScheduleTicked' | 'FlowCreated' | 'FlowCancelRequested' | 'FlowRetryRequested' }>
  | DerivedEvent;
/** What the log itself says of one run. */
export type LoggedRunEvent = Exclude<RunLifeEvent, DerivedEvent>;
export const isOfOneRun = (event: RunEvent): event is LoggedRunEvent => event.type.startsWith('Run');
type OnAttempt = { attempt: number; delivery: number; claim: number };

export interface EventMeta {
  /** The commit's time, epoch ms. */
  at: number;
  /** The message's sequence in its stream. */
  seq: number;
  actor: string;
}

export interface Evolved {
  /** Undefined only for an event of a run that was never queued or planned. */
  state: RunState | undefined;
  /** False for an event that came too late, twice, or from a worker that had lost the run: it changed nothing. */
  accepted: boolean;
  effects: RunEffect[];
  /** How many entries the timeline grows by: 0 for progress, 2 for an end that tells of its own start as well. */
  shown: number;
}

/** What an accepted event makes of a run, before it is counted. */
type Verdict = { state: RunState; effects?: RunEffect[]; shown?: number } | 'refused';

/**
 * The fold of one run, and the only judge of which events hold (see the state machine in this package's README).
 * Anyone may append; an event counts only if it fits the state at its place in the log. Every event of a known run
 * raises `revision`, accepted or not, since a refused one is shown as well. Never throws.
 */
export function evolveRun(state: RunState | undefined, event: RunLifeEvent, meta: EventMeta): Evolved {
  if (!state) {
    const born = beginRun(event, meta);
    return born
      ? { state: born, accepted: true, effects: plannedEffects(born), shown: 1 }
      : { state: undefined, accepted: false, effects: [], shown: 0 };
  }
  const verdict = judge(state, event, meta);
  const refused = verdict === 'refused';
  const shown = event.type === 'RunProgressed' ? 0 : refused ? 1 : (verdict.shown ?? 1);
  const next = refused ? state : verdict.state;
  return {
    state: { ...next, revision: state.revision + 1, timelineCount: state.timelineCount + shown },
    accepted: !refused,
    effects: refused ? [] : (verdict.effects ?? []),
    shown,
  };
}

function judge(state: RunState, event: RunLifeEvent, meta: EventMeta): Verdict {
  switch (event.type) {
    case 'RunPlanned':
      return 'refused';
    case 'RunQueued':
      return queued(state, event, meta);
    case 'RunClaimed':
      return claimed(state, event);
    case 'RunStarted':
      return isCurrent(state, event) && !state.started
        ? { state: { ...startedAs(state, event.workerId, event.startedAt), alone: event.alone === true } }
        : 'refused';
    case 'RunProgressed':
      return isCurrent(state, event) && state.status === 'RUNNING'
        ? { state: { ...state, progress: event.progress, progressMessage: event.message ?? state.progressMessage } }
        : 'refused';
    case 'RunLimited':
      return wasLimited(state, event);
    case 'RunReturned':
      return isCurrent(state, event) ? returned(state, event) : 'refused';
    case 'RunCancelRequested':
      return cancelRequested(state, event, meta);
    case 'RunRescheduled':
      return rescheduled(state, event, meta);
    case 'RunExpired':
      return expired(state, event);
    case 'RunSucceeded':
    case 'RunAttemptFailed':
    case 'RunSnoozed':
    case 'RunCancelled':
      return isCurrent(state, event) ? attemptEnded(state, event) : 'refused';
    case 'RunInputFailed':
      return inputFailed(state, event);
    case 'RunReleased':
      return released(state, event);
    case 'RunRestarted':
      return restarted(state);
    case 'RunDeadLetterRedriven':
    case 'RunDeadLetterDiscarded':
    case 'RunDeadLetterReopened':
      return evolveDeadLetter(state, event);
    default:
      return event satisfies never;
  }
}

/** Speaks the event of the queueing and the claim that count now, on a run that has not ended and waits for nothing? */
const isCurrent = (state: RunState, e: OnAttempt): boolean =>
  (state.status === 'RUNNING' ||
    state.superseded === true ||
    (state.status === 'QUEUED' && state.nextAttemptAt === undefined && state.limitKey === undefined)) &&
  e.attempt === state.attempt &&
  e.delivery === state.delivery &&
  e.claim === state.claim;

const plannedEffects = (born: RunState): RunEffect[] =>
  born.status === 'SCHEDULED' ? [queueNext(born, born.dueAt ?? born.createdAt)] : [];

/** Only the next queueing counts, so a message stored twice or by two schedulers queues once. */
function queued(state: RunState, event: RunEventOf<'RunQueued'>, meta: EventMeta): Verdict {
  const next = nextQueueing(state);
  if (!next || event.delivery !== next.delivery || event.attempt !== next.attempt) return 'refused';
  const inLog: RunState = {
    ...state,
    status: 'QUEUED',
    attempt: event.attempt,
    delivery: event.delivery,
    queuedSeq: meta.seq,
    superseded: undefined,
    // A new message is fresh: its outcome bears no claim, whoever claimed the one before.
    claim: 0,
    priority: event.run.priority,
    started: false,
    alone: false,
    workerId: undefined,
    queuedAt: meta.at,
    startedAt: undefined,
    nextAttemptAt: undefined,
    limitKey: undefined,
    ...(state.limitKey !== undefined && { waitReason: undefined, waitSince: undefined }),
    waitMs: undefined,
    durationMs: undefined,
    progress: undefined,
    progressMessage: undefined,
    // An input made of templates is known only now, and the key it is limited by with it.
    ...(event.run.flow?.templated && { limitKeys: keysOnceKnown(state, event.run) }),
  };
  return isUnaware(state, event, meta.at) ? putOff(state, inLog) : { state: inLog };
}

/** A limit that its job has only since is none of the run's own: the run learned that key when it was refused. */
function keysOnceKnown({ limitKeys = [] }: RunState, run: RunDefinition): string[] | undefined {
  const own = concurrencyKeysOf(run);
  const { job } = limitKeysOf(run);
  return limitKeys.includes(job) && !own?.includes(job) ? [...(own ?? []), job] : own;
}

/** What has started is not kept from starting any more. */
function wasLimited(state: RunState, event: RunEventOf<'RunLimited'>): Verdict {
  if (!isCurrent(state, event) || state.started) return 'refused';
  if (state.superseded) return letGo(state);
  return state.cancelRequestedAt === undefined ? limited(state, event) : ended(state, 'CANCELLED', event.at);
}

/** The highest n wins; what it takes from another worker is lost there (see `takenOver`). */
function claimed(before: RunState, event: RunEventOf<'RunClaimed'>): Verdict {
  const { attempt, delivery, n } = event;
  if (n <= before.claim || !isCurrent(before, { attempt, delivery, claim: before.claim })) return 'refused';
  const state = startedAfterAll(before);
  const { goesOn, ...taken } = takenOver(state, event);
  return { state: { ...state, ...taken, claim: n, alone: goesOn && state.alone } };
}

/** Ends what has not started; what runs is only marked, and ends by its RunCancelled or otherwise. */
function cancelRequested(state: RunState, event: RunEventOf<'RunCancelRequested'>, meta: EventMeta): Verdict {
  if (isTerminal(state.status) || state.cancelRequestedAt !== undefined) return 'refused';
  const marked: RunState = {
    ...touchedBy(state, event.operationId),
    cancelRequestedAt: meta.at,
    cancelReason: event.reason,
  };
  return state.status === 'RUNNING' ? { state: marked } : ended(marked, 'CANCELLED', meta.at);
}

/** Only what waits can expire, and only at or after its expiresAt. */
function expired(state: RunState, event: RunEventOf<'RunExpired'>): Verdict {
  if (isTerminal(state.status) || state.status === 'RUNNING') return 'refused';
  return state.expiresAt !== undefined && event.at >= state.expiresAt ? ended(state, 'EXPIRED', event.at) : 'refused';
}
