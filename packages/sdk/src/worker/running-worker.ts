import {
  LOGS_STREAM,
  NO_REDIS,
  RUNS_STREAM,
  STATE_STREAM,
  streams,
  type WorkerCommand,
  type WorkerCommandReply,
} from '@jobflow/contracts';
import {
  connectNats,
  createEventLog,
  createPullLoop,
  createStateStore,
  ensureStreams,
  type NatsLink,
  type Stoppable,
  systemClock,
} from '@jobflow/platform';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { guardProcessExit } from '../attempt/attempt-scope.js';
import { createControlFeed } from '../intake/control-feed.js';
import { QueueAllowance, QueueAllowances } from '../limits/queue-allowances.js';
import { HeldMessage } from '../liveness/held-message.js';
import { HeldTable } from '../liveness/held-table.js';
import { startHeartbeatThread } from '../liveness/start-heartbeat-thread.js';
import { type AssembledEngine, assembleEngine } from './assemble-engine.js';
import { coalesced } from './coalesced.js';
import type { Worker } from './create-worker.js';
import { every } from './every.js';
import { followWorkers } from './follow-workers.js';
import { keepEpoch } from './keep-epoch.js';
import { wantedLevels } from './queue-levels.js';
import { registerJobs } from './register-jobs.js';
import type { Runners } from './runners.js';
import { type StartedPermits, startPermits } from './start-permits.js';
import { troubleReporter } from './trouble-reporter.js';
import { startWorkerBeats, type WorkerBeats } from './worker-beats.js';
import { listenForCommands } from './worker-commands.js';
import type { WorkerOptions } from './worker-options.js';

/** Held messages are renewed so often; the server gives up on one after 30 s. */
const TOUCH_MS = 10_000;
const GIVE_BACK_MS = 500;
/** Jobs that are registered together change what a worker pulls from once. */
const JOBS_CHANGED_MS = 50;
/** Messages a worker may hold besides those that run or are fetched ahead: suspects, and some. */
const MORE_HELD = 1_100;

/** What a worker reads or writes. The others it may not even be allowed to see. */
const WORKER_STREAMS = streams.filter(({ name }) => [RUNS_STREAM, STATE_STREAM, LOGS_STREAM].includes(name));

/** Who it is and what it carries out, beside what it was told. */
interface WorkerParts {
  id: string;
  runners: Runners;
}

