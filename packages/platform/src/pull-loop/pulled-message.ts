import { type Msg, nanos } from '@nats-io/transport-node';
import type { DeliveryInfo } from '../nats/delivery-info.js';
import type { NatsLink } from '../nats/nats-link.js';
import type { PulledMessage, PullLevel } from './pull-loop-types.js';

const ACK = Buffer.from('+ACK');
const NAK = Buffer.from('-NAK');
const WORKING = Buffer.from('+WPI');
const TERM = Buffer.from('+TERM');

/** An answer that cannot be sent is dropped: the server delivers the message again, which is what it means. */
export class NatsPulledMessage implements PulledMessage {
  readonly #link: NatsLink;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply: string;
  readonly seq: number;
  readonly deliveryCount: number;
  readonly time: number;
  readonly level: PullLevel;
  #answered = false;

  constructor(link: NatsLink, level: PullLevel, message: Msg, info: DeliveryInfo) {
    this.#link = link;
    this.subject = message.subject;
    this.data = message.data;
    this.reply = message.reply as string;
    this.seq = info.seq;
    this.deliveryCount = info.deliveryCount;
    this.time = info.time;
    this.level = level;
  }

  ack(): void {
    this.#answer(ACK, true);
  }
  nak(delayMs?: number): void {
    this.#answer(delayMs ? Buffer.from(`-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`) : NAK, true);
  }
  working(): void {
    this.#answer(WORKING, false);
  }
  term(): void {
    this.#answer(TERM, true);
  }

  #answer(text: Uint8Array, final: boolean): void {
    if (this.#answered || this.#link.nc.isClosed()) return;
    this.#answered = final;
    this.#link.nc.publish(this.reply, text);
  }
}
