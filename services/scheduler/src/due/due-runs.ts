import { DUPLICATE_WINDOW_MS, type QueueRun, queuedSubject, type RunEventOf, shardOf } from '@jobflow/contracts';
import {
  type Clock,
  type EventLog,
  ensureQueueLevel,
  type Logger,
  LogUnavailableError,
  type NatsLink,
  type Service,
  type StateStore,
  type Timer,
} from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { SchedulerMetrics } from '../scheduler-metrics.js';
import type { Shards } from '../shards/shard-locks.js';
import { TimeHeap } from '../time/time-heap.js';
import { type DueRow, dueRows, waitingRuns } from './due-rows.js';
import type { ExpireRuns } from './expire-runs.js';
import { judgeRow } from './judge-row.js';
import { otherQueues } from './other-queues.js';

export interface DueRuns extends Service {
  /** Effects, as they come. */
  hear(runs: readonly QueueRun[]): void;
  /** Shards came: what waits in them is looked up. Shards went: what was held for them is forgotten. */
  shardsMoved(change: { taken: number[]; lost: number[] }): void;
  /** Looks up what is due within a minute, now: something may have been missed. */
  sweep(): void;
  held(): number;
}

interface Dependencies {
  db: Db;
  link: NatsLink;
  log: EventLog;
  store: StateStore;
  shards: Shards;
  clock: Clock;
  logger: Logger;
  metrics: SchedulerMetrics;
  expire: ExpireRuns;
}

interface Held {
  runId: string;
  queue: string;
}

/** Only what is due within this is held; the rest stays in Postgres. */
const HORIZON_MS = 60_000;
const SWEEP_MS = 30_000;
/** Above, what is due later waits for the next sweep; what is due soon has as much room again. Some 30 MB in all. */
const MAX_HELD = 50_000;
const SOON_MS = 10_000;
/** Runs read at once, times batches under way: inputs and specs may be large. */
const BATCH = 250;
const MAX_BATCHES = 2;
const AGAIN_MS = 1_000;
/** Clocks of schedulers may differ by so much. */
const SKEW_MS = 5_000;
/** So long the read model may take to show what was queued, before it is queued again (marked to be verified). */
const LATELY_MS = 90_000;
const MAX_LATELY = 100_000;

/**
 * Queues runs at their time: delays, retries, snoozes, returns. Their rows in Postgres are the truth. What is due within
 * a minute is held in memory, from effects at once and from a sweep every 30 s; when its time comes the row is read
 * again and has the last word. A row is queued under the message id run:delivery, so by whomever and however often, it
 * counts once.
 */
