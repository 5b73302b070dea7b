/**
 * Which is quicker for a group of independent messages: all at once but each on its own, or as one atomic batch? Measured
 * on nats-server 2.15.1, a batch costs some 3 ms whatever its size, a message of its own 20 µs, or 200 µs when the server
 * syncs every write to the disk. Which of the two it is cannot be asked, so the log learns it from how long things take.
 */
export class GroupCost {
  #messageMs = 0.05;
  #batchMs = 3;

  /** Below this no batch ever pays. */
  static readonly FEW = 8;
  /** A window of single messages is never larger, so that a mistaken guess costs little. */
  static readonly WINDOW = 128;

  plain(messages: number): boolean {
    if (messages <= GroupCost.FEW) return true;
    const window = Math.min(messages, GroupCost.WINDOW);
    // Per message: a batch may be as large as the group, a window only so large.
    return this.#messageMs < this.#batchMs / messages + IN_BATCH_MS || window * this.#messageMs < this.#batchMs / 4;
  }

  tookPlain(messages: number, ms: number): void {
    if (messages < GroupCost.FEW / 2) return;
    this.#messageMs += (ms / messages - this.#messageMs) * LEARN;
  }

  tookBatch(messages: number, ms: number): void {
    this.#batchMs += (Math.max(0.5, ms - messages * IN_BATCH_MS) - this.#batchMs) * LEARN;
    // An old bad measurement fades, so that single messages are tried again after a disk had a bad moment.
    this.#messageMs *= 1 - FADE;
  }
}

const IN_BATCH_MS = 0.012;
const LEARN = 0.2;
const FADE = 0.002;
