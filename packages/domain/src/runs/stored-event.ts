import type { Json } from '@jobflow/contracts';
import type { EventMeta, RunLifeEvent } from './evolve-run.js';

/** An event as the read model keeps it for timelines: without what the run's row holds anyway. */
export interface StoredEvent {
  at: number;
  type: RunLifeEvent['type'];
  actor: string;
  reason?: string;
  seq: number;
  accepted: boolean;
  /** The event's own fields, without type, run id and the bulky ones. */
  data: { [key: string]: Json };
}

/** What of an event goes into the timeline. */
export function storedEvent(
  event: RunLifeEvent,
  meta: EventMeta & { reason?: string | undefined },
  accepted: boolean,
): StoredEvent {
  return {
    at: happenedAt(event, meta.at),
    type: event.type,
    actor: meta.actor,
    ...(meta.reason !== undefined && { reason: meta.reason }),
    seq: meta.seq,
    accepted,
    data: dataOf(event),
  };
}

/** The event's own time where it has one, else its commit's. */
function happenedAt(event: RunLifeEvent, committedAt: number): number {
  if ('finishedAt' in event) return event.finishedAt;
  if ('startedAt' in event) return event.startedAt;
  // Its `at` is when it is to happen, not when it was said.
  if (event.type === 'RunRescheduled') return committedAt;
  return 'at' in event ? event.at : committedAt;
}

function dataOf(event: RunLifeEvent): { [key: string]: Json } {
  switch (event.type) {
    case 'RunQueued':
      return {
        attempt: event.attempt,
        delivery: event.delivery,
        queue: event.run.queue,
        priority: event.run.priority,
        ...(event.verify && { verify: true }),
      };
    case 'RunPlanned':
      return {
        dueAt: event.dueAt,
        queue: event.run.queue,
        priority: event.run.priority,
        ...(event.blocked && { blocked: true }),
      };
    case 'RunSucceeded': {
      const { type: _type, runId: _runId, result: _result, ...data } = event;
      return data;
    }
    default: {
      const { type: _type, runId: _runId, ...data } = event;
      return data as { [key: string]: Json };
    }
  }
}
