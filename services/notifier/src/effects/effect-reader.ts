import { type DeliveryEvent, deliverySubject, type NotifyFlow, NotifyRuns, notifierConsumer } from '@jobflow/contracts';
import {
  type Clock,
  type EventLog,
  ensureConsumer,
  type Logger,
  type NatsLink,
  type Service,
  type StateStore,
} from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { endedRuns } from '../webhook/run-payload.js';
import { concerned, planDeliveries } from './plan-deliveries.js';
import { endedFlows, planFlowDelivery } from './plan-flow-deliveries.js';

interface Dependencies {
  link: NatsLink;
  log: EventLog;
  store: StateStore;
  db: Queryable;
  clock: Clock;
  logger: Logger;
  publicUrl: string;
}

const AGAIN_MS = 1_000;
/** Effects follow the rows they are about; a row that has not come after so long was truncated, or never will. */
const ROW_PATIENCE_MS = 10 * 60_000;
const TIDY_MS = 60_000;

/** Turns NotifyRun effects into deliveries. An effect is acknowledged once its deliveries are in the log. */
export function createEffectReader(dependencies: Dependencies): Service {
  const { link, log, store, db, clock, logger, publicUrl } = dependencies;
  let messages: ConsumerMessages | undefined;
  let running: Promise<void> | undefined;
  let tidying: NodeJS.Timeout | undefined;
  let stopped = false;

  async function handle(message: JsMsg): Promise<void> {
    const parsed = NotifyRuns.safeParse(message.json());
    if (!parsed.success) {
      logger.error({ seq: message.seq }, 'an effect that no schema accepts was put aside');
      return message.term('not an effect');
    }
    const now = clock.now();
    const channels = [...store.channels.values()].map(({ state }) => state);
    const wanted = concerned(parsed.data.groups, channels, now);
    if (wanted.length > 0) {
      const runs = await endedRuns(
        db,
        wanted.map((run) => run.runId),
      );
      const missing = wanted.filter(({ runId }) => !runs.has(runId));
      if (missing.length > 0 && now - message.time.getTime() < ROW_PATIENCE_MS) {
        throw new Error(`the read model does not have the run ${missing[0]?.runId} yet`);
      }
      if (missing.length > 0)
        logger.error({ runs: missing.length }, 'runs that ended are not in the read model: nobody is told');
      const facts = { channels, runs, now, publicUrl };
      const planned = wanted.map((run) => planDeliveries(run, facts)).filter((events) => events.length > 0);
      await record(await unknownOf(db, planned));
    }
    if ('flows' in parsed.data && parsed.data.flows) await tellOfFlows(parsed.data.flows, now, message.time.getTime());
    message.ack();
  }

  async function tellOfFlows(flows: readonly NotifyFlow[], now: number, since: number): Promise<void> {
    const rows = await endedFlows(
      db,
      flows.map(({ flowId }) => flowId),
    );
    const missing = flows.find(({ flowId }) => !rows.has(flowId));
    if (missing && now - since < ROW_PATIENCE_MS)
      throw new Error(`the read model does not have the flow ${missing.flowId} yet`);
    const planned = flows.flatMap((ended) => {
      const flow = rows.get(ended.flowId);
      return flow ? [planFlowDelivery(ended, flow, { now, publicUrl })] : [];
    });
    await record(await unknownOf(db, planned));
  }

  async function record(planned: readonly DeliveryEvent[][]): Promise<void> {
    await Promise.all(planned.map((events) => log.record(deliverySubject('queued', 'WEBHOOK'), events)));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        await ensureConsumer(link, notifierConsumer);
        const consumer = await link.js.consumers.get(notifierConsumer.stream, notifierConsumer.name);
        messages = await consumer.consume({ max_messages: 20, expires: 5_000, idle_heartbeat: 1_000 });
        for await (const message of messages) {
          await handle(message).catch((error: unknown) => {
            logger.warn({ err: error, seq: message.seq }, 'an effect is tried again');
            message.nak(AGAIN_MS);
          });
        }
      } catch (error) {
        if (stopped) return;
        logger.warn({ err: error }, 'effects cannot be read now');
      }
      if (!stopped) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  /** Frees what every notifier is through with: the stream is bounded. */
  async function tidy(): Promise<void> {
    const info = await link.jsm.consumers.info(notifierConsumer.stream, notifierConsumer.name);
    const floor = info.ack_floor.stream_seq;
    if (floor > 0)
      await link.jsm.streams.purge(notifierConsumer.stream, { filter: notifierConsumer.filterSubject, seq: floor + 1 });
  }

  return {
    async start() {
      running ??= run();
      tidying ??= setInterval(() => {
        tidy().catch((error: unknown) => logger.debug({ err: error }, 'consumed effects could not be freed now'));
      }, TIDY_MS);
    },
    async stop() {
      stopped = true;
      clearInterval(tidying);
      await messages?.close();
      await running;
    },
  };
}

/** An effect that comes again, after a crash or a slow acknowledgement, plans nothing that is planned already. */
async function unknownOf(db: Queryable, planned: readonly DeliveryEvent[][]): Promise<DeliveryEvent[][]> {
  const ids = [...new Set(planned.flat().map(({ id }) => id))];
  const rows = await db.query<{ id: string }>('select id from read.deliveries where id = any($1::uuid[])', [ids]);
  const known = new Set(rows.map(({ id }) => id));
  return planned.map((events) => events.filter(({ id }) => !known.has(id))).filter((events) => events.length > 0);
}
