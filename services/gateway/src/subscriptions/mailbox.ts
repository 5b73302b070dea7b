import type { LiveTick } from './live-tick.js';
import { mergeTicks } from './merge-ticks.js';

/**
 * The ticks one subscriber has not taken yet: never more than one, because they merge. Iterating it waits for the
 * next; it ends when closed, and `close` wakes whoever waits.
 */
export class Mailbox implements AsyncIterableIterator<LiveTick> {
  #tick: LiveTick | undefined;
  #wake: ((result: IteratorResult<LiveTick>) => void) | undefined;
  #closed = false;
  readonly #onClose: (mailbox: Mailbox) => void;

  constructor(onClose: (mailbox: Mailbox) => void) {
    this.#onClose = onClose;
  }

  put(tick: LiveTick): void {
    if (this.#closed) return;
    if (this.#wake) {
      const wake = this.#wake;
      this.#wake = undefined;
      wake({ done: false, value: tick });
    } else {
      this.#tick = mergeTicks(this.#tick, tick);
    }
  }

  next(): Promise<IteratorResult<LiveTick>> {
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    const value = this.#tick;
    if (value) {
      this.#tick = undefined;
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tick = undefined;
    this.#wake?.({ done: true, value: undefined });
    this.#wake = undefined;
    this.#onClose(this);
  }

  return(): Promise<IteratorResult<LiveTick>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
