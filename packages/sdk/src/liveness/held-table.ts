const SLOT_BYTES = 256;
const HEAD_BYTES = 16;
const REPLY_AT = 32;
const REPLY_BYTES = SLOT_BYTES - REPLY_AT;

const FREE = 0;
const HELD = 1;
const STARTED = 2;

export interface StartedSlot {
  reply: string;
  claim: number;
  startedAt: number;
  /** When its hard limit passes, epoch ms; 0: it has none that this process must keep. */
  hardAt: number;
}

/**
 * The messages that a worker holds, in memory that its heartbeat thread sees too, so that they can be kept while the
 * worker's loop is blocked. The worker writes, the thread reads. Bounded: a message for which there is no slot, or whose
 * reply subject is too long, is held by the worker's own loop alone.
 */
export class HeldTable {
  readonly buffer: SharedArrayBuffer;
  readonly #slots: number;
  readonly #ints: Int32Array;
  readonly #floats: Float64Array;
  readonly #bytes: Buffer;
  readonly #free: number[] = [];
  /** Slots that were ever taken. */
  #used = 0;

  constructor(size: number | SharedArrayBuffer) {
    this.buffer = typeof size === 'number' ? new SharedArrayBuffer(HEAD_BYTES + size * SLOT_BYTES) : size;
    this.#slots = (this.buffer.byteLength - HEAD_BYTES) / SLOT_BYTES;
    this.#ints = new Int32Array(this.buffer);
    this.#floats = new Float64Array(this.buffer);
    this.#bytes = Buffer.from(this.buffer);
  }

  /** The worker's loop has turned. */
  turn(now: number): void {
    this.#floats[1] = now;
  }

  lastTurn(): number {
    return this.#floats[1] ?? 0;
  }

  /** A slot for this message; −1 if there is none. */
  take(reply: string): number {
    if (reply.length > REPLY_BYTES) return -1;
    const slot = this.#free.pop() ?? (this.#used < this.#slots ? this.#used++ : -1);
    if (slot < 0) return -1;
    const at = HEAD_BYTES + slot * SLOT_BYTES;
    const length = this.#bytes.write(reply, at + REPLY_AT, 'latin1');
    this.#ints[at / 4 + 1] = length;
    Atomics.store(this.#ints, at / 4, HELD);
    Atomics.store(this.#ints, 0, this.#used);
    return slot;
  }

  start(slot: number, { claim, startedAt, hardAt }: Omit<StartedSlot, 'reply'>): void {
    const at = HEAD_BYTES + slot * SLOT_BYTES;
    this.#floats[at / 8 + 1] = startedAt;
    this.#floats[at / 8 + 2] = hardAt;
    this.claimed(slot, claim);
    Atomics.store(this.#ints, at / 4, STARTED);
  }

  claimed(slot: number, claim: number): void {
    this.#ints[(HEAD_BYTES + slot * SLOT_BYTES) / 4 + 6] = claim;
  }

  free(slot: number): void {
    Atomics.store(this.#ints, (HEAD_BYTES + slot * SLOT_BYTES) / 4, FREE);
    this.#free.push(slot);
  }

  /** What runs now. */
  started(): StartedSlot[] {
    const found: StartedSlot[] = [];
    const used = Atomics.load(this.#ints, 0);
    for (let slot = 0; slot < used; slot++) {
      const at = HEAD_BYTES + slot * SLOT_BYTES;
      if (Atomics.load(this.#ints, at / 4) !== STARTED) continue;
      const reply = this.#bytes.toString('latin1', at + REPLY_AT, at + REPLY_AT + (this.#ints[at / 4 + 1] ?? 0));
      const claim = this.#ints[at / 4 + 6] ?? 0;
      found.push({ reply, claim, startedAt: this.#floats[at / 8 + 1] ?? 0, hardAt: this.#floats[at / 8 + 2] ?? 0 });
    }
    return found;
  }
}
