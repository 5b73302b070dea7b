import { setTimeout as wait } from 'node:timers/promises';
import {
  controlSubject,
  defaultRetryPolicy,
  limits,
  RUNS_STREAM,
  type RunEvent,
  type RunEventOf,
  runFilters,
} from '@jobflow/contracts';
import {
  connectNats,
  createEventLog,
  createOrderedReader,
  createStateStore,
  type EventLog,
  ensureQueueLevel,
  type NatsLink,
  newId,
} from '@jobflow/platform';
import { readPosition } from '@jobflow/read-model';
import { pino } from 'pino';
import type { Bench, BenchContext } from '../bench.js';
import { startCollector } from '../collector/start-collector.js';
import { type BenchPlatform, startBenchPlatform } from '../contenders/bench-platform.js';
import { milliseconds, percentile, whole } from '../report/figures.js';
import { residentMb } from '../report/process-memory.js';
import { processorTime, processorTimeSection } from '../report/processor-time.js';
import type { Section } from '../report/section.js';

const PER_SECOND = 2_000;
const HOUR = 3_600_000;
/** Further ahead than the scheduler holds in memory, so that it finds them by its sweeps. */
const AHEAD_MS = 75_000;
const COMMITS_AT_ONCE = 8;
/** Reading the log again takes a second. */
const READ_MS = 30_000;
/** Of runs that are not counted, at the same rate and found in the same way; then there is a pause. */
const WARM_UP_SECONDS = 20;
const PAUSE_MS = 3_000;
const logger = pino({ level: 'silent' });

export const delays: Bench = {
  about: `how late ${PER_SECOND} delayed runs a second start for 20 s, and the scheduler's memory, with 100,000 others pending`,
  async run({ dir, runs: pending = 100_000, seconds = 20, say }) {
    await using collector = await startCollector();
    const env = { BENCH_COLLECTOR: String(collector.port) };
    await using servers = await startBenchPlatform(dir, { concurrency: 100, env });
    const link = await connectNats(servers.platform.urls.nats, { name: 'bench', logger });
    const log = createEventLog(link, { actor: 'system:bench', logger });
    const store = createStateStore(link, { kinds: ['queue'], logger });
    try {
      await store.start();
      await ensureQueueLevel(link, store, log, { queue: 'default', priority: 5 }, { createQueue: true });
      return await measure({ link, log, servers, collector, pending, seconds, say });
    } finally {
      await store.stop();
      await log.stop();
      await link.stop();
    }
  },
};

interface Measuring extends Pick<BenchContext, 'say'> {
  link: NatsLink;
  log: EventLog;
  servers: BenchPlatform;
  collector: Awaited<ReturnType<typeof startCollector>>;
  pending: number;
  seconds: number;
}

async function measure({ link, log, servers, collector, pending, seconds, say }: Measuring): Promise<Section[]> {
  const memory: [string, number][] = [];
  const sample = async (when: string) => void memory.push([when, await residentMb('scheduler')]);
  await wait(3_000);
  await sample('before');
  const began = performance.now();
  await plan(log, servers, pending, (n) => ({
    dueAt: Date.now() + HOUR + ((n * 7_919) % (100 * HOUR)),
    counts: false,
  }));
  const perSecondPlanned = pending / ((performance.now() - began) / 1_000);
  say(`${whole(pending)} runs planned, ${whole(perSecondPlanned)} a second into the read model`);
  // Two sweeps.
  await wait(65_000);
  await sample(`${whole(pending)} pending`);

  const late: number[] = [];
  collector.listen((line) => {
    const [what, ms] = line.split(' ');
    if (what === 'late') late.push(Number(ms));
  });
  const warming = PER_SECOND * WARM_UP_SECONDS;
  const due = PER_SECOND * seconds;
  const warmFrom = Date.now() + AHEAD_MS;
  const from = warmFrom + WARM_UP_SECONDS * 1_000 + PAUSE_MS;
  await plan(log, servers, warming + due, (n) => {
    const counts = n >= warming;
    const dueAt = counts ? from + ((n - warming) * 1_000) / PER_SECOND : warmFrom + (n * 1_000) / PER_SECOND;
    return { dueAt: Math.floor(dueAt), counts };
  });
  await sample(`and ${whole(warming + due)} due soon`);
  const firstSeq = (await link.jsm.streams.info(RUNS_STREAM)).state.last_seq + 1;
  const before = await processorTime();
  let peak = 0;
  while (late.length < due && Date.now() < from + 4 * seconds * 1_000) {
    await wait(500);
    peak = Math.max(peak, await residentMb('scheduler'));
  }
  const used = await processorTime();
  memory.push(['the most while they became due', peak]);
  const queued = await queuedLate(link, firstSeq, due);
  say(`${whole(late.length)} started; p99 ${milliseconds(percentile(late, 99))} after their time`);
  return [
    lateness(late, queued, pending, seconds),
    processorTimeSection('Processor time while they became due', before, used, warming + due),
    growth(memory),
  ];
}