export function createDueRuns(dependencies: Dependencies): DueRuns {
  const { db, link, log, store, shards, clock, logger, metrics, expire } = dependencies;
  const heap = new TimeHeap<Held>();
  /** Queued by this process, and perhaps not yet seen so in the read model: run → delivery. */
  const lately = new Map<string, { delivery: number; at: number }>();
  let stopped = false;
  let sweeping: Promise<void> | undefined;
  /** Asked for while one was under way. */
  let sweepAsked = false;
  /** The last sweep found more than there was room for. */
  let moreWaits = false;
  let sweepTimer: Timer | undefined;
  let fireTimer: Timer | undefined;
  let firesAt = Number.POSITIVE_INFINITY;
  const batches = new Set<Promise<void>>();

  const isOwn = (queue: string) => shards.heldSince(shardOf(queue)) !== undefined;
  const hasRoom = () => heap.size < MAX_HELD / 2;
  const wasQueued = (id: string, next: number) => (lately.get(id)?.delivery ?? -1) >= next;

  function hold(runId: string, queue: string, at: number): void {
    const most = at <= clock.now() + SOON_MS ? 2 * MAX_HELD : MAX_HELD;
    if (heap.size >= most && !heap.get(runId)) moreWaits = true;
    else heap.set(runId, at, { runId, queue });
  }

  /** Sets the timer to the earliest entry. */
  function arm(): void {
    const next = heap.nextAt();
    if (stopped || next === undefined || (next >= firesAt && fireTimer)) return;
    fireTimer?.cancel();
    firesAt = next;
    fireTimer = clock.setTimerAt(next, fire);
  }

  function fire(): void {
    fireTimer = undefined;
    firesAt = Number.POSITIVE_INFINITY;
    while (!stopped && batches.size < MAX_BATCHES) {
      const due = heap.takeDue(clock.now(), BATCH);
      if (due.length === 0) break;
      const batch = queueBatch(due.map(({ value }) => value)).finally(() => {
        batches.delete(batch);
        arm();
        if (moreWaits && hasRoom()) sweep();
      });
      batches.add(batch);
    }
    // With every batch under way, the first to end goes on.
    if (batches.size < MAX_BATCHES) arm();
  }

  async function queueBatch(entries: Held[]): Promise<void> {
    const own = entries.filter(({ queue }) => isOwn(queue));
    if (own.length === 0) return;
    try {
      const rows = await dueRows(
        db,
        own.map(({ runId }) => runId),
      );
      await Promise.all(rows.map(queueRow));
    } catch (error) {
      logger.warn({ err: error, runs: own.length }, 'due runs cannot be read now; they are tried again');
      for (const { runId, queue } of own) hold(runId, queue, clock.now() + AGAIN_MS);
    }
  }

  async function queueRow(row: DueRow): Promise<void> {
    const judged = judgeRow(row, clock.now(), isUnsure(row));
    switch (judged.kind) {
      case 'later':
        if (judged.at <= clock.now() + HORIZON_MS) hold(row.id, row.queue, judged.at);
        return;
      case 'expired':
        return expire([row]);
      case 'queue':
        if (!wasQueued(row.id, judged.event.delivery)) await queue(row, judged.event);
        return;
      case 'settled':
        return;
      default:
        judged satisfies never;
    }
  }

  /** Somebody else may have queued it: its shard was theirs when it was due, or the dedupe window may not reach back. */
  function isUnsure(row: DueRow): boolean {
    const due = (row.next_attempt_at ?? row.due_at)?.getTime() ?? 0;
    const since = shards.heldSince(shardOf(row.queue)) ?? Number.POSITIVE_INFINITY;
    return due <= since + SKEW_MS || clock.now() - due > DUPLICATE_WINDOW_MS / 2;
  }

  async function queue(row: DueRow, event: RunEventOf<'RunQueued'>): Promise<void> {
    const { id, queue: name } = row;
    try {
      const level = await ensureQueueLevel(link, store, log, name, row.priority, { createQueue: true });
      if (!level.ok) throw new LogUnavailableError(`queue ${name} cannot take it: ${level.reason}`);
      const subject = queuedSubject(name, row.priority);
      const appended = await log.append({ messages: [{ subject, events: [event] }], msgId: `${id}:${event.delivery}` });
      if (!appended.ok) throw new LogUnavailableError(`the log refuses it: ${appended.reason}`);
      remember(id, event.delivery);
      metrics.queued((clock.now() - ((row.next_attempt_at ?? row.due_at)?.getTime() ?? clock.now())) / 1000);
    } catch (error) {
      if (stopped) return;
      const known = error instanceof LogUnavailableError;
      logger[known ? 'warn' : 'error']({ err: error, runId: id }, 'a due run cannot be queued now');
      if (known) hold(id, name, clock.now() + AGAIN_MS);
    }
  }

  function remember(id: string, delivery: number): void {
    if (lately.size >= MAX_LATELY)
      for (const oldest of lately.keys()) {
        lately.delete(oldest);
        break;
      }
    lately.delete(id);
    lately.set(id, { delivery, at: clock.now() });
  }

  function forgetOld(): void {
    for (const [id, { at }] of lately) {
      if (clock.now() - at < LATELY_MS) break;
      lately.delete(id);
    }
  }

  async function sweepOnce(): Promise<void> {
    const began = clock.now();
    forgetOld();
    const room = MAX_HELD - heap.size;
    if (shards.held().length === 0 || room <= 0) return;
    const rows = await waitingRuns(db, began + HORIZON_MS, otherQueues(store, isOwn), room);
    for (const row of rows) {
      if (isOwn(row.queue) && !wasQueued(row.id, row.delivery + 1)) hold(row.id, row.queue, row.due.getTime());
    }
    // What did not fit is fetched once there is room.
    moreWaits = rows.length >= room;
    arm();
  }

  function sweep(): void {
    if (stopped) return;
    if (sweeping) {
      sweepAsked = true;
      return;
    }
    sweepAsked = false;
    moreWaits = false;
    sweepTimer?.cancel();
    sweeping = sweepOnce()
      .then(() => SWEEP_MS)
      .catch((error: unknown) => {
        if (!stopped) logger.warn({ err: error }, 'waiting runs cannot be looked up now');
        return AGAIN_MS;
      })
      .then((delayMs) => {
        sweeping = undefined;
        if (stopped) return;
        if (sweepAsked || (moreWaits && hasRoom())) sweep();
        else sweepTimer = clock.setTimer(delayMs, sweep);
      });
  }

  return {
    held: () => heap.size,
    sweep,
    hear(runs) {
      const until = clock.now() + HORIZON_MS;
      for (const { runId, queue: name, at, delivery } of runs)
        if (at <= until && isOwn(name) && !wasQueued(runId, delivery)) hold(runId, name, at);
      arm();
    },
    shardsMoved({ taken, lost }) {
      const gone = new Set(lost);
      if (lost.length > 0) heap.drop(({ queue: name }) => gone.has(shardOf(name)));
      if (taken.length > 0) sweep();
    },
    async start() {
      sweep();
    },
    async stop() {
      stopped = true;
      sweepTimer?.cancel();
      fireTimer?.cancel();
      await sweeping;
      await Promise.all(batches);
    },
  };
}
