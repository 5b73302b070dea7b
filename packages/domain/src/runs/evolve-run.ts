import { isTerminal, type NotifyRun, type RunEvent, type RunEventOf, type RunStatus } from '@jobflow/contracts';
import { nextQueueing } from './next-queueing.js';
import type { RunEffect } from './run-effect.js';
import type { RunState } from './run-state.js';

/** The events of one run's life; a ScheduleTicked belongs to its schedule. */
export type RunLifeEvent = Exclude<RunEvent, { type: 'ScheduleTicked' }>;
type AttemptEnd = RunEventOf<'RunSucceeded' | 'RunAttemptFailed' | 'RunSnoozed' | 'RunCancelled'>;
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
  /** How many entries the timeline grows by: 0 for progress, 2 for an end that tells of its start as well. */
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
    const born = begin(event, meta);
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
        ? { state: startedAs(state, event.workerId, event.startedAt) }
        : 'refused';
    case 'RunProgressed':
      return isCurrent(state, event) && state.status === 'RUNNING'
        ? { state: { ...state, progress: event.progress, progressMessage: event.message ?? state.progressMessage } }
        : 'refused';
    case 'RunReturned':
      return isCurrent(state, event) ? returned(state, event) : 'refused';
    case 'RunCancelRequested':
      return cancelRequested(state, event, meta);
    case 'RunExpired':
      return expired(state, event);
    case 'RunSucceeded':
    case 'RunAttemptFailed':
    case 'RunSnoozed':
    case 'RunCancelled':
      return isCurrent(state, event) ? attemptEnded(state, event) : 'refused';
    default:
      return event satisfies never;
  }
}

/** Speaks the event of the queueing and the claim that count now, on a run that has not ended and waits for nothing? */
const isCurrent = (state: RunState, e: OnAttempt): boolean =>
  (state.status === 'RUNNING' || (state.status === 'QUEUED' && state.nextAttemptAt === undefined)) &&
  e.attempt === state.attempt &&
  e.delivery === state.delivery &&
  e.claim === state.claim;

function begin(event: RunLifeEvent, meta: EventMeta): RunState | undefined {
  if (event.type !== 'RunQueued' && event.type !== 'RunPlanned') return undefined;
  const { run } = event;
  const queuedNow = event.type === 'RunQueued';
  return {
    id: run.id,
    job: run.job,
    jobRevision: run.jobRevision,
    kind: run.kind,
    queue: run.queue,
    priority: run.priority,
    tags: run.tags ?? [],
    status: queuedNow ? 'QUEUED' : 'SCHEDULED',
    attempt: queuedNow ? event.attempt : 0,
    maxAttempts: Math.max(run.retry.maxAttempts, queuedNow ? event.attempt : 1),
    delivery: queuedNow ? event.delivery : -1,
    claim: 0,
    started: false,
    losses: 0,
    workerId: undefined,
    createdAt: run.createdAt,
    dueAt: queuedNow ? undefined : event.dueAt,
    queuedAt: queuedNow ? meta.at : undefined,
    startedAt: undefined,
    finishedAt: undefined,
    expiresAt: run.expiresAt,
    nextAttemptAt: undefined,
    waitMs: undefined,
    durationMs: undefined,
    progress: undefined,
    progressMessage: undefined,
    cancelRequestedAt: undefined,
    cancelReason: undefined,
    test: run.test ?? false,
    callbackUrl: run.callbackUrl,
    retryOf: run.retryOf,
    scheduleId: run.scheduleId,
    fireAt: run.fireAt,
    deadLetter: undefined,
    fingerprint: undefined,
    waitReason: undefined,
    waitSince: undefined,
    revision: 1,
    timelineCount: 1,
  };
}

const plannedEffects = (born: RunState): RunEffect[] =>
  born.status === 'SCHEDULED' ? [queueNext(born, born.dueAt ?? born.createdAt)] : [];

