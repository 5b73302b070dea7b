import { live, shardOf } from '@jobflow/contracts';
import {
  type Clock,
  createEventLog,
  createStateStore,
  ensureQueueLevel,
  type Logger,
  type NatsLink,
  type Service,
  systemClock,
} from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { Registry } from 'prom-client';
import { createAfterScheduler } from './after/after-scheduler.js';
import { createEndedRuns } from './after/ended-runs.js';
import { createCronScheduler } from './cron/cron-scheduler.js';
import { earlierRuns } from './cron/earlier-runs.js';
import { createTickLog } from './cron/tick-log.js';
import { createTickRecorder } from './cron/tick-recorder.js';
import { createDueRuns } from './due/due-runs.js';
import { createExpiry } from './due/expire-runs.js';
import { createRowQueue } from './due/queue-due-row.js';
import { createSupersededRuns } from './due/superseded-runs.js';
import { createWaiterWatch } from './due/wake-waiters.js';
import { createQueueRunEffects } from './effects/queue-run-effects.js';
import { createParentValues } from './flows/parent-values.js';
import { createReconciler } from './reconcile/reconciler.js';
import { createSchedulerMetrics } from './scheduler-metrics.js';
import { createShardLocks } from './shards/shard-locks.js';
import { createBrokerTime } from './time/broker-time.js';

export interface SchedulerOptions {
  link: NatsLink;
  db: Db;
  logger: Logger;
  instanceId: string;
  metrics?: Registry;
  clock?: Clock;
  /** How often lost messages are looked for, in milliseconds; a minute by default. */
  reconcileMs?: number;
}

export interface Scheduler extends Service {
  /** The shards it looks after. */
  shards(): number[];
  /** Schedules that have a next tick; once all of them do and nothing is being recorded, it is settled. */
  schedules(): { waiting: number; settled: boolean };
  /** What keeps it from its work, in words. */
  trouble(): string | undefined;
  /** Runs that had lost their message, since the start. */
  reconciled(): { runs: number; lastAt: number } | undefined;
}

/** Everything that happens at a time: due runs, expiry, cron. Any number of these share the work. */
export async function createScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { link, db, logger, instanceId, clock = systemClock, metrics: registry = new Registry() } = options;
  const metrics = createSchedulerMetrics(registry);
  const log = createEventLog(link, { actor: 'system:scheduler', clock, logger, metrics: registry });
  const store = createStateStore(link, { kinds: ['job', 'schedule', 'queue'], logger });
  const broker = createBrokerTime(link, logger);
  const locks = createShardLocks({
    db,
    clock,
    logger,
    onChange(change) {
      due.shardsMoved(change);
      cron.shardsMoved(change);
      after.shardsMoved(change);
    },
  });
  const expiry = createExpiry({ db, log, store, shards: locks, clock, logger });
  const { expire } = expiry;
  const rows = createRowQueue({
    ...{ link, log, store, shards: locks, clock, logger, metrics, expire },
    parents: createParentValues(db, store.jobs),
  });
  const superseded = createSupersededRuns({ db, link, rows, shards: locks, clock, logger });
  const reconciler = createReconciler({
    ...{ db, link, store, rows, shards: locks, clock, logger, metrics },
    ensureBranch: async (place) => ensureQueueLevel(link, store, log, place, { createQueue: true, createBranch: true }),
    everyMs: options.reconcileMs,
  });
  const due = createDueRuns({ db, rows, superseded, store, shards: locks, clock, logger });
  const waiters = createWaiterWatch({ db, rows, store, shards: locks, clock, logger });
  const recorder = createTickRecorder({
    store,
    log,
    broker,
    clock,
    logger,
    metrics,
    ensureLevel: async (place) => (await ensureQueueLevel(link, store, log, place, { createQueue: true })).ok,
    earlierRuns: (scheduleId, seq) => earlierRuns(db, scheduleId, seq),
    hintCancel: (runId) => link.nc.publish(live.cancel, JSON.stringify({ runId })),
  });
  const ticks = createTickLog(link);
  const cron = createCronScheduler({ store, ticks, recorder, shards: locks, broker, clock, logger, instanceId });
  const ends = createEndedRuns(link, db);
  const after = createAfterScheduler({ store, ticks, recorder, ends, shards: locks, clock, logger });
  const effects = await createQueueRunEffects({
    link,
    logger,
    onRuns: (runs) => due.hear(runs),
    onGap: () => due.sweep(),
    tidies: () => locks.heldSince(shardOf('default')) !== undefined,
  });
  metrics.gauge('jobflow_scheduler_shards', 'Shards this scheduler looks after.', () => locks.held().length);
  metrics.gauge('jobflow_scheduler_held', 'Runs held in memory until their time.', () => due.held());
  metrics.gauge('jobflow_scheduler_schedules', 'Schedules that have a next tick.', () => cron.waiting());
  const followed = 'Schedules whose job this scheduler follows.';
  metrics.gauge('jobflow_scheduler_following', followed, () => after.following());

  // Effects are heard before shards are taken, so that whatever a first sweep does not see yet is heard of.
  const services = [store, broker, effects, superseded, due, expiry, waiters, reconciler, cron, after, locks];
  return {
    shards: () => locks.held(),
    schedules: () => ({ waiting: cron.waiting(), settled: cron.settled() }),
    trouble: () => locks.trouble(),
    reconciled: () => reconciler.found(),
    async start() {
      for (const service of services) await service.start();
    },
    async stop() {
      for (const service of [...services].reverse()) await service.stop();
      await log.stop();
    },
  };
}
