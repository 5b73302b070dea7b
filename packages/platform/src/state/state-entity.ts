import type { StateEvent, StateKind } from '@jobflow/contracts';
import type { AnyState } from './state-store.js';

/** Which entity an event is about; without a state it is gone. */
export function entityOf(event: StateEvent): { kind: StateKind; id: string; state?: AnyState } {
  switch (event.type) {
    case 'JobSaved':
      return { kind: 'job', id: event.job.name, state: event.job };
    case 'JobDeleted':
      return { kind: 'job', id: event.name };
    case 'ScheduleSaved':
      return { kind: 'schedule', id: event.schedule.id, state: event.schedule };
    case 'ScheduleDeleted':
      return { kind: 'schedule', id: event.id };
    case 'QueueSaved':
      return { kind: 'queue', id: event.queue.name, state: event.queue };
    case 'QueueDeleted':
      return { kind: 'queue', id: event.name };
    case 'ChannelSaved':
      return { kind: 'channel', id: event.channel.id, state: event.channel };
    case 'ChannelDeleted':
      return { kind: 'channel', id: event.id };
    case 'EpochNoted':
      return { kind: 'epoch', id: event.epoch.serverId, state: event.epoch };
    default:
      return event satisfies never;
  }
}
