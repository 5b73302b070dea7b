import type { QueueState } from '@jobflow/contracts';
import type { Clock, PullAllowance, Timer } from '@jobflow/platform';
import type { PulledMessage } from '../intake/pulled-message.js';
import type { Permits, QueueRequest } from './permits.js';

/** Refused, and nothing heard since: asked again. */
const ASK_AGAIN_MS = 1_000;
const AWAY_AGAIN_MS = 250;

type QueueLimits = Pick<QueueRequest, 'concurrency' | 'rate'>;

/**
 * What this worker may take of a limited queue: permits and turns, fetched before messages are asked for, so that no
 * message leaves its queue before it may run. A permit is held from then until its message is acknowledged or given back.
 *
 * One allowance has one set of limits, under which its permits are taken and given back. When they change, or this worker
 * no longer serves the queue, it is closed: what it has goes back, and so does what an answer under way still brings it.
 */
export class QueueAllowance implements PullAllowance {
  #credits = 0;
  #asking = false;
  #blocked: Timer | undefined;
  #freedMeanwhile = false;
  #closed = false;

  constructor(
    readonly queue: string,
    readonly limits: QueueLimits,
    private readonly permits: Permits | undefined,
    private readonly clock: Clock,
    private readonly onRoom: () => void,
  ) {}

  credits(): number {
    return this.#credits;
  }

  want(count: number): void {
    if (!this.permits || this.#closed || this.#asking || this.#blocked) return;
    this.#asking = true;
    this.#freedMeanwhile = false;
    void this.permits.takeForQueue({ queue: this.queue, count, ...this.limits }).then((answer) => {
      this.#asking = false;
      if (this.#closed) return answer.kind === 'granted' ? this.#giveBack(answer.count) : undefined;
      if (answer.kind === 'granted') this.#credits += answer.count;
      else if (answer.kind === 'unavailable') this.#block(AWAY_AGAIN_MS);
      else if (!this.#freedMeanwhile) this.#block(answer.waitMs ?? ASK_AGAIN_MS);
      this.onRoom();
    });
  }

  unused(count: number): void {
    const given = Math.min(count, this.#credits);
    if (given <= 0) return;
    this.#credits -= given;
    this.#giveBack(given);
  }

  /**
   * A message came. Its permit goes back when the message is acknowledged, given back, or let go. One for which there is no
   * credit was asked for before the limit was set, or before the allowance before this one was closed: it goes back to its
   * queue, and undefined is returned. Whoever gets it next claims it, as all that was given before: that counts as a
   * first loss, and no more than that until it has begun.
   */
  delivered(message: PulledMessage): PulledMessage | undefined {
    if (this.#credits === 0) {
      message.nak();
      return undefined;
    }
    this.#credits -= 1;
    const { concurrency } = this.limits;
    let held = concurrency !== undefined;
    const back = () => {
      if (!held) return;
      held = false;
      this.permits?.giveBackForQueue({ queue: this.queue, count: 1, concurrency }, 0);
    };
    return new CountedMessage(message, back);
  }

  /** Permits may have come free. */
  freed(): void {
    this.#freedMeanwhile = true;
    if (!this.#blocked) return;
    this.#blocked.cancel();
    this.#blocked = undefined;
    this.onRoom();
  }

  /** Asks for nothing more, and keeps nothing that no message has. */
  close(): void {
    this.#closed = true;
    this.#blocked?.cancel();
    this.#blocked = undefined;
    this.unused(this.#credits);
  }

  #giveBack(count: number): void {
    this.permits?.giveBackForQueue({ queue: this.queue, count, ...this.limits }, count);
  }

  #block(ms: number): void {
    this.#blocked = this.clock.setTimer(Math.ceil(ms), () => {
      this.#blocked = undefined;
      this.onRoom();
    });
  }
}

class CountedMessage implements PulledMessage {
  constructor(
    private readonly message: PulledMessage,
    private readonly back: () => void,
  ) {}
  get data() {
    return this.message.data;
  }
  get seq() {
    return this.message.seq;
  }
  get deliveryCount() {
    return this.message.deliveryCount;
  }
  get reply() {
    return this.message.reply ?? '';
  }
  ack(): void {
    this.message.ack();
    this.back();
  }
  nak(delayMs?: number): void {
    this.message.nak(delayMs);
    this.back();
  }
  working(): void {
    this.message.working();
  }
  term(): void {
    this.message.term();
    this.back();
  }
  release(): void {
    this.back();
  }
}

/** The allowances of all limited queues, as they are configured now. */
export class QueueAllowances {
  readonly #allowances = new Map<string, QueueAllowance>();
  readonly #off: () => void;

  constructor(
    private readonly permits: Permits | undefined,
    private readonly clock: Clock,
    private readonly onRoom: () => void,
  ) {
    this.#off =
      permits?.onFreed((of, name) => {
        if (of === 'queue') this.#allowances.get(name)?.freed();
      }) ?? (() => undefined);
  }

  /** That of a queue; undefined if nothing limits it. A limit that changes holds for what is asked for from now on. */
  of({ name, concurrency, rate }: QueueState): QueueAllowance | undefined {
    const known = this.#allowances.get(name);
    const limited = concurrency !== undefined || rate !== undefined;
    const limits = { concurrency, rate };
    if (known && limited && JSON.stringify(known.limits) === JSON.stringify(limits)) return known;
    known?.close();
    this.#allowances.delete(name);
    if (!limited) return undefined;
    const allowance = new QueueAllowance(name, limits, this.permits, this.clock, this.onRoom);
    this.#allowances.set(name, allowance);
    return allowance;
  }

  /** This worker takes from no other queues now: what it has of them goes back. */
  closeAllBut(served: ReadonlySet<string>): void {
    for (const [name, allowance] of this.#allowances) {
      if (served.has(name)) continue;
      allowance.close();
      this.#allowances.delete(name);
    }
  }

  /** Limited queues that this worker would serve. */
  get names(): string[] {
    return [...this.#allowances.keys()];
  }

  stop(): void {
    this.#off();
    this.closeAllBut(new Set());
  }
}
