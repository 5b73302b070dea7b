import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  controlSubject,
  defaultRetryPolicy,
  defaultTimeoutPolicy,
  type JobState,
  outcomeSubject,
  parseCommit,
  queueConsumer,
  RUNS_STREAM,
  type RunDefinition,
  type RunEvent,
  type RunEventOf,
  type ScheduleState,
} from '@jobflow/contracts';
import {
  createOrderedReader,
  createStateStore,
  ensureQueueLevel,
  newId,
  type StateStore,
  saveState,
  subjectOf,
} from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { silent, until } from '../platform/backed.js';
import { type Projected, projected } from '../projector/projected.js';

const main = new URL('../../../services/scheduler/dist/main.js', import.meta.url).pathname;

export interface SchedulerProcess {
  pid: number;
  kill9(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  output(): string;
}

/** An event as it is in the log, with the broker's time of it. */
export interface Seen {
  event: RunEvent;
  seq: number;
  storedAt: number;
}

export interface Scheduled extends AsyncDisposable {
  world: Projected;
  db: Db;
  store: StateStore;
  /** Everything in the run log so far. */
  seen: readonly Seen[];
  scheduler(env?: Record<string, string>): Promise<SchedulerProcess>;
  saveJob(name: string, over?: Partial<JobState>): Promise<void>;
  saveSchedule(over: Partial<ScheduleState> & { job: string }): Promise<string>;
  deleteSchedule(id: string): Promise<void>;
  plan(dueAt: number, over?: Partial<RunDefinition>): Promise<string>;
  /** Records, as a worker would, that an attempt failed and is to be tried again. */
  failAttempt(queued: RunEventOf<'RunQueued'>, retryAt: number): Promise<void>;
  requestCancel(runId: string): Promise<void>;
  /** Queues a run at once, as the gateway would. */
  enqueue(over?: Partial<RunDefinition>): Promise<string>;
  reschedule(runId: string, at: number, priority?: number, operationId?: string): Promise<void>;
  /** Takes the next message of a level, as a worker would; answers its run and how to acknowledge it. */
  take(queue?: string, priority?: number, branch?: string): Promise<{ runId: string; ack(): Promise<void> }>;
  /** The RunQueued events of a run, once there are so many. */
  queued(runId: string, count?: number): Promise<(Seen & { event: RunEventOf<'RunQueued'> })[]>;
  ticks(scheduleId: string): RunEventOf<'ScheduleTicked'>[];
  runsOf(scheduleId: string): RunDefinition[];
  statusOf(runId: string): Promise<string | undefined>;
}

/** A private NATS and Postgres, one projector, and as many schedulers as a test asks for. */
export async function scheduled(): Promise<Scheduled> {
  const world = await projected();
  const { url, db } = await world.database('scheduled');
  await world.project(url);
  const store = createStateStore(world.link, { kinds: ['job', 'schedule', 'queue'], logger: silent });
  await store.start();
  const seen: Seen[] = [];
  const reader = createOrderedReader(world.link, {
    stream: RUNS_STREAM,
    fromSeq: 1,
    logger: silent,
    async onMessage({ seq, data, time }) {
      const parsed = parseCommit('run', data);
      if (parsed.ok) for (const event of parsed.commit.events) seen.push({ event, seq, storedAt: time });
    },
  });
  await reader.start();
  const children = new Set<ChildProcess>();
  const runsQueued = (runId: string) =>
    seen.filter(
      (s): s is Seen & { event: RunEventOf<'RunQueued'> } => s.event.type === 'RunQueued' && s.event.run.id === runId,
    );

  return {
    world,
    db,
    store,
    seen,
    async scheduler(more = {}) {
      const env = {
        ...process.env,
        ...more,
        NATS_URL: world.backing.natsUrl,
        DATABASE_URL: url,
        JOBFLOW_HEALTH_PORT: '0',
      };
      const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      children.add(child);
      return schedulerProcess(child);
    },
    async saveJob(name, over) {
      await saveState(world.log, store, { type: 'JobSaved', job: aJob(name, over) });
      const place = { queue: over?.queue ?? 'default', priority: 5 };
      await ensureQueueLevel(world.link, store, world.log, place, { createQueue: true });
    },
    async saveSchedule(over) {
      const schedule = aSchedule(over);
      await saveState(world.log, store, { type: 'ScheduleSaved', schedule });
      return schedule.id;
    },
    async deleteSchedule(id) {
      await saveState(world.log, store, { type: 'ScheduleDeleted', id });
    },
    async plan(dueAt, over) {
      const run = aRun(over);
      await world.log.append({
        messages: [{ subject: controlSubject(run.queue), events: [{ type: 'RunPlanned', run, dueAt }] }],
      });
      return run.id;
    },
    async failAttempt({ run, attempt, delivery }, retryAt) {
      const now = Date.now();
      const ref = { runId: run.id, attempt, delivery, claim: 0, workerId: 'test', startedAt: now, finishedAt: now };
      const error = { message: 'no', fingerprint: 'f', retryable: true };
      await world.log.record(outcomeSubject(run.queue), [
        { type: 'RunAttemptFailed', ...ref, status: 'FAILED', error, next: { kind: 'retry', at: retryAt } },
      ]);
    },
    async requestCancel(runId) {
      await world.log.append({
        messages: [{ subject: controlSubject('default'), events: [{ type: 'RunCancelRequested', runId }] }],
      });
    },
    async enqueue(over) {
      const run = aRun(over);
      const place = { queue: run.queue, priority: run.priority, run };
      await ensureQueueLevel(world.link, store, world.log, place, { createQueue: true });
      const events: RunEvent[] = [{ type: 'RunQueued', run, attempt: 1, delivery: 0 }];
      await world.log.append({ messages: [{ subject: subjectOf(store, run), events }] });
      return run.id;
    },
    async reschedule(runId, at, priority, operationId) {
      const events: RunEvent[] = [{ type: 'RunRescheduled', runId, at, priority, operationId }];
      await world.log.append({ messages: [{ subject: controlSubject('default'), events }] });
    },
    async take(queue = 'default', priority = 5, branch) {
      const consumer = await world.link.js.consumers.get(RUNS_STREAM, queueConsumer(queue, priority, branch).name);
      const message = await consumer.next({ expires: 10_000 });
      if (!message) throw new Error(`there is no message in ${queue} ${priority}`);
      const parsed = parseCommit('run', message.data);
      const [event] = parsed.ok ? parsed.commit.events : [];
      if (event?.type !== 'RunQueued') throw new Error('a message of a queue holds a RunQueued');
      return {
        runId: event.run.id,
        async ack() {
          await message.ackAck();
        },
      };
    },
    async queued(runId, count = 1) {
      await until(() => runsQueued(runId).length >= count, `run ${runId} is queued ${count} times`);
      return runsQueued(runId);
    },
    ticks: (id) =>
      seen.flatMap(({ event }) => (event.type === 'ScheduleTicked' && event.scheduleId === id ? [event] : [])),
    runsOf: (id) =>
      seen.flatMap(({ event }) => (event.type === 'RunQueued' && event.run.scheduleId === id ? [event.run] : [])),
    async statusOf(runId) {
      const [row] = await db.query<{ status: string }>('select status from read.runs where id = $1', [runId]);
      return row?.status;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL');
      await reader.stop();
      await store.stop();
      await world[Symbol.asyncDispose]();
    },
  };
}

async function schedulerProcess(child: ChildProcess): Promise<SchedulerProcess> {
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = once(child, 'exit');
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the scheduler ended:\n${output}`);
    return output.includes('scheduler started');
  }, 'a scheduler has started');
  return {
    pid: child.pid ?? 0,
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const [code] = await ended;
      return code as number | null;
    },
    output: () => output,
  };
}

export const aRun = (over: Partial<RunDefinition> = {}): RunDefinition => ({
  id: newId(),
  job: 'job',
  jobRevision: 1,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: defaultRetryPolicy,
  timeout: defaultTimeoutPolicy,
  createdAt: Date.now(),
  ...over,
});

const aJob = (name: string, over: Partial<JobState> = {}): JobState => ({
  name,
  title: name,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: defaultRetryPolicy,
  timeout: defaultTimeoutPolicy,
  limits: {},
  guarantee: 'AT_LEAST_ONCE',
  logLevel: 'INFO',
  enabled: true,
  tags: [],
  revision: 1,
  createdAt: Date.now(),
  updatedAt: Date.now(),
  ...over,
});

const aSchedule = (over: Partial<ScheduleState> & { job: string }): ScheduleState => ({
  id: newId(),
  kind: 'CRON',
  timezone: 'UTC',
  tags: [],
  missed: 'SKIP',
  maxMissed: 1000,
  overlap: 'ALLOW',
  jitterMs: 0,
  enabled: true,
  activeSince: Date.now(),
  revision: 1,
  createdAt: Date.now(),
  updatedAt: Date.now(),
  ...over,
});
