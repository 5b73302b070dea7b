import type { Json } from '@jobflow/contracts';
import { describeEvent } from './describe-event.js';
import type { StoredEvent } from './stored-event.js';

export interface TimelineEntry {
  at: number;
  type: string;
  message: string;
  actor: string;
  attempt?: number;
  data: { [key: string]: Json };
  /** The event changed the run; a late one is shown, and changed nothing. */
  accepted: boolean;
  seq: number;
}

/** A run's stored events, oldest first, as people read them; a start recorded with its end gets its own entry. */
export function timelineOf(events: readonly StoredEvent[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  let on: Holder = { started: false };
  for (const event of events) {
    if (event.accepted && ENDS.has(event.type) && !on.started) entries.push(entryOf(impliedStart(event)));
    if (event.accepted) on = follow(on, event);
    if (event.type !== 'RunProgressed') entries.push(entryOf(event));
  }
  return entries;
}

/** Who holds the run, and whether that worker was seen starting it: as the fold keeps it. */
interface Holder {
  started: boolean;
  worker?: unknown;
}
const ENDS = new Set<string>(['RunSucceeded', 'RunAttemptFailed', 'RunSnoozed', 'RunCancelled']);

function follow(on: Holder, { type, data }: StoredEvent): Holder {
  switch (type) {
    case 'RunStarted':
      return { started: true, worker: data.workerId };
    case 'RunClaimed': {
      const goesOn = data.reclaim === true && (on.worker === undefined || on.worker === data.workerId);
      return { started: goesOn && on.started, worker: data.workerId };
    }
    case 'RunProgressed':
    case 'RunCancelRequested':
    case 'RunRescheduled':
    case 'RunDeadLetterRedriven':
    case 'RunDeadLetterDiscarded':
    case 'RunDeadLetterReopened':
      return on;
    default:
      return { started: false };
  }
}

function impliedStart(end: StoredEvent): StoredEvent {
  const { attempt, delivery, claim, workerId, startedAt } = end.data;
  const data = Object.fromEntries(
    Object.entries({ attempt, delivery, claim, workerId, startedAt }).filter(([, value]) => value !== undefined),
  ) as StoredEvent['data'];
  return { ...end, type: 'RunStarted', at: typeof startedAt === 'number' ? startedAt : end.at, data };
}

function entryOf(event: StoredEvent): TimelineEntry {
  const { attempt } = event.data;
  return {
    at: event.at,
    type: event.type,
    message: describeEvent(event),
    actor: event.actor,
    ...(typeof attempt === 'number' && { attempt }),
    data: event.data,
    accepted: event.accepted,
    seq: event.seq,
  };
}
