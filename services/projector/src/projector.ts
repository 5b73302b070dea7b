import { addAbortListener } from 'node:events';
import { DELIVERIES_STREAM, LOGS_STREAM, type Position, RUNS_STREAM, STATE_STREAM } from '@jobflow/contracts';
import { createEventLog, type Logger, type NatsLink, type Service } from '@jobflow/platform';
import { type Db, ensurePartitions } from '@jobflow/read-model';
import { deliveriesProjection } from './deliveries/deliveries-projection.js';
import { createOutboxRelay } from './effects/outbox-relay.js';
import { becomeLeader } from './leader-lock.js';
import { type Announcer, createAnnouncer } from './live/announcer.js';
import { respondToHolders } from './live/holders-responder.js';
import { respondToVerify } from './live/verify-responder.js';
import { logsProjection } from './logs/logs-projection.js';
import { createProjectionLoop, type ProjectionLoop } from './projection/projection-loop.js';
import { runsProjection } from './runs/runs-projection.js';
import { stateProjection } from './state/state-projection.js';
import { createWorkerRegistry } from './workers/worker-registry.js';

export interface Projector extends Service {
  /** Leading: folding the log. Standing by: ready to. */
  role(): 'leading' | 'standing by';
  /** What keeps projections from going on. */
  troubles(): { stream: string; fatal: boolean; message: string }[];
  /** Messages kept aside since the start. */
  rejected(): number;
}

interface Dependencies {
  link: NatsLink;
  db: Db;
  logger: Logger;
  /** The largest batch. */
  maxBatch?: number;
}

const HOUR = 3_600_000;

/** One active projector a database: folds every stream, tells what moved, and relays what must follow. */
export function createProjector(dependencies: Dependencies): Projector {
  const { db, logger } = dependencies;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let loops: Record<string, ProjectionLoop> = {};
  let leading = false;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const lead = await becomeLeader(db, logger, stopping.signal);
      if (!lead) return;
      try {
        await ensurePartitions(db, Date.now());
        const active = await startActive(dependencies);
        loops = active.loops;
        leading = true;
        logger.info('this projector is active');
        await Promise.race([
          lead.lost,
          // Also when it was told to stop before it led, which a plain listener would never hear of.
          new Promise<void>((resolve) => addAbortListener(stopping.signal, () => resolve())),
        ]).catch((error: unknown) => logger.warn({ err: error }, 'the lead is lost'));
        leading = false;
        await active.stop();
      } catch (error) {
        logger.error({ err: error }, 'the projector could not begin; it tries again');
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      } finally {
        leading = false;
        await lead.release();
      }
    }
  }
  return {
    async start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    role: () => (leading ? 'leading' : 'standing by'),
    troubles: () =>
      Object.entries(loops)
        .flatMap(([stream, loop]) => ({ stream, ...loop.trouble() }))
        .filter((t) => t.message !== undefined) as ReturnType<Projector['troubles']>,
    rejected: () => Object.values(loops).reduce((sum, loop) => sum + loop.rejected(), 0),
  };
}

async function startActive(dependencies: Dependencies) {
  const { link, db, logger } = dependencies;
  const log = createEventLog(link, { actor: 'system:projector', logger });
  const relay = createOutboxRelay(db, log, logger);
  const announcer: Announcer = createAnnouncer(link, await storedPosition(db));
  const runs = createProjectionLoop(
    runsProjection({
      moved({ cur, effects }) {
        announcer.moved({ runs: cur });
        if (effects) relay.wake();
      },
    }),
    dependencies,
  );
  const state = createProjectionLoop(
    stateProjection(({ cur }) => announcer.moved({ state: cur })),
    dependencies,
  );
  const logs = createProjectionLoop(
    logsProjection((ids) => announcer.logged(ids)),
    dependencies,
  );
  const deliveries = createProjectionLoop(
    deliveriesProjection(() => announcer.delivered()),
    dependencies,
  );
  const verify = respondToVerify(link, db, runs, logger);
  const holders = respondToHolders(link, db, runs, logger);
  const workers = createWorkerRegistry(link, db, logger);
  const partitions = setInterval(() => {
    ensurePartitions(db, Date.now()).catch((error: unknown) =>
      logger.warn({ err: error }, 'partitions could not be made'),
    );
  }, HOUR);
  for (const service of [relay, announcer, state, runs, logs, deliveries, workers]) await service.start();
  return {
    loops: { [RUNS_STREAM]: runs, [STATE_STREAM]: state, [LOGS_STREAM]: logs, [DELIVERIES_STREAM]: deliveries },
    async stop() {
      clearInterval(partitions);
      await verify.stop();
      await holders.stop();
      await Promise.all([runs, state, logs, deliveries, workers].map((service) => service.stop()));
      await announcer.stop();
      await relay.stop();
      await log.stop();
    },
  };
}

async function storedPosition(db: Db): Promise<Position> {
  const rows = await db.query<{ stream: string; seq: number }>('select stream, seq from read.checkpoint');
  const seqOf = (stream: string) => rows.find((row) => row.stream === stream)?.seq ?? 0;
  return { runs: seqOf(RUNS_STREAM), state: seqOf(STATE_STREAM) };
}
