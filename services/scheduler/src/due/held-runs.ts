import { TimeHeap } from '../time/time-heap.js';
import type { DueRow } from './due-rows.js';

export interface HeldRun {
  runId: string;
  queue: string;
  /** When it is due, as far as is known. */
  due: number;
}
interface ReadRun {
  queue: string;
  row: DueRow;
  size: number;
}

/** Rows are read so long before they are due, so that Postgres is not waited for when they are. */
const AHEAD_MS = 1_000;
/** Reads of many rows cost little more than reads of one: those that come due within this are read together. */
const TOGETHER_MS = 50;
/** Rows that are read ahead hold at most so many bytes of inputs and specs; of others only the time is kept. */
const MOST_BYTES = 16 * 1024 * 1024;
/** What a row costs besides. */
const ROW_BYTES = 2_000;

/** A run is in exactly one of two places: to be read shortly before it is due, or read, and to be queued when it is. */
export class HeldRuns {
  readonly #unread = new TimeHeap<HeldRun>();
  readonly #read = new TimeHeap<ReadRun>();
  #bytes = 0;

  get size(): number {
    return this.#unread.size + this.#read.size;
  }
  nextToRead(): number | undefined {
    return this.#unread.nextAt();
  }
  nextToQueue(): number | undefined {
    return this.#read.nextAt();
  }
  has(runId: string): boolean {
    return this.#unread.get(runId) !== undefined || this.isRead(runId);
  }
  isRead(runId: string): boolean {
    return this.#read.get(runId) !== undefined;
  }
  /** It is held, and for that time. */
  holds(runId: string, due: number): boolean {
    return this.#read.get(runId)?.at === due || this.#unread.get(runId)?.value.due === due;
  }

  /** To be read shortly before it is due, whatever was known of it. */
  hold(runId: string, queue: string, due: number): void {
    this.#forget(runId);
    this.#unread.set(runId, Math.floor((due - AHEAD_MS) / TOGETHER_MS) * TOGETHER_MS, { runId, queue, due });
  }

  /** To be queued when it is due; if there are too many bytes already, to be read again then. */
  holdRow(row: DueRow, due: number): void {
    const { id: runId, queue } = row;
    this.#forget(runId);
    this.#unread.delete(runId);
    const size = row.size + ROW_BYTES;
    if (this.#bytes + size > MOST_BYTES) {
      this.#unread.set(runId, due, { runId, queue, due });
      return;
    }
    this.#bytes += size;
    this.#read.set(runId, due, { queue, row, size });
  }

  /** Takes out, earliest first, at most `most` of those that are to be read by now. */
  takeToRead(now: number, most: number): HeldRun[] {
    return this.#unread.takeDue(now, most).map(({ value }) => value);
  }

  /** Takes out, earliest first, at most `most` of those that are read and due. */
  takeToQueue(now: number, most: number): DueRow[] {
    return this.#read.takeDue(now, most).map(({ value }) => {
      this.#bytes -= value.size;
      return value.row;
    });
  }

  /** Forgets every run whose queue the test names. */
  drop(test: (queue: string) => boolean): void {
    this.#unread.drop(({ queue }) => test(queue));
    for (const { queue, size } of this.#read.values()) if (test(queue)) this.#bytes -= size;
    this.#read.drop(({ queue }) => test(queue));
  }

  /** What was read of it. */
  #forget(runId: string): void {
    this.#bytes -= this.#read.get(runId)?.value.size ?? 0;
    this.#read.delete(runId);
  }
}
