import type { RunEventOf } from '@jobflow/contracts';
import { nextQueueing, queueAt } from '@jobflow/domain';
import { definitionOf } from './definition-of.js';
import type { DueRow } from './due-rows.js';

export type Judged =
  | { kind: 'queue'; event: RunEventOf<'RunQueued'> }
  /** Its time has been put off. */
  | { kind: 'later'; at: number }
  | { kind: 'expired' }
  /** It is queued already, or has ended. */
  | { kind: 'settled' };

/**
 * What to do with a run whose time has come, by its row as it is now. `verify` marks the message for a check by whoever
 * receives it: when this scheduler cannot be sure to be the first to queue it.
 */
export function judgeRow(row: DueRow, now: number, verify: boolean): Judged {
  const waiting = {
    status: row.status,
    attempt: row.attempt,
    delivery: row.delivery,
    dueAt: row.due_at?.getTime(),
    nextAttemptAt: row.next_attempt_at?.getTime(),
  };
  const at = queueAt(waiting);
  const next = nextQueueing(waiting);
  if (at === undefined || !next) return { kind: 'settled' };
  if (row.expires_at && row.expires_at.getTime() <= now) return { kind: 'expired' };
  if (at > now) return { kind: 'later', at };
  const event = { type: 'RunQueued' as const, run: definitionOf(row), ...next };
  return { kind: 'queue', event: { ...event, ...(verify && { verify }), ...known(row), ...limitedBefore(row) } };
}

/** A run that a limit refused keeps its place: it goes before whoever came later. */
function limitedBefore(row: DueRow): Pick<RunEventOf<'RunQueued'>, 'limited'> {
  if (!row.limited_since || row.status !== 'QUEUED') return {};
  const booked = row.limit_key !== null && row.wait_reason === 'RATE_LIMIT';
  return { limited: { since: row.limited_since.getTime(), ...(booked && { booked }) } };
}

/** Why a worker gave it back: the next one goes by how long that has lasted. */
const GIVEN_BACK = new Set(['NO_HANDLER', 'LIMITS_UNAVAILABLE']);

/** What the run's history says to whoever is to carry it out. */
const known = ({ losses, wait_reason, wait_since, reschedules }: DueRow) => ({
  ...(reschedules !== null && reschedules > 0 && { reschedules }),
  ...(losses > 0 && { losses }),
  ...(wait_since && GIVEN_BACK.has(wait_reason ?? '') && { waitingSince: wait_since.getTime() }),
});
