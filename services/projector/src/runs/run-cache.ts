import type { RunState } from '@jobflow/domain';

/**
 * The states of recent runs, so that the fold rarely asks Postgres. It also knows which runs cannot exist: every id
 * above `floor` that it does not hold was never folded, since it forgets only from below.
 */
export class RunCache {
  private readonly states = new Map<string, RunState>();
  private floor: string;

  /** @param floor the highest run id that Postgres holds */
  constructor(
    floor: string,
    private readonly limit = 30_000,
  ) {
    this.floor = floor;
  }

  get(id: string): RunState | undefined {
    return this.states.get(id);
  }

  /** True when nothing is known of it and Postgres could hold it. */
  misses(id: string): boolean {
    return !this.states.has(id) && id <= this.floor;
  }

  set(id: string, state: RunState): void {
    this.states.set(id, state);
  }

  /** Forgets the oldest above the limit. Only between batches: what a batch needs must stay until it is folded. */
  trim(): void {
    if (this.states.size <= this.limit) return;
    for (const id of this.states.keys()) {
      if (this.states.size <= this.limit) return;
      this.states.delete(id);
      if (id > this.floor) this.floor = id;
    }
  }
}
