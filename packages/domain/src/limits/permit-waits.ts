import type { RunEventOf } from '@jobflow/contracts';
import { isTerminal } from '@jobflow/contracts';
import { queueNext } from '../runs/end-run.js';
import type { RunLifeEvent } from '../runs/evolve-run.js';
import type { RunEffect } from '../runs/run-effect.js';
import type { RunState } from '../runs/run-state.js';
import { placeInLine, sinceOfPlace } from './place-in-line.js';

/*
 * Runs that a concurrency limit refused wait in the read model, by key, woken in the order of their places: first refused
 * first woken, the urgent before others (`place-in-line.ts`). Who wakes them is
 * decided here, from the log alone; Redis, which counts the permits, may be lost at any time.
 *
 *     refused ──▶ waits (limitKey) ──wake──▶ due now (nextAttemptAt) ──RunQueued──▶ queued ──▶ starts, or refused again
 *
 * Every end of an attempt of a run that carries the key, accepted or not, wakes one waiter: a permit came free, or comes
 * free in this moment. A wake is never lost: one that is woken passes it on when it ends without a start, or when another
 * limit refuses it. So there are always as many wakes under way or to come as permits in use, and each waiter's turn comes.
 *
 * Left is the waiter whose holders' ends stand before its own refusal in the log. Redis counted them as holders when it
 * refused it, so their ends came after that, yet they were written first. Therefore the refusal names the holders: if one
 * of them has let go by then, the waiter is woken at once. It may find that another has taken that permit; then it is
 * refused again, naming who holds it now, and a worker keeps what was refused for a second before it says so, so that this
 * does not spin. If all those named still hold, one of their ends is yet to come, and wakes.
 *
 * A run that was enqueued before its job had a limit does not carry the key. It does once it was refused: from then on its
 * ends wake as well. One that was never refused held its permit unknown to the log.
 *
 * Not covered are those, holders beyond the eight that are named, limits that were raised, and a worker that died after it
 * took a permit and before anyone else took its run over. For these the scheduler looks every few seconds whether a key
 * that runs wait for has fewer runs running than it may.
 */

/** Waits for a permit: not in any queue, and not about to be. */
export const waitsForPermit = (state: RunState): boolean =>
  state.status === 'QUEUED' && state.limitKey !== undefined && state.nextAttemptAt === undefined;

/** The run as it is once it may try again. Raises its revision: it changes without an event of its own. */
export function woken(state: RunState, at: number): { state: RunState; effect: RunEffect } {
  const due: RunState = { ...state, nextAttemptAt: at, revision: state.revision + 1 };
  return { state: due, effect: queueNext(due, at) };
}

/** The keys of which this event lets a permit go, or passes on a wake that its run did not use. */
export function keysLetGo(before: RunState, event: RunLifeEvent, after: RunState): readonly string[] {
  const keys = before.limitKeys;
  if (!keys) return NONE;
  switch (event.type) {
    case 'RunSucceeded':
    case 'RunAttemptFailed':
    case 'RunSnoozed':
    case 'RunCancelled':
      return keys;
    case 'RunReturned':
      // Given back without having held a permit, a run comes again by itself, and its wake with it.
      return event.reason === 'drained' ? keys : NONE;
    case 'RunLimited':
      if (!wasWoken(before)) return NONE;
      return event.limit === 'rate' ? keys : keys.filter((key) => key !== event.key);
    case 'RunRescheduled':
      // Put off, it makes no use of its wake; told to try now, it does.
      return wasWoken(before) && after.limitedSince === undefined ? keys : NONE;
    default:
      return wasWoken(before) && isTerminal(after.status) && !isTerminal(before.status) ? keys : NONE;
  }
}

const NONE: readonly string[] = [];
/** Refused before, no longer waiting, and not started since. */
const wasWoken = (state: RunState): boolean =>
  state.limitedSince !== undefined &&
  !state.started &&
  !waitsForPermit(state) &&
  (state.limitKey === undefined || state.waitReason === 'CONCURRENCY_LIMIT');

/** The permit that this holder had when a run was refused has been let go since. */
export const hasLetGo = (holder: { delivery: number }, state: RunState | undefined): boolean =>
  state === undefined ||
  state.delivery !== holder.delivery ||
  (state.status !== 'RUNNING' && state.status !== 'QUEUED') ||
  state.nextAttemptAt !== undefined ||
  state.limitKey !== undefined;

/** A run that a limit kept from starting. A rate has booked its turn; for a permit it waits until it is woken. */
export function limited(state: RunState, event: RunEventOf<'RunLimited'>): { state: RunState; effects: RunEffect[] } {
  const place = state.limitedSince ?? placeInLine(event.at, state.priority);
  const waiting: RunState = {
    ...state,
    status: 'QUEUED',
    started: false,
    workerId: undefined,
    startedAt: undefined,
    waitMs: undefined,
    progress: undefined,
    progressMessage: undefined,
    limitKey: event.key,
    limitedSince: place,
    waitReason: event.limit === 'rate' ? 'RATE_LIMIT' : 'CONCURRENCY_LIMIT',
    waitSince: sinceOfPlace(place, state.priority),
  };
  if (event.limit === 'concurrency')
    return { state: { ...waiting, limitKeys: including(event.key, state.limitKeys) }, effects: [] };
  const at = event.until ?? event.at;
  const booked: RunState = { ...waiting, nextAttemptAt: at };
  return { state: booked, effects: [queueNext(booked, at)] };
}

const including = (key: string, keys: string[] = []): string[] => (keys.includes(key) ? keys : [...keys, key]);
