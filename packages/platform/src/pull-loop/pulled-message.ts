import { type Msg, nanos } from '@nats-io/transport-node';
import type { DeliveryInfo } from '../nats/delivery-info.js';
import type { NatsLink } from '../nats/nats-link.js';
import type { PulledMessage, PullLevel } from './pull-loop-types.js';

const ACK = Buffer.from('+ACK');
const NAK = Buffer.from('-NAK');
const WORKING = Buffer.from('+WPI');
const TERM = Buffer.from('+TERM');

/** An answer that cannot be sent is dropped: the server delivers the message again, which is what it means. */
export function pulledMessage(link: NatsLink, level: PullLevel, message: Msg, info: DeliveryInfo): PulledMessage {
  let answered = false;
  const answer = (text: Uint8Array, final: boolean) => {
    if (answered || link.nc.isClosed()) return;
    answered = final;
    link.nc.publish(message.reply as string, text);
  };
  return {
    subject: message.subject,
    data: message.data,
    reply: message.reply as string,
    seq: info.seq,
    deliveryCount: info.deliveryCount,
    time: info.time,
    level,
    ack: () => answer(ACK, true),
    nak: (delayMs) => answer(delayMs ? Buffer.from(`-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`) : NAK, true),
    working: () => answer(WORKING, false),
    term: () => answer(TERM, true),
  };
}
