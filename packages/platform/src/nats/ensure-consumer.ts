import type { ConsumerDefinition } from '@jobflow/contracts';
import { AckPolicy, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { NatsLink } from './nats-link.js';

/** Enough standing pulls for some hundred executors with ten levels each. */
const MAX_WAITING = 4_096;

/** Creates the durable pull consumer, or brings it to its definition. Safe to call by many at once. */
export async function ensureConsumer(link: NatsLink, definition: ConsumerDefinition): Promise<void> {
  try {
    await link.jsm.consumers.add(definition.stream, {
      durable_name: definition.name,
      filter_subject: definition.filterSubject,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ack_wait: nanos(definition.ackWaitMs),
      max_ack_pending: definition.maxAckPending,
      max_deliver: -1,
      max_waiting: MAX_WAITING,
    });
  } catch (error) {
    throw new Error(`create the consumer ${definition.name} of ${definition.stream}`, { cause: error });
  }
}