interface Due {
  dueAt: number;
  /** Whether it is measured. */
  counts: boolean;
}

/** Plans so many runs, and waits until the read model shows them. */
async function plan(log: EventLog, { db }: BenchPlatform, count: number, dueOf: (n: number) => Due): Promise<void> {
  let last = 0;
  const lots = Array.from({ length: Math.ceil(count / limits.commitEvents) }, (_, lot) => lot * limits.commitEvents);
  for (let at = 0; at < lots.length; at += COMMITS_AT_ONCE) {
    const appended = await Promise.all(
      lots.slice(at, at + COMMITS_AT_ONCE).map((first) => {
        const size = Math.min(limits.commitEvents, count - first);
        const events = Array.from({ length: size }, (_, n): RunEvent => planned(dueOf(first + n)));
        return log.append({ messages: [{ subject: controlSubject('default'), events }] });
      }),
    );
    for (const one of appended) {
      if (!one.ok) throw new Error(`the log refused: ${one.reason}`);
      last = Math.max(last, one.seq);
    }
  }
  while ((await readPosition(db)).runs < last) await wait(50);
}

const planned = (due: Due): RunEvent => ({
  type: 'RunPlanned',
  dueAt: due.dueAt,
  run: {
    id: newId(),
    ...{ job: 'due', jobRevision: 1, kind: 'HANDLER', queue: 'default', priority: 5 },
    ...{ input: { ...due }, retry: defaultRetryPolicy, timeout: {}, createdAt: Date.now() },
  },
});

/** How long after its time each run that counts was in its queue, by the broker's clock. */
async function queuedLate(link: NatsLink, fromSeq: number, due: number): Promise<number[]> {
  const late: number[] = [];
  const reader = createOrderedReader(link, {
    stream: RUNS_STREAM,
    filterSubject: runFilters.queued,
    fromSeq,
    logger,
    async onMessage({ data, time }) {
      const [event] = JSON.parse(new TextDecoder().decode(data)).events as [RunEventOf<'RunQueued'>];
      const { dueAt, counts } = event.run.input as unknown as Due;
      if (counts) late.push(time - dueAt);
    },
  });
  await reader.start();
  // One that was lost does not come.
  const patience = performance.now() + READ_MS;
  while (late.length < due && performance.now() < patience) await wait(20);
  await reader.stop();
  return late;
}

function lateness(started: number[], queued: number[], pending: number, seconds: number): Section {
  const row = (name: string, values: readonly number[]) => [
    name,
    whole(values.length),
    ...[50, 95, 99, 100].map((percent) => milliseconds(percentile(values, percent))),
  ];
  return {
    title: `Delayed runs: ${whole(PER_SECOND)} due a second for ${seconds} s, with ${whole(pending)} others pending`,
    columns: ['after its time', 'runs', 'p50', 'p95', 'p99', 'most'],
    rows: [row('in its queue, by the broker’s clock', queued), row('handler started', started)],
    notes: [
      'Planned more than a minute ahead, so that they are found by the sweep. The aim is that their delay ends, in their queue, with a p99 of 50 ms.',
      `Before them ${whole(PER_SECOND * WARM_UP_SECONDS)} others, planned and due in the same way, warmed everything up; they are not counted.`,
    ],
  };
}

const growth = (memory: readonly [string, number][]): Section => ({
  title: 'Resident memory of the scheduler',
  columns: ['when', 'MB', 'more than at first'],
  rows: memory.map(([when, mb]) => [when, mb.toFixed(1), `${(mb - (memory[0]?.[1] ?? 0)).toFixed(1)} MB`]),
  notes: ['The aim is at most 50 MB more with 1,000,000 pending (--runs 1000000).'],
});