/** The worker itself, with all that it takes: loaded by the first start. */
export function runningWorker(options: WorkerOptions, { id, runners }: WorkerParts): Worker {
  const { concurrency = 50, prefetch = 4 * concurrency, clock = systemClock, drainMs = 30_000 } = options;
  const logger = options.logger ?? pino({ level: 'warn', base: { worker: id } });
  const metrics = options.metrics ?? new Registry();
  const wanted = options.queues && new Set(options.queues);
  const parts: Stoppable[] = [];
  let assembled: AssembledEngine | undefined;
  let link: NatsLink | undefined;
  let permits: StartedPermits | undefined;
  let stopping: Promise<void> | undefined;
  let beats: WorkerBeats | undefined;
  /** Takes nothing more. */
  let withdraw: (() => void) | undefined;

  const counts = () => ({
    active: assembled?.slots.running ?? 0,
    finished: assembled?.engine.finished ?? 0,
    failed: assembled?.engine.failed ?? 0,
  });

  async function start(): Promise<void> {
    try {
      await startParts();
    } catch (error) {
      await stop();
      throw error;
    }
  }

  async function startParts(): Promise<void> {
    const nats = await connection();
    const log = createEventLog(nats, { actor: options.actor ?? 'system:worker', clock, logger, metrics });
    parts.push(log);
    await ensureStreams(nats, WORKER_STREAMS);
    const store = createStateStore(nats, { kinds: ['job', 'queue'], logger });
    parts.push(store);
    await store.start();
    await registerJobs([...(options.handlers ?? []), ...(options.jobs ?? [])], {
      link: nats,
      store,
      log,
      logger,
      now: clock.now,
      ...(options.register && { mode: options.register }),
    });

    if (options.redis === undefined) warnOfLimits(options, logger);
    else {
      const onTrouble = troubleReporter(logger, () => clock.now());
      const around = { workerId: id, link: nats, store, clock, logger, onTrouble };
      permits = await startPermits(options.redis, around);
      parts.push(permits);
    }
    const allowances = new QueueAllowances(permits?.permits, clock, () => loop.wake());
    const table = new HeldTable(concurrency + prefetch + MORE_HELD);
    const loop = createPullLoop(nats, {
      capacity: () => concurrency,
      freeSlots: () => engine.room(),
      onMessage: (message) => {
        const { allowance } = message.level;
        const counted = allowance instanceof QueueAllowance ? allowance.delivered(message) : message;
        if (counted) engine.deliver(new HeldMessage(counted, table));
      },
      logger,
      metrics,
    });
    assembled = assembleEngine({
      workerId: id,
      link: nats,
      store,
      log,
      clock,
      logger,
      metrics,
      runners,
      concurrency,
      prefetch,
      noHandlerAfterMs: options.noHandlerAfterMs,
      permits: permits?.permits,
      onRoom: () => loop.wake(),
      hearsControl: () => feed.current(),
    });
    const { engine, cancelled, doubted } = assembled;
    const unguard = guardProcessExit();
    parts.push({ stop: async () => unguard() });
    const feed = createControlFeed({
      link: nats,
      store,
      logger,
      onCancel: (runId, seq) => {
        cancelled.add(runId, seq);
        engine.cancel(runId);
      },
      onReschedule: (runId, seq) => {
        doubted.add(runId, seq);
        engine.doubt(runId);
      },
    });
    parts.push(feed, ...followWorkers(nats, assembled));
    parts.push(await keepEpoch(nats, assembled, { clock, logger }));
    await feed.start();
    const url = nats.url();
    const threaded = options.heartbeatThread ?? url !== undefined;
    if (threaded && url === undefined)
      throw new Error(
        'heartbeatThread: the thread signs in with user and password, not with a token or a file of credentials',
      );
    if (options.heartbeatThread === undefined && !threaded) logger.warn(NO_THREAD);
    const thread =
      threaded && url !== undefined ? startHeartbeatThread({ url, workerId: id, table }, logger) : undefined;
    if (thread) parts.push(thread);
    let draining = false;
    const { canOther } = assembled;
    const carriesOut = { runners, ...(options.noHandlerAfterMs !== undefined && { canOther }) };
    const setLevels = () => loop.setLevels(draining ? [] : wantedLevels(store, wanted, allowances, carriesOut));
    withdraw = () => {
      draining = true;
      setLevels();
      // It lives on, maybe for long: what it keeps of limited queues the others would miss.
      allowances.stop();
      engine.quiesce().catch((error: unknown) => logger.error({ err: error }, 'messages could not be given back'));
    };
    const jobsChanged = coalesced(clock, JOBS_CHANGED_MS, setLevels);
    const off = store.onChange((kind) => (kind === 'queue' ? setLevels() : jobsChanged.call()));
    setLevels();
    // Before the first beat: whoever knows of this worker can tell it what to do.
    parts.push(listenForCommands(nats, id, obey));
    const telling = startWorkerBeats(
      {
        id,
        version: options.version ?? '0.1.0',
        queues: wanted ? [...wanted] : ['*'],
        concurrency,
        prefetch,
        describe: () => runners.describe(),
        counts,
        limitsTrouble: () => (permits ? permits.permits.trouble() : NO_REDIS),
      },
      clock,
      (subject, data) => {
        if (!nats.nc.isClosed()) nats.nc.publish(subject, data);
        thread?.beat(data);
      },
    );
    beats = telling;
    const touching = every(clock, TOUCH_MS, () => engine.touch());
    const givingBack = every(clock, GIVE_BACK_MS, () => engine.giveBackOld());
    parts.push({
      async stop() {
        telling.status('STOPPING');
        off();
        jobsChanged.cancel();
        await Promise.all([loop.stop(), engine.drain(drainMs)]);
        allowances.stop();
        telling.status('OFFLINE');
        for (const part of [givingBack, touching, telling]) await part.stop();
        assembled?.active.stop();
        assembled?.logs.stop();
      },
    });
    await loop.start();
    await nats.nc.flush();
  }

  /** Done once it was accepted: what runs may take long to end. */
  function obey({ action, by }: WorkerCommand): WorkerCommandReply {
    logger.info({ action, by }, 'this worker was told what to do');
    if (stopping) return { ok: true, status: 'STOPPING' };
    if (action === 'DRAIN') {
      withdraw?.();
      beats?.status('DRAINING');
      return { ok: true, status: 'DRAINING' };
    }
    beats?.status('STOPPING');
    // The answer goes out first: stopping ends the connection.
    setImmediate(() => void stop().then(() => options.onStopped?.(action === 'RESTART' ? 'restart' : 'shutdown')));
    return { ok: true, status: 'STOPPING' };
  }

  async function connection(): Promise<NatsLink> {
    if (typeof options.nats !== 'string') {
      link = options.nats;
      return link;
    }
    const { credentials } = options;
    link = await connectNats(options.nats, { name: id, logger, ...(credentials && { credentials }) });
    parts.push(link);
    return link;
  }

  /** In reverse order of the start, also after a start that failed half-way. */
  async function stopParts(): Promise<void> {
    for (const part of parts.reverse()) {
      await part.stop().catch((error: unknown) => logger.error({ err: error }, 'a part of the worker did not stop'));
    }
    if (typeof options.nats !== 'string' && link?.connected()) await link.nc.flush().catch(() => undefined);
  }

  const stop = () => {
    stopping ??= stopParts();
    return stopping;
  };
  return {
    id,
    counts,
    start,
    stop,
    check() {
      if (!link?.connected()) {
        return {
          ok: false,
          message: 'There is no connection to NATS',
          action: 'Check that nats-server runs; the worker reconnects by itself',
        };
      }
      if (!permits) return { ok: true, message: 'without Redis: runs under limits are left to other workers' };
      const trouble = permits.permits.trouble();
      // What is not limited goes on, so the worker is of use.
      return trouble ? { ok: true, message: `Runs under limits wait: ${trouble}` } : { ok: true };
    },
  };
}

const NO_THREAD =
  'A handler that blocks the event loop for 30 s will be taken for lost, and its run begin anew elsewhere: the thread that speaks for it meanwhile needs a user and password, not a token or a file of credentials. heartbeatThread: false says that this is known.';

/** Limits are counted in Redis: whoever wrote some down expects them to be kept here. */
function warnOfLimits({ handlers = [] }: WorkerOptions, logger: Logger): void {
  const limited = handlers.filter(({ options: { limits } }) => limits?.concurrency !== undefined || limits?.rate);
  if (limited.length === 0) return;
  const jobs = limited.map(({ name }) => name);
  logger.warn({ jobs }, 'runs of these jobs are left to other workers: they have limits, and this worker has no Redis');
}
