import { isWorkerUser } from '@jobflow/contracts';
import { AckPolicy, type ConsumerInfo, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { createInbox, type Msg, nanos, type Subscription } from '@nats-io/transport-node';
import { newToken } from '../ids/ids.js';
import { type DeliveryInfo, deliveryInfo } from '../nats/delivery-info.js';
import type { NatsLink } from '../nats/nats-link.js';
import type { OrderedReaderOptions, ReadMessage, Recreated } from './ordered-reader.js';

const EXPIRES_MS = 5_000;
const HEARTBEAT_MS = 1_000;
/** So long without a sign of life, and the session is given up. */
const SILENCE_MS = 3_500;
const INACTIVE_MS = 60_000;
/** Asked for at once, and asked again when less than half of it is under way: bounds what waits in memory. */
const ASK_MESSAGES = 16_000;
const ASK_BYTES = 32 * 1024 * 1024;

export interface SessionEnd {
  ended: string;
}
type Taken = { messages: ReadMessage[]; caughtUp: boolean } | SessionEnd;

/** One ephemeral consumer and the messages it brought, for as long as their order is beyond doubt. */
export class ReaderSession {
  #buffer: ReadMessage[] = [];
  #underWay = 0;
  #requests = 0;
  #consumerSeq = 0;
  #pending: number;
  #toldCaughtUp = false;
  #ended: string | undefined;
  #heardAt = Date.now();
  #wake: (() => void) | undefined;
  #closed = false;
  readonly #subscription: Subscription;
  readonly #inbox: string;
  readonly #watch: NodeJS.Timeout;
  readonly #offs: (() => void)[];

  private constructor(
    private readonly link: NatsLink,
    private readonly stream: string,
    private readonly consumer: string,
    pending: number,
    readonly streamState: Recreated['stream'],
  ) {
    this.#pending = pending;
    this.#inbox = createInbox(link.inboxPrefix);
    this.#subscription = link.nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error ? this.end(error.message) : this.#receive(message)),
    });
    this.#watch = setInterval(() => this.#checkSilence(), HEARTBEAT_MS / 2);
    this.#offs = [
      link.onDisconnected(() => this.end('the connection was lost')),
      link.onConnected(() => this.end('the connection is new')),
    ];
  }

  static async open(link: NatsLink, options: OrderedReaderOptions, from: number | 'last-per-subject') {
    const name = `r_${newToken(9)}`;
    const info: ConsumerInfo = await link.jsm.consumers.add(options.stream, {
      name,
      ack_policy: AckPolicy.None,
      replay_policy: ReplayPolicy.Instant,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(INACTIVE_MS),
      ...(options.filterSubject ? { filter_subject: options.filterSubject } : {}),
      ...(from === 'last-per-subject'
        ? { deliver_policy: DeliverPolicy.LastPerSubject, filter_subject: options.filterSubject ?? '>' }
        : from <= 1
          ? { deliver_policy: DeliverPolicy.All }
          : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }),
    });
    const { created, state } = await link.jsm.streams.info(options.stream);
    const streamState = { created, firstSeq: state.first_seq, lastSeq: state.last_seq };
    return new ReaderSession(link, options.stream, info.name, info.num_pending, streamState);
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  /** Waits for messages and takes what is there. Told as well: the moment all that was there has been taken. */
  async take(most: number): Promise<Taken> {
    for (;;) {
      if (this.#ended !== undefined) return { ended: this.#ended };
      this.#ask();
      if (this.#buffer.length > 0) {
        const messages = this.#buffer.splice(0, most);
        return { messages, caughtUp: this.#caughtUp() };
      }
      if (!this.#toldCaughtUp && this.#pending === 0) {
        this.#toldCaughtUp = true;
        return { messages: [], caughtUp: true };
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Ends the session: what it still holds is dropped, to be read again. */
  end(why: string): void {
    this.#ended ??= why;
    this.#buffer = [];
    this.#wake?.();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.end('closed');
    clearInterval(this.#watch);
    for (const off of this.#offs) off();
    if (this.link.nc.isClosed()) return;
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
    // If this does not arrive, the server drops the consumer when it has been idle for long; so it does for those who
    // may not delete any.
    if (this.link.connected() && !isWorkerUser(this.link.user))
      this.link.jsm.consumers.delete(this.stream, this.consumer).catch(() => undefined);
  }

  #caughtUp(): boolean {
    if (this.#buffer.length > 0 || this.#pending > 0) return false;
    this.#toldCaughtUp = true;
    return true;
  }

  #ask(): void {
    if (this.#buffer.length + this.#underWay > ASK_MESSAGES / 2) return;
    const batch = ASK_MESSAGES / 2;
    const request = {
      batch,
      max_bytes: ASK_BYTES / 2,
      expires: nanos(EXPIRES_MS),
      idle_heartbeat: nanos(HEARTBEAT_MS),
    };
    this.#underWay += batch;
    const reply = `${this.#inbox}.${this.#requests++}`;
    this.link.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${this.stream}.${this.consumer}`, JSON.stringify(request), {
      reply,
    });
  }

  #receive(message: Msg): void {
    this.#heardAt = Date.now();
    const info = message.reply ? deliveryInfo(message.reply) : undefined;
    if (info) this.#keep(message, info);
    else this.#status(message);
  }

  #keep(message: Msg, info: DeliveryInfo): void {
    this.#consumerSeq++;
    if (info.consumerSeq !== this.#consumerSeq) this.end('messages were lost on the way');
    this.#underWay--;
    this.#pending = info.pending;
    if (this.#ended !== undefined) return;
    this.#buffer.push({ seq: info.seq, subject: message.subject, data: message.data, time: info.time });
    this.#wake?.();
  }

  /** 100: a heartbeat. 404, 408 and an exhausted byte budget end one request. Anything else ends the session. */
  #status(message: Msg): void {
    const { code = 0, description = '' } = message.headers ?? {};
    if (code === 100) return;
    if (code === 404 || code === 408 || (code === 409 && /maxbytes|batch completed/i.test(description))) {
      const unfilled = Number(message.headers?.get('Nats-Pending-Messages') || 0);
      this.#underWay = Math.max(0, this.#underWay - (unfilled || ASK_MESSAGES / 2));
      this.#wake?.();
      return;
    }
    this.end(`the server ended it (${code} ${description})`);
  }

  #checkSilence(): void {
    if (Date.now() - this.#heardAt > SILENCE_MS) this.end('no heartbeat');
  }
}
