import type { RunEventOf } from '@jobflow/contracts';
import type { RunState } from './run-state.js';
import type { StoredEvent } from './stored-event.js';

/** Who has a run, and what was seen of those who had it: a part of what the fold keeps, made of stored events as well. */
export type Holder = Pick<RunState, 'started' | 'workerId' | 'losses'> & {
  lostWorkers: readonly string[];
};
type Claim = Pick<RunEventOf<'RunClaimed'>, 'workerId' | 'reclaim' | 'redelivered'>;
type Failure = { status: string; next: { kind: string; reason?: string } };

export const NOBODY: Holder = { started: false, losses: 0, lostWorkers: [] };
const KEPT_NAMES = 5;

/**
 * Taking a started run from another worker counts as a loss; the attempt goes on. So does, once, the very first takeover
 * of a run that was not seen starting: a handler may kill its worker before anything is recorded. From then on every
 * execution is recorded before it begins, so later losses are certain.
 */
export function takenOver(
  holder: Holder,
  claim: Claim,
): Holder & { workerId: string; lostWorkers: string[]; goesOn: boolean } {
  const goesOn = claim.reclaim === true && (holder.workerId === undefined || holder.workerId === claim.workerId);
  const first = claim.redelivered === true && holder.losses === 0;
  const lost = !goesOn && (holder.started || first);
  const named = lost && holder.workerId !== undefined ? [holder.workerId] : [];
  return {
    goesOn,
    workerId: claim.workerId,
    started: goesOn && holder.started,
    losses: holder.losses + (lost ? 1 : 0),
    lostWorkers: [...holder.lostWorkers, ...named].slice(-KEPT_NAMES),
  };
}

/**
 * Whether who ended this attempt had not begun it: it ended in the place of the worker that was lost with it, or nobody
 * could carry it out. A worker that stops itself ends what may run once for the same reason as one that finds it lost;
 * only the latter took it from somebody.
 */
export function endedForOthers(holder: Holder, { status, next }: Failure): boolean {
  if (holder.started || next.kind !== 'dead') return false;
  if (next.reason === 'no-handler' || next.reason === 'poison') return true;
  return next.reason === 'expired-lease' && status === 'LOST' && holder.lostWorkers.length > 0;
}

/** The same, of a stored event. */
export const isEndForOthers = (holder: Holder, { type, data }: StoredEvent): boolean =>
  type === 'RunAttemptFailed' && endedForOthers(holder, data as unknown as Failure);

/** Who has the run after an accepted event. */
export function followHolder(holder: Holder, { type, data }: StoredEvent): Holder {
  switch (type) {
    case 'RunStarted':
      return { ...holder, started: true, workerId: String(data.workerId) };
    case 'RunClaimed':
      return takenOver(holder, data as unknown as Claim);
    case 'RunProgressed':
    case 'RunCancelRequested':
    case 'RunRescheduled':
    case 'RunDeadLetterRedriven':
    case 'RunDeadLetterDiscarded':
    case 'RunDeadLetterReopened':
      return holder;
    case 'RunRestarted':
      return NOBODY;
    default:
      return { started: false, losses: holder.losses, lostWorkers: holder.lostWorkers };
  }
}