/** Only the next queueing counts, so a message stored twice or by two schedulers queues once. */
function queued(state: RunState, event: RunEventOf<'RunQueued'>, meta: EventMeta): Verdict {
  const next = nextQueueing(state);
  if (!next || event.delivery !== next.delivery || event.attempt !== next.attempt) return 'refused';
  return {
    state: {
      ...state,
      status: 'QUEUED',
      attempt: event.attempt,
      delivery: event.delivery,
      priority: event.run.priority,
      started: false,
      workerId: undefined,
      queuedAt: meta.at,
      startedAt: undefined,
      nextAttemptAt: undefined,
      waitMs: undefined,
      durationMs: undefined,
      progress: undefined,
      progressMessage: undefined,
    },
  };
}

/** The highest n wins. Taking a started run from another worker counts as a loss; the attempt goes on. */
function claimed(state: RunState, event: RunEventOf<'RunClaimed'>): Verdict {
  const { attempt, delivery, n } = event;
  if (n <= state.claim || !isCurrent(state, { attempt, delivery, claim: state.claim })) return 'refused';
  const goesOn = event.reclaim === true && (state.workerId === undefined || state.workerId === event.workerId);
  return {
    state: {
      ...state,
      claim: n,
      workerId: event.workerId,
      started: goesOn && state.started,
      losses: state.losses + (state.started && !goesOn ? 1 : 0),
    },
  };
}

function startedAs(state: RunState, workerId: string, startedAt: number): RunState {
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
  };
}

function returned(state: RunState, event: RunEventOf<'RunReturned'>): Verdict {
  if (state.cancelRequestedAt !== undefined) return ended(state, 'CANCELLED', event.at);
  const noHandler = event.reason === 'no-handler';
  const waiting: RunState = {
    ...state,
    status: 'QUEUED',
    started: false,
    workerId: undefined,
    startedAt: undefined,
    waitMs: undefined,
    progress: undefined,
    progressMessage: undefined,
    nextAttemptAt: event.notBefore,
    waitReason: noHandler ? 'NO_HANDLER' : undefined,
    waitSince: noHandler ? (state.waitSince ?? event.at) : undefined,
  };
  return { state: waiting, effects: [queueNext(waiting, event.notBefore)] };
}

/** Ends what has not started; what runs is only marked, and ends by its RunCancelled or otherwise. */
function cancelRequested(state: RunState, event: RunEventOf<'RunCancelRequested'>, meta: EventMeta): Verdict {
  if (isTerminal(state.status) || state.cancelRequestedAt !== undefined) return 'refused';
  const marked: RunState = { ...state, cancelRequestedAt: meta.at, cancelReason: event.reason };
  return state.status === 'RUNNING' ? { state: marked } : ended(marked, 'CANCELLED', meta.at);
}

/** Only what waits can expire, and only at or after its expiresAt. */
function expired(state: RunState, event: RunEventOf<'RunExpired'>): Verdict {
  if (isTerminal(state.status) || state.status === 'RUNNING') return 'refused';
  return state.expiresAt !== undefined && event.at >= state.expiresAt ? ended(state, 'EXPIRED', event.at) : 'refused';
}

function attemptEnded(before: RunState, event: AttemptEnd): Verdict {
  const shown = before.started ? 1 : 2;
  const begun = before.started ? before : startedAs(before, event.workerId, event.startedAt);
  const state: RunState = {
    ...begun,
    durationMs: Math.max(0, event.finishedAt - (begun.startedAt ?? event.startedAt)),
  };
  switch (event.type) {
    case 'RunSucceeded':
      return { ...ended({ ...state, progress: undefined }, 'SUCCEEDED', event.finishedAt), shown };
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

function queueNext(state: RunState, at: number): RunEffect {
  const next = nextQueueing(state);
  if (!next) throw new Error(`run ${state.id} is ${state.status} and cannot be queued`);
  return { kind: 'queue-run', run: { runId: state.id, queue: state.queue, ...next, at } };
}

/** The one way into a terminal state, so that it is told exactly once. */
function ended(state: RunState, status: RunStatus, at: number): { state: RunState; effects: RunEffect[] } {
  const over: RunState = {
    ...state,
    status,
    started: false,
    finishedAt: at,
    nextAttemptAt: undefined,
    waitReason: undefined,
    waitSince: undefined,
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
