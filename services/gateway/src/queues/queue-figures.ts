import { servesQueue } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { percentile } from '../stats/histogram.js';
import { minutesFrom, weightFrom } from '../stats/window.js';
import { isOnline, listWorkers } from '../workers/list-workers.js';
import type { Queue } from './queue.js';

/** What is counted and measured of a queue. */
export interface QueueFigures {
  depth: number;
  active: number;
  scheduled: number;
  retrying: number;
  blocked: number;
  succeeded: number;
  failed: number;
  deadLetters: number;
  oldestWaitMs: number | null;
  enqueuedPerMinute: number;
  finishedPerMinute: number;
  failedPerMinute: number;
  avgDurationMs: number | null;
  waitP95Ms: number | null;
  workers: number;
  etaMs: number | null;
}

interface Counters {
  queue: string;
  queued: number;
  running: number;
  scheduled: number;
  retrying: number;
  blocked: number;
  succeeded: number;
  failed: number;
  dead_letters: number;
  oldest_at: Date | null;
}

/** The oldest ids have waited longest, save for some that were queued again: the first hundred tell. */
const COUNTERS = `
  select s.*, (select min(queued_at) from (
      select r.queued_at from read.runs r where s.queued > 0 and r.status = 'QUEUED' and r.queue = s.queue order by r.id limit 100
    ) as oldest) as oldest_at
  from read.queue_stats s where s.queue = any($1::text[])`;

interface Rates {
  queue: string;
  enqueued: number;
  finished: number;
  failed: number;
  duration_sum_ms: number;
  duration_count: number;
}

const LAST_MINUTE = weightFrom('$2::timestamptz');
/** Per minute: of the last 60 s. Durations: of the longer window. */
const RATES = `
  select m.queue, sum(m.enqueued * ${LAST_MINUTE})::float8 as enqueued,
    sum((m.succeeded + m.failed + m.cancelled + m.expired) * ${LAST_MINUTE})::float8 as finished,
    sum(m.failed * ${LAST_MINUTE})::float8 as failed,
    sum(m.duration_sum_ms)::float8 as duration_sum_ms, sum(m.duration_count)::float8 as duration_count
  from read.minute_stats m where ${minutesFrom('$3::timestamptz')} and m.queue = any($1::text[]) group by m.queue`;
const WAITS = `
  select m.queue, bin.n::int as n, sum(bin.count)::float8 as count
  from read.minute_stats m cross join lateral unnest(m.wait_hist) with ordinality as bin(count, n)
  where ${minutesFrom('$2::timestamptz')} and m.queue = any($1::text[]) and bin.count > 0 group by m.queue, bin.n`;

const WINDOW_MS = 15 * 60_000;

/** A queue whose figures are known already. */
export type MeasuredQueue = Queue & { figures?: QueueFigures };

/** The figures of a queue; all that one request asks for are read together. */
export async function queueFigures(ctx: Context, queue: MeasuredQueue): Promise<QueueFigures> {
  if (queue.figures) return queue.figures;
  const loader = ctx.loaders.of('queue-figures', (queues: readonly string[]) => readFigures(ctx, queues));
  return (await loader.load(queue.name)) as QueueFigures;
}

async function readFigures(ctx: Context, queues: readonly string[]): Promise<QueueFigures[]> {
  const now = ctx.clock.now();
  const minute = new Date(now - 60_000);
  const window = new Date(now - WINDOW_MS);
  const [counters, rates, waits, workers] = await Promise.all([
    ctx.db.query<Counters>(COUNTERS, [queues]),
    ctx.db.query<Rates>(RATES, [queues, minute, window]),
    ctx.db.query<{ queue: string; n: number; count: number }>(WAITS, [queues, window]),
    listWorkers(ctx),
  ]);
  const online = workers.filter(isOnline);
  const countersOf = new Map(counters.map((row) => [row.queue, row]));
  const ratesOf = new Map(rates.map((row) => [row.queue, row]));
  const waitsOf = new Map<string, number[]>();
  for (const { queue, n, count } of waits) {
    const bins = waitsOf.get(queue) ?? Array<number>(n).fill(0);
    waitsOf.set(queue, bins);
    while (bins.length < n) bins.push(0);
    bins[n - 1] = count;
  }
  return queues.map((queue) => ({
    ...counted(countersOf.get(queue), now),
    ...measured(countersOf.get(queue)?.queued ?? 0, ratesOf.get(queue)),
    waitP95Ms: percentile(waitsOf.get(queue) ?? [], 0.95),
    workers: online.filter((worker) => servesQueue(worker, queue)).length,
  }));
}

function counted(row: Counters | undefined, now: number) {
  return {
    depth: row?.queued ?? 0,
    active: row?.running ?? 0,
    scheduled: row?.scheduled ?? 0,
    retrying: row?.retrying ?? 0,
    blocked: row?.blocked ?? 0,
    succeeded: row?.succeeded ?? 0,
    failed: row?.failed ?? 0,
    deadLetters: row?.dead_letters ?? 0,
    oldestWaitMs: row?.oldest_at ? Math.max(0, now - row.oldest_at.getTime()) : null,
  };
}

/** At the present rates a queue that grows is never empty. */
function measured(depth: number, rates: Rates | undefined) {
  const { enqueued = 0, finished = 0, failed = 0, duration_sum_ms = 0, duration_count = 0 } = rates ?? {};
  const net = finished - enqueued;
  return {
    enqueuedPerMinute: enqueued,
    finishedPerMinute: finished,
    failedPerMinute: failed,
    avgDurationMs: duration_count > 0 ? duration_sum_ms / duration_count : null,
    etaMs: depth === 0 ? 0 : net > 0 ? Math.round((depth / net) * 60_000) : null,
  };
}
