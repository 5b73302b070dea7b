import { parseCommit } from '@jobflow/contracts';
import {
  type Clock,
  createEventLog,
  createSafeDispatcher,
  createStateStore,
  type Logger,
  type NatsLink,
  type SecretBox,
  type Service,
  type Stoppable,
} from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { createChannelSecrets } from './channels/channel-secrets.js';
import { firstAttemptOf, type PendingDelivery } from './deliveries/delivery.js';
import { createDeliveryQueue, type DeliveryQueue } from './deliveries/delivery-queue.js';
import { createDueSweep } from './deliveries/due-sweep.js';
import { attemptMaker } from './deliveries/make-attempt.js';
import { createEffectReader } from './effects/effect-reader.js';
import { createOwnership, type Ownership } from './ownership/ownership.js';

export interface NotifierDependencies {
  link: NatsLink;
  db: Db;
  box: SecretBox;
  clock: Clock;
  logger: Logger;
  allow: readonly string[];
  callbackSecret: string;
  publicUrl: string;
  version: string;
}

/** Tells the outside world: effects become deliveries, deliveries become attempts, every one of them in the log. */
export function createNotifier(dependencies: NotifierDependencies): Service {
  const { link, db, box, clock, logger, allow, callbackSecret, version } = dependencies;
  const log = createEventLog(link, { actor: 'system:notifier', logger });
  const store = createStateStore(link, { kinds: ['channel'], logger });
  const ownership = createOwnership(db, logger);
  const dispatcher = createSafeDispatcher({ allow });
  const attempt = attemptMaker({
    log,
    store,
    clock,
    logger,
    sender: { dispatcher, allow },
    secretOf: createChannelSecrets(db, box),
    callbackSecret,
    random: Math.random,
    version,
  });
  const isOurs = (delivery: PendingDelivery) => ownership.owns(delivery.channelId ?? delivery.id);
  const queue = createDeliveryQueue(attempt, clock, logger, isOurs);
  const sweep = createDueSweep(db, queue, ownership, clock, logger);
  const effects = createEffectReader({ ...dependencies, log, store });
  let hints: Stoppable | undefined;
  return {
    async start() {
      await store.start();
      await ownership.start();
      hints = hearQueued(link, queue, ownership);
      for (const service of [queue, sweep, effects]) await service.start();
    },
    async stop() {
      await effects.stop();
      await hints?.stop();
      await sweep.stop();
      await queue.stop();
      await ownership.stop();
      await store.stop();
      await log.stop();
      await dispatcher.close();
    },
  };
}

/**
 * Deliveries are tried as soon as they are in the log, whoever put them there: this process, another notifier, or the
 * gateway with a test. A hint only: what is missed here, the sweep finds.
 */
function hearQueued({ nc }: NatsLink, queue: DeliveryQueue, ownership: Ownership): Stoppable {
  const subscription = nc.subscribe('jf.delivery.queued.webhook', {
    callback(error, message) {
      if (error) return;
      const parsed = parseCommit('delivery', message.data);
      if (!parsed.ok) return;
      const suppressed = new Set(
        parsed.commit.events.flatMap((event) => (event.type === 'DeliverySuppressed' ? [event.id] : [])),
      );
      for (const event of parsed.commit.events) {
        if (event.type !== 'DeliveryQueued' || suppressed.has(event.id)) continue;
        if (ownership.owns(event.channelId ?? event.id)) queue.offer(firstAttemptOf(event));
      }
    },
  });
  return {
    async stop() {
      if (!nc.isClosed()) subscription.unsubscribe();
    },
  };
}
