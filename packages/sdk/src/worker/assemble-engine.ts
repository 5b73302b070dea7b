import { live, RUNS_STREAM, type SecretRequest, VerifyReply } from '@jobflow/contracts';
import type { Clock, EventLog, NatsLink, StateStore } from '@jobflow/platform';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { LogBuffer } from '../attempt/log-buffer.js';
import { CancelledRuns } from '../intake/cancelled-runs.js';
import { createClaims } from '../intake/claims.js';
import { DoubtedRuns } from '../intake/doubted-runs.js';
import { createEpochBook } from '../intake/epoch-book.js';
import { EpochGuard } from '../intake/epoch-guard.js';
import { LiveWorkers } from '../intake/live-workers.js';
import { Suspects } from '../intake/suspects.js';
import type { Permits } from '../limits/permits.js';
import { RunLimits } from '../limits/run-limits.js';
import { createSecretSource } from '../secrets/secret-source.js';
import { ActiveReporter } from './active-reporter.js';
import { Engine } from './engine.js';
import { HandlerlessRuns } from './handlerless-runs.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import type { Runners } from './runners.js';
import { Slots } from './slots.js';
import { troubleReporter } from './trouble-reporter.js';
import { createWorkerMetrics } from './worker-metrics.js';

const VERIFY_TIMEOUT_MS = 6_000;
const SECRET_TIMEOUT_MS = 3_000;

export interface EngineEnvironment {
  workerId: string;
  link: NatsLink;
  store: StateStore;
  log: EventLog;
  clock: Clock;
  logger: Logger;
  metrics: Registry;
  runners: Runners;
  concurrency: number;
  prefetch: number;
  noHandlerAfterMs: number | undefined;
  /** None: what is limited is not started. */
  permits: Permits | undefined;
  onRoom: () => void;
  hearsControl: () => boolean;
}

export interface AssembledEngine {
  engine: Engine;
  epoch: EpochGuard;
  suspects: Suspects;
  cancelled: CancelledRuns;
  doubted: DoubtedRuns;
  workers: LiveWorkers;
  /** Whether another worker that is alive can carry a run out. */
  canOther: (run: Parameters<LiveWorkers['canOther']>[1]) => boolean;
  slots: Slots;
  logs: LogBuffer;
  active: ActiveReporter;
}

/** Puts the parts of an engine together over one connection. */
export function assembleEngine(env: EngineEnvironment): AssembledEngine {
  const { workerId, link, store, log, clock, runners } = env;
  const now = () => clock.now();
  const onTrouble = troubleReporter(env.logger, now);
  const slots = new Slots(env.concurrency, env.prefetch);
  const epoch = new EpochGuard(() => link.nc.info?.server_id ?? '', createEpochBook(link, log, now), now);
  const cancelled = new CancelledRuns();
  const doubted = new DoubtedRuns();
  const workers = new LiveWorkers(now);
  const claims = createClaims(link, log, workerId);
  const logs = new LogBuffer({ clock, record: (subject, events) => log.record(subject, events) });
  const active = new ActiveReporter({
    workerId,
    clock,
    record: (subject, events) =>
      log.record(subject, events).then(
        () => true,
        (error) => {
          onTrouble('the start or progress of a run was not recorded', error);
          return false;
        },
      ),
  });
  const suspects: Suspects = new Suspects({
    workerId,
    clock,
    claims,
    lastSeq: async () => (await link.jsm.streams.info(RUNS_STREAM)).state.last_seq,
    verify: (ids, seq) => verify(link, ids, seq),
    liveness: (id) => workers.judge(id),
    room: () => engine.startRoom(),
    adopt: (message, queued) => engine.adopt(message, queued),
    onAdmitted: (admitted) => engine.admit(admitted),
    onLetGo: (admitted) => recorder.recordLetGo(admitted, now()),
    onLost: (admitted) => engine.lost(admitted),
    onPoison: (admitted) => engine.poison(admitted),
    onTrouble,
  });
  const metrics = createWorkerMetrics(env.metrics, {
    active: () => slots.running,
    parked: () => suspects.size,
    limited: () => limits.waiting,
  });
  const recorder = new OutcomeRecorder({
    workerId,
    clock,
    random: Math.random,
    record: (subject, events) => log.record(subject, events),
    onSettled: (attempt, event) => {
      if (event) metrics.ended(event, clock.now() - attempt.startedAt);
      engine.onSettled(attempt, event);
    },
    onTrouble,
  });
  const limits = new RunLimits({
    workerId,
    permits: env.permits,
    store,
    clock,
    random: Math.random,
    freeSlots: () => slots.free,
    onGranted: (admitted) => engine.granted(admitted),
    onRoom: () => engine.roomAgain(),
    onRefused: (admitted, event) => recorder.recordUnstarted(admitted, event),
  });
  const canOther = (run: Parameters<LiveWorkers['canOther']>[1]) => workers.canOther(workerId, run);
  const engine = new Engine({
    workerId,
    clock,
    slots,
    runners,
    epoch,
    cancelled,
    doubted,
    hearsControl: env.hearsControl,
    suspects,
    claims,
    handlerless: new HandlerlessRuns(env.noHandlerAfterMs),
    canOther,
    logs,
    secrets: createSecretSource({ clock, ask: (request) => askSecret(link, request) }),
    active,
    recorder,
    limits,
    isPaused: (queue) => store.queues.get(queue)?.state.paused === true,
    onRoom: env.onRoom,
    onTrouble,
  });
  return { engine, epoch, suspects, cancelled, doubted, workers, canOther, slots, logs, active };
}

async function verify(link: NatsLink, ids: string[], seq: number): Promise<VerifyReply> {
  const reply = await link.nc.request(live.verify, JSON.stringify({ ids, seq }), { timeout: VERIFY_TIMEOUT_MS });
  return VerifyReply.parse(reply.json());
}

async function askSecret(link: NatsLink, request: SecretRequest): Promise<unknown> {
  const reply = await link.nc.request(live.secret, JSON.stringify(request), { timeout: SECRET_TIMEOUT_MS });
  return reply.json();
}
