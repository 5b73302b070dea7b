import { encodePosition } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { logGauge } from '../run-log/log-gauge.js';
import { isOnline, listWorkers } from '../workers/list-workers.js';
import type { Stats } from './stats.js';
import { minutesFrom, weightFrom } from './window.js';

const MINUTE_MS = 60_000;
const LONGEST_MS = 31 * 24 * 60 * MINUTE_MS;
export const DEFAULT_WINDOW_MS = 60 * MINUTE_MS;

export function checkWindow(windowMs: number | null | undefined): number {
  const window = windowMs ?? DEFAULT_WINDOW_MS;
  if (window < MINUTE_MS || window > LONGEST_MS)
    throw badUserInput({ windowMs: `must be ${MINUTE_MS} to ${LONGEST_MS}` });
  return window;
}

const statuses = [
  'scheduled',
  'blocked',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const;
type Totals = Record<(typeof statuses)[number] | 'deadLetters', number>;
const sum = (column: string, name = column) => `coalesce(sum(${column}), 0)::bigint as "${name}"`;
const TOTALS = `select ${statuses.map((status) => sum(status)).join(', ')}, ${sum('dead_letters', 'deadLetters')} from read.queue_stats`;

interface Window {
  succeeded: number;
  failed: number;
  cancelled: number;
  expired: number;
  duration_sum_ms: number;
  duration_count: number;
}
const summed = ['succeeded', 'failed', 'cancelled', 'expired', 'duration_sum_ms', 'duration_count'] as const;
const WINDOW = `select ${summed.map((column) => `coalesce(sum(m.${column} * ${weightFrom('$1::timestamptz')}), 0)::float8 as ${column}`).join(', ')}
  from read.minute_stats m where ${minutesFrom('$1::timestamptz')}`;

/** Counters are kept, not counted: two small queries, whatever the number of runs. */
export async function readStats(ctx: Context, windowMs: number): Promise<Stats> {
  const position = ctx.live.position();
  const from = new Date(ctx.clock.now() - windowMs);
  const [[totals], [window], workers, projectionLagMs] = await Promise.all([
    ctx.db.query<Totals>(TOTALS),
    ctx.db.query<Window>(WINDOW, [from]),
    listWorkers(ctx),
    logGauge(ctx).lagMs(position.runs),
  ]);
  if (!totals || !window) throw new Error('an aggregate answers one row');
  const told = window.succeeded + window.failed + window.expired;
  return {
    ...totals,
    total: statuses.reduce((all, status) => all + totals[status], 0),
    jobs: ctx.stateStore.jobs.size,
    schedules: ctx.stateStore.schedules.size,
    pausedQueues: [...ctx.stateStore.queues.values()].filter(({ state }) => state.paused).length,
    workers: workers.filter(isOnline).length,
    // A cancelled run says nothing of whether runs succeed.
    successRate: told > 0 ? window.succeeded / told : null,
    perMinute: (told + window.cancelled) / (windowMs / MINUTE_MS),
    avgDurationMs: window.duration_count > 0 ? window.duration_sum_ms / window.duration_count : null,
    windowMs,
    projectionLagMs,
    position: encodePosition(position),
  };
}
