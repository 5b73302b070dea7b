import { type QueueRun, shardOf } from '@jobflow/contracts';
import type { Clock, Logger, Service, StateStore, Timer } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Shards } from '../shards/shard-locks.js';
import { type DueRow, dueRows, type WaitingRow, waitingRuns } from './due-rows.js';
import { type HeldRun, HeldRuns } from './held-runs.js';
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

/** Only what is due within this is held; the rest stays in Postgres. */
const HORIZON_MS = 60_000;
const SWEEP_MS = 30_000;
/** Above, what is due later waits for the next sweep; what is due soon has as much room again. Some 30 MB in all. */
const MAX_HELD = 50_000;
const SOON_MS = 10_000;
/** Of those that wait, so many are looked at in a row. */
const PAGE = 2_000;
/** Runs read at once, and how often at the same time: inputs and specs may be large. */
const BATCH = 250;
const MAX_BATCHES = 2;
/** Runs on their way into the log. */
const MOST_QUEUEING = 2_000;
const AGAIN_MS = 1_000;
/** Between one sweep and the next when there was more than fitted. */
const MORE_MS = 250;

/**
 * Queues runs at their time: delays, retries, snoozes, returns. Their rows in Postgres are the truth. What is due within
 * a minute is held in memory, from effects at once and from a sweep every 30 s. Its row is read a second before its time,
 * and decides. What happens to the run within that second the fold decides: a message of a run that was cancelled or
 * rescheduled meanwhile is void. A row is queued under the message id run:delivery, so by whomever and however often, it
 * counts once.
 */
export function createDueRuns(dependencies: Dependencies): DueRuns {
  const { db, rows: rowQueue, superseded, store, shards, clock, logger } = dependencies;
  const heap = new HeldRuns();
  let stopped = false;
  let sweeping: Promise<void> | undefined;
  /** Asked for while one was under way. */
  let sweepAsked = false;
  /** The last sweep found more than there was room for. */
  let moreWaits = false;
  let sweepTimer: Timer | undefined;
  let refillTimer: Timer | undefined;
  let fireTimer: Timer | undefined;
  let firesAt = Number.POSITIVE_INFINITY;
  const batches = new Set<Promise<void>>();
  const queueings = new Set<Promise<void>>();

  const isOwn = (queue: string) => shards.heldSince(shardOf(queue)) !== undefined;
  const hasRoom = () => heap.size < MAX_HELD / 2;

  const mostHeld = (at: number) => (at <= clock.now() + SOON_MS ? 2 * MAX_HELD : MAX_HELD);

  function hold(runId: string, queue: string, at: number): void {
    if (heap.size >= mostHeld(at) && !heap.has(runId)) moreWaits = true;
    else heap.hold(runId, queue, at);
  }

  const canQueue = () => queueings.size < MOST_QUEUEING;
  const canRead = () => batches.size < MAX_BATCHES && canQueue();

  /** Sets the timer to the earliest entry that can be dealt with; whatever ends makes room for the others. */
  function arm(): void {
    const next = Math.min(
      (canRead() ? heap.nextToRead() : undefined) ?? Number.POSITIVE_INFINITY,
      (canQueue() ? heap.nextToQueue() : undefined) ?? Number.POSITIVE_INFINITY,
    );
    if (stopped || next === Number.POSITIVE_INFINITY || (next >= firesAt && fireTimer)) return;
    fireTimer?.cancel();
    firesAt = next;
    fireTimer = clock.setTimerAt(next, fire);
  }

  function fire(): void {
    fireTimer = undefined;
    firesAt = Number.POSITIVE_INFINITY;
    while (!stopped && canQueue()) {
      const due = heap.takeToQueue(clock.now(), BATCH);
      for (const row of due) if (isOwn(row.queue)) queueNow(row);
      if (due.length < BATCH) break;
    }
    while (!stopped && canRead()) {
      const toRead = heap.takeToRead(clock.now(), BATCH);
      const own = toRead.filter(({ queue }) => isOwn(queue));
      if (own.length > 0) track(batches, readBatch(own));
      if (toRead.length < BATCH) break;
    }
    arm();
  }

  function track(among: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work.finally(() => {
      among.delete(tracked);
      arm();
      if (moreWaits && hasRoom()) refill();
    });
    among.add(tracked);
  }

  /** Soon, and not at once: what is looked up again and again may not leave its place. */
  function refill(): void {
    if (stopped || sweeping || refillTimer) return;
    refillTimer = clock.setTimer(MORE_MS, () => {
      refillTimer = undefined;
      sweep();
    });
  }

  async function readBatch(entries: HeldRun[]): Promise<void> {
    try {
      const rows = await dueRows(
        db,
        entries.map(({ runId }) => runId),
      );
      const due = new Map(entries.map((one) => [one.runId, one.due]));
      for (const row of rows) {
        // Not before it was to be tried again, either.
        const at = Math.max(dueAt(row) ?? 0, due.get(row.id) ?? 0);
        if (at <= clock.now()) queueNow(row);
        else if (at <= clock.now() + HORIZON_MS) heap.holdRow(row, at);
      }
    } catch (error) {
      logger.warn({ err: error, runs: entries.length }, 'due runs cannot be read now; they are tried again');
      for (const { runId, queue, due } of entries) hold(runId, queue, Math.max(due, clock.now() + 2 * AGAIN_MS));
    }
  }

  /** Its time has come; what is to be done with it shows when it is tried. */
  function queueNow(row: DueRow): void {
    // Somebody may be about to start its former message.
    if (row.superseded) superseded.add(row);
    else track(queueings, queueRow(row));
  }

  async function queueRow(row: DueRow): Promise<void> {
    const again = await rowQueue.queue(row);
    if (again !== undefined && again <= clock.now() + HORIZON_MS) hold(row.id, row.queue, again);
  }

  /** Holds the earliest of what waits, page by page: what is due meanwhile is dealt with between two. */
  async function sweepOnce(): Promise<void> {
    const until = clock.now() + HORIZON_MS;
    let after: WaitingRow | undefined;
    while (!stopped && shards.held().length > 0) {
      if (heap.size >= mostHeld(after?.due.getTime() ?? 0)) {
        // What does not fit is fetched once there is room.
        moreWaits = true;
        return;
      }
      const rows = await waitingRuns(db, { until, otherQueues: otherQueues(store, isOwn), after, most: PAGE });
      for (const { id, queue, delivery, due } of rows) {
        if (isOwn(queue) && !rowQueue.wasQueued(id, delivery + 1) && !heap.holds(id, due.getTime()))
          hold(id, queue, due.getTime());
      }
      arm();
      if (rows.length < PAGE) return;
      after = rows.at(-1);
    }
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
      if (lost.length > 0) heap.drop((name) => gone.has(shardOf(name)));
      if (taken.length > 0) sweep();
    },
    async start() {
      sweep();
    },
    async stop() {
      stopped = true;
      sweepTimer?.cancel();
      refillTimer?.cancel();
      fireTimer?.cancel();
      await sweeping;
      await Promise.all([...batches]);
      await Promise.all([...queueings]);
    },
  };
}

const dueAt = (row: DueRow): number | undefined => (row.next_attempt_at ?? row.due_at)?.getTime();
