import { DUPLICATE_WINDOW_MS, queuedMsgId, queuedSubject, type RunEventOf, shardOf } from '@jobflow/contracts';
import {
  type Clock,
  type EventLog,
  ensureQueueLevel,
  type Logger,
  LogUnavailableError,
  type NatsLink,
  type StateStore,
} from '@jobflow/platform';
import type { SchedulerMetrics } from '../scheduler-metrics.js';
import type { Shards } from '../shards/shard-locks.js';
import type { DueRow } from './due-rows.js';
import type { ExpireRuns } from './expire-runs.js';
import { judgeRow } from './judge-row.js';
import { RecentQueueings } from './recent-queueings.js';

interface Dependencies {
  link: NatsLink;
  log: EventLog;
  store: StateStore;
  shards: Shards;
  clock: Clock;
  logger: Logger;
  metrics: SchedulerMetrics;
  expire: ExpireRuns;
}

export interface RowQueue {
  /** Does what the row asks for; answers when to look at it again, if at all. */
  queue(row: DueRow, options?: { verify?: boolean }): Promise<number | undefined>;
  /** This delivery was queued by this process, though the read model may not show it yet. */
  wasQueued(runId: string, delivery: number): boolean;
}

const AGAIN_MS = 1_000;
/** Clocks of schedulers may differ by so much. */
const SKEW_MS = 5_000;

/** Queues runs whose time has come, each under the message id run:delivery. */
export function createRowQueue(dependencies: Dependencies): RowQueue {
  const { link, log, store, shards, clock, logger, metrics, expire } = dependencies;
  const recent = new RecentQueueings();
  const dueAt = (row: DueRow): number => (row.next_attempt_at ?? row.due_at)?.getTime() ?? 0;

  /** Somebody else may have queued it: its shard was theirs when it was due, or the dedupe window may not reach back. */
  function isUnsure(row: DueRow): boolean {
    const heldSince = shards.heldSince(shardOf(row.queue)) ?? Number.POSITIVE_INFINITY;
    return dueAt(row) <= heldSince + SKEW_MS || clock.now() - dueAt(row) > DUPLICATE_WINDOW_MS / 2;
  }

  async function append(row: DueRow, event: RunEventOf<'RunQueued'>): Promise<void> {
    const { id, queue: name, priority } = row;
    const level = await ensureQueueLevel(link, store, log, name, priority, { createQueue: true });
    if (!level.ok) throw new LogUnavailableError(`queue ${name} cannot take it: ${level.reason}`);
    const messages = [{ subject: queuedSubject(name, priority), events: [event] }];
    const appended = await log.append({ messages, msgId: queuedMsgId(id, event.delivery) });
    if (!appended.ok) throw new LogUnavailableError(`the log refuses it: ${appended.reason}`);
    recent.add(id, event.delivery, clock.now());
    metrics.queued((clock.now() - dueAt(row)) / 1000);
  }

  return {
    wasQueued: (runId, delivery) => recent.has(runId, delivery),
    async queue(row, { verify = false } = {}) {
      const judged = judgeRow(row, clock.now(), verify || isUnsure(row));
      if (judged.kind === 'settled') return undefined;
      if (judged.kind === 'later') return judged.at;
      try {
        if (judged.kind === 'expired') await expire([row]);
        else if (!recent.has(row.id, judged.event.delivery)) await append(row, judged.event);
        return undefined;
      } catch (error) {
        // Anything but a log that is away is a bug: said loudly, and left to the sweep instead of being tried at once.
        const away = error instanceof LogUnavailableError;
        logger[away ? 'warn' : 'error']({ err: error, runId: row.id }, 'a due run cannot be queued now');
        return away ? clock.now() + AGAIN_MS : undefined;
      }
    },
  };
}
