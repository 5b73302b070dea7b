import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startBackingServices } from '@jobflow/cli';
import {
  defaultRetryPolicy,
  defaultTimeoutPolicy,
  type JobState,
  RUNS_STREAM,
  runFilters,
  type ScheduleState,
  stateSubject,
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
  saveState,
} from '@jobflow/platform';
import { migrate } from '@jobflow/read-model';
import { pino } from 'pino';
import type { Bench } from '../bench.js';
import { interrupted, noteServers } from '../contenders/running-servers.js';
import { startProgram } from '../program/start-program.js';
import type { SchedulerMemory } from '../programs/jobflow-scheduler.js';
import { milliseconds, percentile, whole } from '../report/figures.js';
import type { Section } from '../report/section.js';

/** Due in the same second. */
const TOGETHER = 1_000;
const AT_ONCE = 500;
/** So long after they were saved. */
const AHEAD_MS = 4_000;

const logger = pino({ level: 'warn' });
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney', 'America/Sao_Paulo'];

export const schedules: Bench = {
  about: 'one scheduler: 10,000 schedules loaded, 1,000 due in the same second',
  async run({ dir, runs = 10_000, say }) {
    await using servers = await startServers(dir);
    const link = await connectNats(servers.nats, { name: 'bench', logger });
    const log = createEventLog(link, { actor: 'system:bench', logger });
    try {
      await ensureStreams(link);
      await prepareJob(link, log);
      await save(
        log,
        Array.from({ length: runs }, (_, n) => daily(n)),
      );
      say(`${whole(runs)} schedules are saved`);
      await using scheduler = await startProgram('jobflow-scheduler', servers, ['--expose-gc']);
      const loaded = await scheduler.call<Loaded>('load', runs);
      say(`loaded in ${milliseconds(loaded.tookMs)}`);
      const late = await dueTogether(link, log);
      return sections(runs, loaded, await scheduler.call<SchedulerMemory>('memory'), late);
    } finally {
      await log.stop();
      await link.stop();
    }
  },
};

interface Loaded {
  tookMs: number;
  before: SchedulerMemory;
  after: SchedulerMemory;
}

async function startServers(dir: string): Promise<AsyncDisposable & { nats: string; database: string }> {
  const dataDir = await mkdtemp(join(dir, 'servers-'));
  const servers = await startBackingServices({ dataDir, only: ['nats', 'postgres'], signal: interrupted });
  const stop = noteServers(servers);
  await migrate(servers.databaseUrl);
  return { nats: servers.natsUrl, database: servers.databaseUrl, [Symbol.asyncDispose]: stop };
}

async function prepareJob(link: NatsLink, log: EventLog): Promise<void> {
  const store = createStateStore(link, { kinds: ['job', 'queue'], logger });
  await store.start();
  await saveState(log, store, { type: 'JobSaved', job });
  await ensureQueueLevel(link, store, log, { queue: job.queue, priority: job.priority }, { createQueue: true });
  await store.stop();
}

async function save(log: EventLog, states: readonly ScheduleState[]): Promise<void> {
  for (let i = 0; i < states.length; i += AT_ONCE) {
    const answers = states.slice(i, i + AT_ONCE).map((schedule) =>
      log.append({
        messages: [{ subject: stateSubject('schedule', schedule.id), events: [{ type: 'ScheduleSaved', schedule }] }],
      }),
    );
    for (const answer of await Promise.all(answers)) if (!answer.ok) throw new Error(answer.reason);
  }
}

/** How many milliseconds after their time runs were queued that were all due at once, by the broker's clock. */
async function dueTogether(link: NatsLink, log: EventLog): Promise<number[]> {
  const { state } = await link.jsm.streams.info(RUNS_STREAM);
  const at = Math.ceil((Date.now() + AHEAD_MS) / 1_000) * 1_000;
  const late: number[] = [];
  const reader = createOrderedReader(link, {
    stream: RUNS_STREAM,
    filterSubject: runFilters.queued,
    fromSeq: state.last_seq + 1,
    logger,
    async onMessage({ time }) {
      late.push(time - at);
    },
  });
  await reader.start();
  await save(
    log,
    Array.from({ length: TOGETHER }, () => aSchedule({ kind: 'ONCE', at })),
  );
  while (late.length < TOGETHER) await wait(20);
  await reader.stop();
  return late;
}

function sections(count: number, loaded: Loaded, last: SchedulerMemory, late: readonly number[]): Section[] {
  const lateness = [50, 99, 100].map((percent) => milliseconds(percentile([...late], percent)));
  return [
    {
      title: `One scheduler with ${whole(count)} schedules`,
      columns: ['', 'took', 'resident, MB', 'heap after a collection, MB'],
      rows: [
        ['before', '', ...megabytes(loaded.before)],
        ['every next tick is known', milliseconds(loaded.tookMs), ...megabytes(loaded.after)],
        ['after the second below', '', ...megabytes(last)],
      ],
      notes: ['From the start of the scheduler in a process that is connected. The aim is 2 s, and 100 MB for them.'],
    },
    {
      title: `${whole(late.length)} schedules due in the same second, fsync on: how late their runs were queued`,
      columns: ['', 'p50', 'p99', 'the last'],
      rows: [['by the broker’s clock', ...lateness]],
      notes: ['The aim is 1 s for the last.'],
    },
  ];
}

const megabytes = ({ rssMb, heapMb }: SchedulerMemory): string[] => [rssMb.toFixed(1), heapMb.toFixed(1)];

const now = Date.now();
const stamped = { revision: 1, createdAt: now, updatedAt: now };
const job: JobState = {
  ...stamped,
  name: 'noop',
  title: 'noop',
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
};

/** Once a day or an hour, in one of six zones, and never within the next half hour. */
function daily(n: number): ScheduleState {
  const minute = (new Date().getUTCMinutes() + 31 + (n % 25)) % 60;
  const cron = n % 2 === 0 ? `${minute} * * * *` : `${n % 60} ${n % 24} ${1 + (n % 28)} 1 *`;
  return aSchedule({ kind: 'CRON', cron, timezone: zones[n % zones.length] ?? 'UTC' });
}

const aSchedule = (timing: Partial<ScheduleState>): ScheduleState => ({
  ...stamped,
  id: newId(),
  job: 'noop',
  kind: 'CRON',
  timezone: 'UTC',
  tags: [],
  missed: 'LAST',
  maxMissed: 100,
  overlap: 'ALLOW',
  jitterMs: 0,
  enabled: true,
  activeSince: Date.now(),
  ...timing,
});
