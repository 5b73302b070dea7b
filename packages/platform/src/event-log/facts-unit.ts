import type { Actor } from '@jobflow/contracts';
import { COMMIT_BYTES, COMMIT_EVENTS, HEAD_BYTES, joinCommit } from './commit-bytes.js';
import type { Appended } from './event-log-types.js';
import type { Outgoing, Unit } from './unit.js';

interface Waiter {
  resolve(stored: { seq: number }): void;
  reject(error: Error): void;
}

/** Facts of one subject on their way into one commit. Open until it is sent for the first time. */
export class FactsUnit implements Unit {
  readonly count = 1;
  readonly since = undefined;
  settled = false;
  bytes = HEAD_BYTES;
  #events: string[] = [];
  #waiters: Waiter[] = [];
  #closed: Outgoing[] | undefined;

  /** @param onOver told once, when it is stored or given up: how much it held */
  constructor(
    readonly subject: string,
    readonly stream: string,
    readonly msgId: string,
    private readonly head: { at: number; by: Actor },
    private readonly onOver: (held: { facts: number; bytes: number }) => void,
  ) {}

  /** Whether these events still fit. A single oversized event has a commit to itself. */
  fits(events: number, bytes: number): boolean {
    if (this.#closed) return false;
    if (this.#events.length === 0) return true;
    return this.#events.length + events <= COMMIT_EVENTS && this.bytes + bytes <= COMMIT_BYTES;
  }

  add(encoded: string[], bytes: number, waiter: Waiter): void {
    for (const event of encoded) this.#events.push(event);
    this.#waiters.push(waiter);
    this.bytes += bytes;
  }

  messages(): Outgoing[] {
    if (!this.#closed) {
      const data = joinCommit({ id: this.msgId, ...this.head }, this.#events);
      this.#closed = [{ subject: this.subject, data, expect: undefined }];
      this.#events = [];
    }
    return this.#closed;
  }

  settle(answer: Appended): void {
    if (this.settled || !answer.ok) return;
    for (const waiter of this.#over()) waiter.resolve({ seq: answer.seq });
  }

  fail(error: Error): void {
    if (this.settled) return;
    for (const waiter of this.#over()) waiter.reject(error);
  }

  #over(): Waiter[] {
    this.settled = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    this.onOver({ facts: waiters.length, bytes: this.bytes - HEAD_BYTES });
    return waiters;
  }
}
