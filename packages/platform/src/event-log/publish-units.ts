import type { MsgHdrs } from '@nats-io/transport-node';
import { newToken } from '../ids/ids.js';
import type { AckInbox, PubAnswer } from '../nats/ack-inbox.js';
import type { NatsLink } from '../nats/nats-link.js';
import { rawHeaders } from '../nats/raw-headers.js';
import type { Outgoing, Unit } from './unit.js';

/** How long the server may take to answer one publish before it is repeated under the same ids. */
const ANSWER_TIMEOUT_MS = 2_500;

/**
 * Sends units together and awaits the one answer to all: a lone unguarded message plainly, everything else as one
 * atomic batch (ADR-50). The server checks Msg-Ids and expected sequences of every message of a batch, but of a plain
 * message it checks the expected sequence before the Msg-Id: a guarded one therefore goes as a batch of one, so that
 * its repetition is recognised as such.
 */
export function publishUnits(link: NatsLink, inbox: AckInbox, units: readonly Unit[]): Promise<PubAnswer> {
  if (!link.connected()) return Promise.resolve({ kind: 'lost', why: 'NATS is not connected' });
  const outgoing: [message: Outgoing, msgId: string | undefined][] = [];
  for (const unit of units) {
    for (const [i, message] of unit.messages().entries()) outgoing.push([message, i === 0 ? unit.msgId : undefined]);
  }
  const { reply, answer } = inbox.expect(ANSWER_TIMEOUT_MS);
  const [only] = outgoing;
  if (outgoing.length === 1 && only && only[0].expect === undefined) {
    link.nc.publish(only[0].subject, only[0].data, { reply, headers: rawHeaders(idPairs(only[1])) });
    return answer;
  }
  const batchId = newToken(12);
  for (const [i, [message, msgId]] of outgoing.entries()) {
    const last = i === outgoing.length - 1;
    const headers = batchHeaders(batchId, i + 1, last, message, msgId);
    link.nc.publish(message.subject, message.data, last ? { reply, headers } : { headers });
  }
  return answer;
}

type Pair = readonly [string, string];

const idPairs = (msgId: string | undefined): Pair[] => (msgId === undefined ? [] : [['Nats-Msg-Id', msgId]]);

function batchHeaders(id: string, sequence: number, last: boolean, message: Outgoing, msgId?: string): MsgHdrs {
  const pairs: Pair[] = [['Nats-Batch-Id', id], ['Nats-Batch-Sequence', String(sequence)], ...idPairs(msgId)];
  if (message.expect !== undefined) pairs.push(['Nats-Expected-Last-Subject-Sequence', String(message.expect)]);
  if (last) pairs.push(['Nats-Batch-Commit', '1']);
  return rawHeaders(pairs);
}
