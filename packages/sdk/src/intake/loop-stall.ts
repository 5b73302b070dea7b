/** The loop is told to turn twice a second: a longer gap means that it stood still. */
const STALL_MS = 2_000;
/** So long after a stall, what is read may have come during it. */
const ARREARS_MS = 2_000;

/**
 * When a message that is read now came to this process. While handlers block the loop, one after the other in the same
 * turn as it may be, messages wait unread, and the server may give them to other workers meanwhile.
 */
export class LoopStall {
  #turnedAt: number;
  /** When the stall began that there may be arrears of. */
  #since = 0;
  #arrearsUntil = 0;

  constructor(now: number) {
    this.#turnedAt = now;
  }

  /** The loop turns: to be said by a timer, twice a second. */
  turn(now: number): void {
    if (now - this.#turnedAt > STALL_MS) {
      this.#since = this.#lastSure();
      this.#arrearsUntil = now + ARREARS_MS;
    }
    this.#turnedAt = now;
  }

  /** The earliest instant at which something that is read now may have come. */
  cameAt(now: number): number {
    if (now - this.#turnedAt > STALL_MS) return this.#lastSure();
    return now < this.#arrearsUntil ? this.#since : now;
  }

  /** Up to then all that had come was read. */
  #lastSure(): number {
    return this.#turnedAt < this.#arrearsUntil ? this.#since : this.#turnedAt;
  }
}
