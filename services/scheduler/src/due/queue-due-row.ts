import {
  controlSubject,
  DUPLICATE_WINDOW_MS,
  inputFailedMsgId,
  queuedMsgId,
  type RunEventOf,
  shardOf,
} from '@jobflow/contracts';
import { fingerprint } from '@jobflow/domain';
import {
  type Clock,
  type EventLog,
  ensureQueueLevel,
  type Logger,
  LogUnavailableError,
  type NatsLink,
  type StateStore,
  subjectOf,
} from '@jobflow/platform';
import { DatabaseUnavailableError } from '@jobflow/read-model';
import type { ParentValues } from '../flows/parent-values.js';
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
  parents: ParentValues;
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
  const { link, log, store, shards, clock, logger, metrics, expire, parents } = dependencies;
  const recent = new RecentQueueings();
  /** What is being queued now; as much as the caller's batches hold. */
  const underWay = new Set<string>();
  const dueAt = (row: DueRow): number => (row.next_attempt_at ?? row.due_at)?.getTime() ?? 0;

  /** Somebody else may have queued it: its shard was theirs when it was due, or the dedupe window may not reach back. */
  function isUnsure(row: DueRow): boolean {
    const heldSince = shards.heldSince(shardOf(row.queue)) ?? Number.POSITIVE_INFINITY;
    return dueAt(row) <= heldSince + SKEW_MS || clock.now() - dueAt(row) > DUPLICATE_WINDOW_MS / 2;
  }

  async function append(row: DueRow, event: RunEventOf<'RunQueued'>): Promise<void> {
    const { id } = row;
    const { run } = event;
    const { queue, priority } = run;
    // Some worker of the queue cannot carry it out: in a branch it does not meet that one again.
    const options = { createQueue: true, createBranch: row.wait_reason === 'NO_HANDLER' };
    const level = await ensureQueueLevel(link, store, log, { queue, priority, run }, options);
    if (!level.ok) throw new LogUnavailableError(`queue ${queue} cannot take it: ${level.reason}`);
    const messages = [{ subject: subjectOf(store, run), events: [event] }];
    const appended = await log.append({ messages, msgId: queuedMsgId(id, event.delivery) });
    if (!appended.ok) throw new LogUnavailableError(`the log refuses it: ${appended.reason}`);
    recent.add(id, event.delivery, clock.now());
    metrics.queued((clock.now() - dueAt(row)) / 1000);
  }

  /** A node of a flow is given what it asked for of those it depends on; if that cannot be done, it fails. */
  async function release(row: DueRow, event: RunEventOf<'RunQueued'>): Promise<void> {
    const filled = row.flow_id === null ? { ok: true as const, event } : await parents.fill(row, event);
    if (filled.ok) return append(row, filled.event);
    const { id, queue } = row;
    const error = { ...filled.error, fingerprint: fingerprint(row.job, filled.error.message), retryable: false };
    const failed = { type: 'RunInputFailed' as const, runId: id, delivery: event.delivery, at: clock.now(), error };
    const messages = [{ subject: controlSubject(queue), events: [failed] }];
    const appended = await log.append({ messages, msgId: inputFailedMsgId(id, event.delivery) });
    if (!appended.ok) throw new LogUnavailableError(`the log refuses it: ${appended.reason}`);
    recent.add(id, event.delivery, clock.now());
  }

  /** Heard of twice, by an effect and by a sweep, it is queued once: a repetition would be refused, at a price. */
  async function queueOnce(row: DueRow, event: RunEventOf<'RunQueued'>): Promise<void> {
    const key = `${row.id} ${event.delivery}`;
    if (underWay.has(key) || recent.has(row.id, event.delivery)) return;
    underWay.add(key);
    try {
      await release(row, event);
    } finally {
      underWay.delete(key);
    }
  }

  return {
    wasQueued: (runId, delivery) => underWay.has(`${runId} ${delivery}`) || recent.has(runId, delivery),
    async queue(row, { verify = false } = {}) {
      const judged = judgeRow(row, clock.now(), verify || isUnsure(row));
      if (judged.kind === 'settled') return undefined;
      if (judged.kind === 'later') return judged.at;
      try {
        if (judged.kind === 'expired') await expire([row]);
        else await queueOnce(row, judged.event);
        return undefined;
      } catch (error) {
        // Anything but a log or a database that is away is a bug: said loudly, and left to the sweep instead of being tried at once.
        const away = error instanceof LogUnavailableError || error instanceof DatabaseUnavailableError;
        logger[away ? 'warn' : 'error']({ err: error, runId: row.id }, 'a due run cannot be queued now');
        return away ? clock.now() + AGAIN_MS : undefined;
      }
    },
  };
}
