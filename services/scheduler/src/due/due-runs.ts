import { type QueueRun, shardOf } from '@jobflow/contracts';
import type { Clock, Logger, Service, StateStore, Timer } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Shards } from '../shards/shard-locks.js';
import { TimeHeap } from '../time/time-heap.js';
import { dueRows, waitingRuns } from './due-rows.js';
import { otherQueues } from './other-queues.js';
import type { RowQueue } from './queue-due-row.js';
import type { SupersededRuns } from './superseded-runs.js';

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
  rows: RowQueue;
  superseded: Pick<SupersededRuns, 'add'>;
  store: StateStore;
  shards: Shards;
  clock: Clock;
  logger: Logger;
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
/** Runs read at once, and how often at the same time: inputs and specs may be large. */
const BATCH = 250;
const MAX_BATCHES = 2;
const AGAIN_MS = 1_000;
/** Between one sweep and the next when there was more than fitted. */
const MORE_MS = 250;

/**
 * Queues runs at their time: delays, retries, snoozes, returns. Their rows in Postgres are the truth. What is due within
 * a minute is held in memory, from effects at once and from a sweep every 30 s; when its time comes the row is read
 * again and has the last word. A row is queued under the message id run:delivery, so by whomever and however often, it
 * counts once.
 */
export function createDueRuns(dependencies: Dependencies): DueRuns {
  const { db, rows: rowQueue, superseded, store, shards, clock, logger } = dependencies;
  const heap = new TimeHeap<Held>();
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
      await Promise.all(
        rows.map(async (row) => {
          const isDue = (row.due_at?.getTime() ?? 0) <= clock.now();
          // Somebody may be about to start its former message.
          if (row.superseded && isDue) return superseded.add(row);
          const again = await rowQueue.queue(row);
          if (again !== undefined && again <= clock.now() + HORIZON_MS) hold(row.id, row.queue, again);
        }),
      );
    } catch (error) {
      logger.warn({ err: error, runs: own.length }, 'due runs cannot be read now; they are tried again');
      for (const { runId, queue } of own) hold(runId, queue, clock.now() + AGAIN_MS);
    }
  }

  async function sweepOnce(): Promise<void> {
    const began = clock.now();
    const room = MAX_HELD - heap.size;
    if (shards.held().length === 0 || room <= 0) return;
    const rows = await waitingRuns(db, began + HORIZON_MS, otherQueues(store, isOwn), room);
    for (const row of rows) {
      if (isOwn(row.queue) && !rowQueue.wasQueued(row.id, row.delivery + 1)) hold(row.id, row.queue, row.due.getTime());
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
        const next = moreWaits && hasRoom() ? Math.min(delayMs, MORE_MS) : delayMs;
        if (sweepAsked) sweep();
        else sweepTimer = clock.setTimer(next, sweep);
      });
  }

  return {
    held: () => heap.size,
    sweep,
    hear(runs) {
      const until = clock.now() + HORIZON_MS;
      for (const { runId, queue: name, at, delivery } of runs)
        if (at <= until && isOwn(name) && !rowQueue.wasQueued(runId, delivery)) hold(runId, name, at);
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
