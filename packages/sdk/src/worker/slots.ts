/** By default: handlers that will end within this time have left their slot by the time that messages asked for now arrive. */
const AHEAD_MS = 5;

/**
 * How many messages may be asked for. A slot is asked for while it is free; besides, up to `prefetch` slots that are
 * about to become free, judged by how long handlers took lately: thousands of short runs keep flowing, and a message
 * never waits behind a long one while another worker idles.
 */
export class Slots {
  readonly concurrency: number;
  readonly prefetch: number;
  running = 0;
  #averageMs = Number.POSITIVE_INFINITY;

  constructor(concurrency: number, prefetch: number) {
    this.concurrency = concurrency;
    this.prefetch = prefetch;
  }

  get free(): number {
    return this.concurrency - this.running;
  }

  /** What may be asked for, when so many messages wait for a slot already, and what comes wants one in `aheadMs`. */
  room(waiting: number, aheadMs = AHEAD_MS): number {
    const soonFree = Math.floor((this.concurrency * aheadMs) / Math.max(this.#averageMs, 0.01));
    return Math.max(0, this.free + Math.min(this.prefetch, soonFree) - waiting);
  }

  taken(): void {
    this.running += 1;
  }

  freed(tookMs: number): void {
    this.running -= 1;
    this.#averageMs = this.#averageMs === Number.POSITIVE_INFINITY ? tookMs : this.#averageMs * 0.95 + tookMs * 0.05;
  }
}
