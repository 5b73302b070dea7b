import type { RunState } from '@jobflow/domain';

/** A run's place: who has waited longest is first, of those who came at once whose id is less. */
interface Place {
  since: number;
  id: string;
}

/**
 * Runs that wait for one key, of which the first is asked for again and again: O(log n) for each change. A heap of places
 * stands beside the states; the old place of a run that moved or left is only dropped when it comes to the front, so the
 * heap holds at most one place for each time that a run took a place in this batch.
 */
export class WaitingLine {
  readonly #states = new Map<string, RunState>();
  readonly #heap: Place[] = [];

  put(state: RunState): void {
    const known = this.#states.get(state.id);
    this.#states.set(state.id, state);
    const since = sinceOf(state);
    if (!known || sinceOf(known) !== since) this.#push({ since, id: state.id });
  }

  delete(id: string): void {
    this.#states.delete(id);
  }

  first(): RunState | undefined {
    for (let place = this.#heap[0]; place; place = this.#heap[0]) {
      const state = this.#states.get(place.id);
      if (state && sinceOf(state) === place.since) return state;
      this.#pop();
    }
    return undefined;
  }

  #push(place: Place): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] as Place;
      if (comesBefore(other, place)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = place;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const right = heap[below + 1];
      if (right && comesBefore(right, heap[below] as Place)) below += 1;
      const other = heap[below] as Place;
      if (comesBefore(last, other)) break;
      heap[at] = other;
      at = below;
    }
    heap[at] = last;
  }
}

const sinceOf = (state: RunState): number => state.limitedSince ?? 0;
const comesBefore = (a: Place, b: Place): boolean => (a.since === b.since ? a.id < b.id : a.since < b.since);
