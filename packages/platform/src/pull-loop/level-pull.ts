import { createInbox, type Msg, nanos, type Subscription } from '@nats-io/transport-node';
import { type DeliveryInfo, deliveryInfo } from '../nats/delivery-info.js';
import type { NatsLink } from '../nats/nats-link.js';
import { type PullKind, STORED_WITHIN_MS } from './plan-pulls.js';
import type { PullLevel } from './pull-loop-types.js';

export const STANDING_EXPIRES_MS = 5_000;
const HEARTBEAT_MS = 1_000;
/** Two heartbeats may be late; a pull that does not wait is answered at once or not at all. */
const SILENCE_MS = 3_000;

/** How a pull ended: filled, without (more) messages, or in a way that calls for care. */
export type PullEnd = 'filled' | 'drained' | 'expired' | 'held' | 'missing' | 'broken';

export interface LevelEvents {
  onMessage(message: Msg, info: DeliveryInfo, level: PullLevel): void;
  onEnd(level: LevelPull, end: PullEnd): void;
  /** A message has come to an empty level without a standing pull. */
  onHint(): void;
}

/** One level's side of the conversation: at most one pull under way. */
export class LevelPull {
  /** What the last answer told: whether there is (probably) something to be had. */
  nonEmpty = true;
  lastMessageAt = 0;
  lastAskedAt = 0;
  /** Nothing is asked before: the consumer is being made, or the server asked for patience. */
  notBefore = 0;
  remaining = 0;
  standing = false;
  /** The pull under way waits for what was heard of. */
  brief = false;
  #request = 0;
  #heardAt = 0;
  #hint: Subscription | undefined;
  /** It may not listen: its user has permissions of before there was something to hear. */
  #deaf = false;
  /** When a message was published since this level was last asked, epoch ms; 0: none was. */
  hintedAt = 0;
  readonly #inbox: string;
  readonly #subscription: Subscription;

  constructor(
    private readonly link: NatsLink,
    public level: PullLevel,
    private readonly events: LevelEvents,
  ) {
    this.#inbox = createInbox(link.inboxPrefix);
    this.#subscription = link.nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error ? this.#finish('broken') : this.#receive(message)),
    });
  }

  get name(): string {
    return this.level.consumer.name;
  }

  /** Whether the next message that is published will be heard of; where that is not allowed, it is found by a look. */
  get listening(): boolean {
    return this.#deaf || (this.#hint !== undefined && !this.#hint.isClosed());
  }

  /** Asks for so many messages. */
  ask(batch: number, kind: PullKind): void {
    this.remaining = batch;
    this.standing = kind === 'standing';
    this.brief = kind === 'brief';
    this.#heardAt = this.lastAskedAt = Date.now();
    this.hintedAt = 0;
    if (kind === 'look' || kind === 'brief' || this.level.allowance) this.#listen();
    const request = requests[kind](batch);
    const { stream, name } = this.level.consumer;
    const reply = `${this.#inbox}.${++this.#request}`;
    this.link.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply });
  }

  /** Gives up a pull that no longer shows a sign of life. */
  checkSilence(now: number): void {
    if (this.remaining > 0 && now - this.#heardAt > SILENCE_MS) this.#finish('broken');
  }

  /**
   * Withdraws what is asked for. What the server had sent before it learnt of that is still given out, so that it need
   * not wait for its ack_wait to be delivered again.
   */
  async close(): Promise<void> {
    this.#hint?.unsubscribe();
    if (this.#subscription.isClosed() || this.link.nc.isClosed()) return;
    if (this.remaining > 0 && this.link.connected()) await this.#subscription.drain().catch(() => undefined);
    else this.#subscription.unsubscribe();
    this.remaining = 0;
  }

  /**
   * Hears of the next message that is published to this level, without taking it. The server learns of this before it
   * learns of the pull that follows, so that what that pull does not see any more is heard of.
   */
  #listen(): void {
    if (this.listening) return;
    this.#hint = this.link.nc.subscribe(this.level.consumer.filterSubject, {
      max: 1,
      callback: (error) => {
        if (error) {
          this.#deaf = true;
          return;
        }
        this.hintedAt = Date.now();
        this.events.onHint();
      },
    });
  }

  #receive(message: Msg): void {
    this.#heardAt = Date.now();
    const info = message.reply ? deliveryInfo(message.reply) : undefined;
    if (info) this.#give(message, info);
    else this.#status(message);
  }

  #give(message: Msg, info: DeliveryInfo): void {
    this.lastMessageAt = this.#heardAt;
    this.nonEmpty = info.pending > 0;
    if (this.remaining > 0) this.remaining--;
    this.events.onMessage(message, info, this.level);
    if (this.remaining === 0) this.events.onEnd(this, 'filled');
  }

  #status(message: Msg): void {
    const { code = 0, description = '' } = message.headers ?? {};
    // Of an earlier pull: its end has been dealt with.
    if (message.subject !== `${this.#inbox}.${this.#request}`) return;
    if (code !== 100) this.#finish(endOf(code, description, this.standing));
  }

  #finish(end: PullEnd): void {
    if (end !== 'filled') this.nonEmpty = false;
    this.remaining = 0;
    this.events.onEnd(this, end);
  }
}

const requests: Record<PullKind, (batch: number) => object> = {
  now: (batch) => ({ batch, no_wait: true }),
  look: (batch) => ({ batch, no_wait: true }),
  brief: (batch) => ({ batch, expires: nanos(STORED_WITHIN_MS) }),
  standing: (batch) => ({ batch, expires: nanos(STANDING_EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) }),
};

function endOf(code: number, description: string, standing: boolean): PullEnd {
  if (code === 404) return 'drained';
  if (code === 408) return standing ? 'expired' : 'drained';
  if (code === 503) return 'missing';
  if (code === 409 && /consumer (deleted|is push)/i.test(description)) return 'missing';
  if (code === 409 && /maxackpending|maxwaiting/i.test(description)) return 'held';
  return 'broken';
}
