/** Longer than this the loop must have stood still for it to matter. */
const STALL_MS = 10_000;
/** So long after a stall, what arrives may have come during it. */
const ARREARS_MS = 2_000;

/**
 * When a message that is read now came to this process. While a handler blocks the loop, messages wait unread in the
 * socket, and the server may give them to other workers meanwhile.
 */
export class LoopStall {
  #turnedAt: number;
  #since = 0;
  #arrearsUntil = 0;

  constructor(now: number) {
    this.#turnedAt = now;
  }

  /** The loop turns; to be said often. Answers the earliest instant at which something read now may have come. */
  turn(now: number): number {
    if (now - this.#turnedAt > STALL_MS) {
      this.#since = this.#turnedAt;
      this.#arrearsUntil = now + ARREARS_MS;
    }
    this.#turnedAt = now;
    return now < this.#arrearsUntil ? this.#since : now;
  }
}
