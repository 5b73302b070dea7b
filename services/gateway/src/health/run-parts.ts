import type { Clock } from '@jobflow/platform';
import { type Db, queueFigures, windowStats } from '@jobflow/read-model';
import type { Examine, Finding } from './system-health.js';

const ok = (message: string): Finding => ({ status: 'OK', message });
/** The scheduler is a second late at most; more than this, and nobody schedules. */
const overdueSeconds = 15;
const longWaitMs = 5 * 60_000;
const hourMs = 3_600_000;
/** Below so many ended runs a rate says little. */
const fewRuns = 20;
const lowRate = 0.5;

/** What can be told from the runs themselves: whether due ones are queued, queued ones start, started ones succeed. */
export function runParts(db: Db, clock: Clock): Record<string, Examine> {
  return {
    async scheduler() {
      const [row] = await db.query<{ overdue: number }>(
        `select count(*)::int as overdue from (select 1 from read.runs
         where (status in ('SCHEDULED','RETRYING') or (status = 'QUEUED' and next_attempt_at is not null))
           and superseded is not true and coalesce(next_attempt_at, due_at) < now() - interval '${overdueSeconds} s' limit 1000) as late`,
      );
      if (!row?.overdue) return ok('What is due is queued in time.');
      const runs =
        row.overdue === 1 ? 'One run is' : `${row.overdue === 1000 ? '1,000 or more' : row.overdue} runs are`;
      return {
        status: 'DEGRADED',
        message: `${runs} due for more than ${overdueSeconds} s and not queued yet.`,
        action: 'Check that a scheduler runs. Nothing is lost: it catches up by itself.',
      };
    },
    async backlog() {
      const queues = await queueFigures(db, clock.now());
      const paused = await pausedQueues(db);
      const slow = queues
        .filter(({ queue, oldestWaitMs = 0 }) => oldestWaitMs > longWaitMs && !paused.has(queue))
        .sort((a, b) => (b.oldestWaitMs ?? 0) - (a.oldestWaitMs ?? 0));
      const [worst] = slow;
      if (!worst) return ok('No run waits long for a worker.');
      const others = slow.length > 1 ? ` (and ${slow.length - 1} more queues)` : '';
      return {
        status: 'DEGRADED',
        message: `In queue ${worst.queue}${others} a run has waited for ${Math.floor((worst.oldestWaitMs ?? 0) / 60_000)} minutes.`,
        action: 'See why its runs wait; if only for a slot, start more executors or raise their concurrency.',
        target: worst.queue,
      };
    },
    async 'success rate'() {
      const { succeeded, failed, expired, successRate } = await windowStats(db, clock.now(), hourMs);
      const ended = succeeded + failed + expired;
      if (successRate === undefined || ended < fewRuns || successRate >= lowRate) return ok('Most runs succeed.');
      return {
        status: 'DEGRADED',
        message: `In the last hour ${Math.round(successRate * 100)} % of ${ended} runs succeeded.`,
        action: 'Look at the dead letters, grouped by their errors.',
      };
    },
  };
}

async function pausedQueues(db: Db): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(
    `select name from read.queues where deleted_at is null and (state->>'paused')::boolean`,
  );
  return new Set(rows.map(({ name }) => name));
}
