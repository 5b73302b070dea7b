import { hasLetGo, keysLetGo, type RunLifeEvent, type RunState, waitsForPermit } from '@jobflow/domain';
import type { RunCache } from './run-cache.js';
import { WaitingLine } from './waiting-line.js';

/** Keys whose number of waiters is known; beyond it every batch asks Postgres. Some 20 MB. */
const MOST_KEYS = 100_000;

/**
 * Who waits for which permit. Of waiters only their number is remembered, by key; those that a batch may wake are fetched
 * from Postgres before it is folded (`fetch-waiters.ts`), and those that begin to wait within it are added. So at each wake
 * the oldest is known for certain, however the log is cut, and memory is bounded by the batch.
 */
export class Waiters {
  readonly #counts = new Map<string, number>();
  #overflown = false;
  /** By key: who waits, of those that may be woken in this batch, or more. */
  #lines = new Map<string, WaitingLine>();

  constructor(counts: readonly { key: string; count: number }[] = []) {
    for (const { key, count } of counts) this.#add(key, count);
  }

  /** Some may wait for it. */
  mayWait(key: string): boolean {
    return this.#overflown || this.#counts.has(key);
  }

  /** Begins a batch, with the oldest waiters of the keys that it may wake. */
  begin(candidates: readonly RunState[]): void {
    this.#lines = new Map();
    for (const state of candidates) this.#lineOf(state.limitKey ?? '').put(state);
  }

  /** A run changed: it may have begun to wait, or no longer do so. */
  moved(before: RunState | undefined, after: RunState): void {
    const from = before && waitsForPermit(before) ? before.limitKey : undefined;
    const to = waitsForPermit(after) ? after.limitKey : undefined;
    if (from !== undefined && from !== to) this.#lineOf(from).delete(after.id);
    if (to !== undefined) this.#lineOf(to).put(after);
    if (from === to) return;
    if (from !== undefined) this.#add(from, -1);
    if (to !== undefined) this.#add(to, 1);
  }

  /** Wakes whoever this event lets try again: see `permit-waits.ts` of domain for the argument that nobody is forgotten. */
  wakeAfter(
    before: RunState | undefined,
    event: RunLifeEvent,
    after: RunState,
    cache: Pick<RunCache, 'get'>,
    wake: (waiter: RunState) => void,
  ): void {
    const wakeOldest = (key: string) => {
      const oldest = this.#lines.get(key)?.first();
      if (oldest) this.#wake(oldest, wake);
    };
    if (before) for (const key of keysLetGo(before, event, after)) wakeOldest(key);
    const refused = event.type === 'RunLimited' && waitsForPermit(after) && before !== after;
    if (!refused || (before && waitsForPermit(before))) return;
    const holders = event.holders ?? [];
    // Whoever is woken may be another who waits longer: it is the key that has room.
    if (holders.some((holder) => hasLetGo(holder, cache.get(holder.runId)))) wakeOldest(event.key);
  }

  #wake(waiter: RunState, wake: (waiter: RunState) => void): void {
    const key = waiter.limitKey ?? '';
    this.#lineOf(key).delete(waiter.id);
    this.#add(key, -1);
    wake(waiter);
  }

  #lineOf(key: string): WaitingLine {
    let line = this.#lines.get(key);
    if (!line) {
      line = new WaitingLine();
      this.#lines.set(key, line);
    }
    return line;
  }

  #add(key: string, change: number): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count <= 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
    if (this.#counts.size > MOST_KEYS) this.#overflown = true;
  }
}
