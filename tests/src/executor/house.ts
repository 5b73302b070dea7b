import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  controlSubject,
  defaultRetryPolicy,
  type LinesLogged,
  LOGS_STREAM,
  parseCommit,
  type RunDefinition,
} from '@jobflow/contracts';
import {
  connectNats,
  createEventLog,
  createOrderedReader,
  createStateStore,
  type EventLog,
  ensureQueueLevel,
  ensureStreams,
  type NatsLink,
  newId,
  type StateStore,
  subjectOf,
} from '@jobflow/platform';
import { createWorker, type Worker, type WorkerOptions } from '@jobflow/sdk';
import { pino } from 'pino';
import { startTestServers, type TestServers } from '../backing/start-test-servers.js';
import { type FoldDouble, startFoldDouble } from './fold-double.js';

/** A NATS of its own, the fold in memory, and as many workers as a test wants. */
export interface House extends AsyncDisposable {
  backing: TestServers;
  link: NatsLink;
  log: EventLog;
  store: StateStore;
  fold: FoldDouble;
  dir: string;
  /** A worker that is started; stopped with the house. */
  worker(options: Partial<WorkerOptions>): Promise<Worker>;
  enqueue(run: Partial<RunDefinition> & { job: string }): Promise<string>;
  cancel(runId: string): Promise<void>;
  /** All lines of a run in the log stream so far, once `satisfies`. */
  lines(runId: string, satisfies: (lines: LinesLogged['lines']) => boolean): Promise<LinesLogged['lines']>;
}

/** A retry policy by which the first failure is the last. */
export const retryOnce = {
  maxAttempts: 1,
  backoff: 'FIXED',
  initialDelayMs: 0,
  maxDelayMs: 0,
  factor: 1,
  jitter: 'NONE',
} as const;

export const silent = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** `redis`: started as well, and given to every worker. */
export async function startHouse({ fsync = false, redis = false } = {}): Promise<House> {
  const dir = await mkdtemp(join(tmpdir(), 'jobflow-executor-'));
  const backing = await startTestServers({
    dataDir: join(dir, 'data'),
    only: redis ? ['nats', 'redis'] : ['nats'],
    fsync,
  });
  const link = await connectNats(backing.natsUrl, { name: 'test', logger: silent });
  const log = createEventLog(link, { actor: 'system:test', logger: silent, silenceMs: 20_000 });
  await ensureStreams(link);
  const store = createStateStore(link, { kinds: ['job', 'queue'], logger: silent });
  await store.start();
  const fold = await startFoldDouble(link, log, store);
  const workers: Worker[] = [];
  return {
    backing,
    link,
    log,
    store,
    fold,
    dir,
    async worker(options) {
      const given = { nats: backing.natsUrl, ...(redis && { redis: backing.redisUrl }), drainMs: 500, logger: silent };
      const worker = createWorker({ ...given, ...options });
      workers.push(worker);
      await worker.start();
      return worker;
    },
    async enqueue(fields) {
      const run = definitionOf(fields);
      const place = { queue: run.queue, priority: run.priority, run };
      await ensureQueueLevel(link, store, log, place, { createQueue: true });
      const subject = subjectOf(store, run);
      const events = [{ type: 'RunQueued' as const, run, attempt: 1, delivery: 0 }];
      const appended = await log.append({ messages: [{ subject, events }], msgId: `${run.id}:0` });
      if (!appended.ok) throw new Error(appended.reason);
      return run.id;
    },
    async cancel(runId) {
      const queue = fold.state(runId)?.queue ?? 'default';
      const events = [{ type: 'RunCancelRequested' as const, runId }];
      await log.append({ messages: [{ subject: controlSubject(queue), events }] });
      link.nc.publish('jf.control.cancel', JSON.stringify({ runId }));
    },
    lines: (runId, satisfies) => readLines(link, runId, satisfies),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await fold[Symbol.asyncDispose]();
      await store.stop();
      await log.stop();
      await link.stop();
      await backing.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A run with everything that a test does not care about. */
export function definitionOf(fields: Partial<RunDefinition> & { job: string }): RunDefinition {
  return {
    id: newId(),
    jobRevision: 1,
    kind: 'HANDLER',
    queue: 'default',
    priority: 5,
    input: {},
    retry: { ...defaultRetryPolicy, initialDelayMs: 20, jitter: 'NONE' },
    timeout: { hardMs: 60_000 },
    createdAt: Date.now(),
    ...fields,
  };
}

async function readLines(link: NatsLink, runId: string, satisfies: (lines: LinesLogged['lines']) => boolean) {
  const lines: LinesLogged['lines'] = [];
  const done = Promise.withResolvers<void>();
  const reader = createOrderedReader(link, {
    stream: LOGS_STREAM,
    fromSeq: 1,
    logger: silent,
    onBatch: async (messages) => {
      for (const { data } of messages) {
        const parsed = parseCommit('log', data);
        if (!parsed.ok) throw new Error(parsed.reason);
        for (const event of parsed.commit.events) if (event.runId === runId) lines.push(...event.lines);
      }
      if (satisfies(lines)) done.resolve();
    },
  });
  await reader.start();
  await done.promise;
  await reader.stop();
  return lines;
}
