import type { MsgHdrs } from '@nats-io/transport-node';
import { newToken } from '../ids/ids.js';
import type { AckInbox, PubAnswer } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { rawHeaders } from '../nats/raw-headers.js';
import type { Outgoing, Unit } from './unit.js';

/** How long the server may take to answer one publish before it is repeated under the same ids. */
const ANSWER_TIMEOUT_MS = 2_500;

/** Sends a lone message on its own. */
export function publishPlain(link: NatsLink, inbox: AckInbox, unit: Unit): Promise<PubAnswer> {
  const [message] = unit.messages();
  if (!message || unit.count > 1) throw new TypeError('only a lone message can be published on its own');
  if (!link.connected()) return notConnected();
  const { reply, answer } = inbox.expect(ANSWER_TIMEOUT_MS);
  link.nc.publish(message.subject, message.data, { reply, headers: rawHeaders(guards(message, unit.msgId)) });
  return answer;
}

/**
 * Sends units together as one atomic batch (ADR-50 of nats-server) and awaits the one answer to all. Every message of a
 * batch has its Msg-Id and its expected sequence checked; one that does not hold refuses them all.
 */
export function publishBatch(link: NatsLink, inbox: AckInbox, units: readonly Unit[]): Promise<PubAnswer> {
  if (!link.connected()) return notConnected();
  const outgoing: [message: Outgoing, msgId: string | undefined][] = [];
  for (const unit of units) {
    for (const [i, message] of unit.messages().entries()) outgoing.push([message, i === 0 ? unit.msgId : undefined]);
  }
  const { reply, answer } = inbox.expect(ANSWER_TIMEOUT_MS);
  const batchId = newToken(12);
  for (const [i, [message, msgId]] of outgoing.entries()) {
    const last = i === outgoing.length - 1;
    const headers = batchHeaders(batchId, i + 1, last, message, msgId);
    link.nc.publish(message.subject, message.data, last ? { reply, headers } : { headers });
  }
  return answer;
}

const notConnected = (): Promise<PubAnswer> => Promise.resolve({ kind: 'lost', why: 'NATS is not connected' });

type Pair = readonly [string, string];

function guards(message: Outgoing, msgId: string | undefined): Pair[] {
  const pairs: Pair[] = msgId === undefined ? [] : [['Nats-Msg-Id', msgId]];
  if (message.expect !== undefined) pairs.push(['Nats-Expected-Last-Subject-Sequence', String(message.expect)]);
  return pairs;
}

function batchHeaders(id: string, sequence: number, last: boolean, message: Outgoing, msgId?: string): MsgHdrs {
  const pairs: Pair[] = [['Nats-Batch-Id', id], ['Nats-Batch-Sequence', String(sequence)], ...guards(message, msgId)];
  if (last) pairs.push(['Nats-Batch-Commit', '1']);
  return rawHeaders(pairs);
}
