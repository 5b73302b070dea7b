import type { PulledMessage } from '../intake/pulled-message.js';
import type { HeldTable } from './held-table.js';

/** A message that the heartbeat thread knows of until it is answered. */
export class HeldMessage implements PulledMessage {
  readonly #message: PulledMessage;
  readonly #table: HeldTable;
  #slot: number;

  constructor(message: PulledMessage, table: HeldTable) {
    this.#message = message;
    this.#table = table;
    this.#slot = !message.reply ? -1 : table.take(message.reply);
  }

  get data(): Uint8Array {
    return this.#message.data;
  }
  get seq(): number {
    return this.#message.seq;
  }
  get deliveryCount(): number {
    return this.#message.deliveryCount;
  }
  ack(): void {
    this.#release();
    this.#message.ack();
  }
  nak(delayMs?: number): void {
    this.#release();
    this.#message.nak(delayMs);
  }
  working(): void {
    this.#message.working();
  }
  term(): void {
    this.#release();
    this.#message.term();
  }
  started(claim: number, startedAt: number, hardAt: number): void {
    if (this.#slot >= 0) this.#table.start(this.#slot, { claim, startedAt, hardAt });
  }
  claimed(claim: number): void {
    if (this.#slot >= 0) this.#table.claimed(this.#slot, claim);
  }
  release(): void {
    this.#release();
    this.#message.release?.();
  }

  #release(): void {
    if (this.#slot >= 0) this.#table.free(this.#slot);
    this.#slot = -1;
  }
}
