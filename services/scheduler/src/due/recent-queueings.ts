/** So long the read model may take to show what was queued, before it is queued again (marked to be verified). */
const KEEP_MS = 90_000;
const MOST = 100_000;

/** What this process has queued of late, and the read model perhaps does not show yet. */
export class RecentQueueings {
  readonly #byRun = new Map<string, { delivery: number; at: number }>();

  /** True if this delivery of the run, or a later one, has been queued. */
  has(runId: string, delivery: number): boolean {
    return (this.#byRun.get(runId)?.delivery ?? -1) >= delivery;
  }

  add(runId: string, delivery: number, now: number): void {
    this.#forget(now);
    this.#byRun.delete(runId);
    this.#byRun.set(runId, { delivery, at: now });
  }

  #forget(now: number): void {
    for (const [runId, { at }] of this.#byRun) {
      if (now - at < KEEP_MS && this.#byRun.size < MOST) break;
      this.#byRun.delete(runId);
    }
  }
}
