import type { Json } from '@jobflow/contracts';
import { describeEvent } from './describe-event.js';
import { followHolder, type Holder, isEndForOthers, NOBODY } from './run-holder.js';
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
  let holder = NOBODY;
  for (const event of events) {
    if (event.accepted && impliesStart(holder, event)) entries.push(entryOf(impliedStart(event)));
    if (event.accepted) holder = followHolder(holder, event);
    if (event.type !== 'RunProgressed') entries.push(entryOf(event));
  }
  return entries;
}

const ENDS = new Set<string>(['RunSucceeded', 'RunAttemptFailed', 'RunSnoozed', 'RunCancelled']);
const impliesStart = (holder: Holder, event: StoredEvent): boolean =>
  ENDS.has(event.type) && !holder.started && !isEndForOthers(holder, event);

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
