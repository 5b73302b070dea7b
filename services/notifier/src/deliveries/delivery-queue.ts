import { type Clock, type Logger, SecretBoxError, type Service } from '@jobflow/platform';
import { endpointOf, type PendingDelivery } from './delivery.js';

export interface DeliveryQueue extends Service {
  /** Takes it over, unless it is held already, this attempt was made, or too much is held: then the sweep brings it back. */
  offer(delivery: PendingDelivery): void;
  held(): number;
}

/** Makes one attempt; the next one, if there is to be one. */
export type Attempt = (delivery: PendingDelivery) => Promise<PendingDelivery | undefined>;

const PER_ENDPOINT = 4;
const MOST_HELD = 10_000;
/** One endpoint that takes nothing must not take the room of the others. */
const MOST_HELD_PER_ENDPOINT = 500;
/** What is due later than this is left to the sweep. */
const HELD_AHEAD_MS = 60_000;
const REMEMBERED = 10_000;

/** Deliveries due now or soon. Each endpoint has four at a time: one that hangs keeps nobody else waiting. */
export function createDeliveryQueue(
  attempt: Attempt,
  clock: Clock,
  logger: Logger,
  isOurs: (delivery: PendingDelivery) => boolean = () => true,
): DeliveryQueue {
  const timers = new Map<string, { cancel(): void }>();
  const waiting = new Map<string, PendingDelivery[]>();
  const active = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  const heldIds = new Set<string>();
  const heldOf = new Map<string, number>();
  /** Attempts made, so that rows the projector has not caught up with do not bring them again. */
  const made = new Map<string, number>();
  /** Why the secret of a channel cannot be opened, as it was told: each sweep brings all its deliveries back. */
  const told = new Map<string, string>();
  let stopped = false;

  function hold(delivery: PendingDelivery): void {
    heldIds.add(delivery.id);
    count(endpointOf(delivery), 1);
    const ready = () => {
      timers.delete(delivery.id);
      const endpoint = endpointOf(delivery);
      const queue = waiting.get(endpoint);
      if (queue) queue.push(delivery);
      else waiting.set(endpoint, [delivery]);
      drain(endpoint);
    };
    const wait = delivery.dueAt - clock.now();
    if (wait <= 0) ready();
    else timers.set(delivery.id, clock.setTimer(wait, ready));
  }

  function count(endpoint: string, change: 1 | -1): void {
    const held = (heldOf.get(endpoint) ?? 0) + change;
    if (held > 0) heldOf.set(endpoint, held);
    else heldOf.delete(endpoint);
  }

  function drain(endpoint: string): void {
    const queue = waiting.get(endpoint) ?? [];
    while (!stopped && queue.length > 0 && (active.get(endpoint) ?? 0) < PER_ENDPOINT) {
      const delivery = queue.shift();
      if (!delivery) break;
      active.set(endpoint, (active.get(endpoint) ?? 0) + 1);
      const work = perform(delivery).finally(() => {
        underWay.delete(work);
        const left = (active.get(endpoint) ?? 1) - 1;
        if (left > 0) active.set(endpoint, left);
        else active.delete(endpoint);
        drain(endpoint);
      });
      underWay.add(work);
    }
    if (queue.length === 0) waiting.delete(endpoint);
  }

  async function perform(delivery: PendingDelivery): Promise<void> {
    let next: PendingDelivery | undefined;
    try {
      // It may have waited long: another notifier may own it by now.
      if (isOurs(delivery)) {
        next = await attempt(delivery);
        remember(delivery);
        told.delete(endpointOf(delivery));
      }
    } catch (error) {
      // What became of it is not recorded: the row still says it is due, so the sweep brings it back.
      if (error instanceof SecretBoxError) tellOnce(delivery, error.message);
      else logger.warn({ err: error, delivery: delivery.id }, 'an attempt to deliver could not be recorded');
    }
    heldIds.delete(delivery.id);
    count(endpointOf(delivery), -1);
    if (next && !stopped && next.dueAt - clock.now() <= HELD_AHEAD_MS) hold(next);
  }

  function tellOnce(delivery: PendingDelivery, why: string): void {
    const channel = endpointOf(delivery);
    if (told.get(channel) === why) return;
    told.set(channel, why);
    logger.warn({ why, channel, delivery: delivery.id }, "deliveries wait: their channel's secret cannot be opened");
  }

  function remember({ id, number }: PendingDelivery): void {
    made.delete(id);
    made.set(id, number);
    for (const old of made.keys()) {
      if (made.size <= REMEMBERED) break;
      made.delete(old);
    }
  }

  return {
    async start() {},
    offer(delivery) {
      if (stopped || heldIds.has(delivery.id) || heldIds.size >= MOST_HELD) return;
      if ((made.get(delivery.id) ?? 0) >= delivery.number) return;
      if ((heldOf.get(endpointOf(delivery)) ?? 0) >= MOST_HELD_PER_ENDPOINT) return;
      hold(delivery);
    },
    held: () => heldIds.size,
    async stop() {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
      await Promise.all(underWay);
    },
  };
}
