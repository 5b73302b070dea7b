import { createInbox, type Msg } from '@nats-io/transport-node';
import type { NatsLink } from './nats-link.js';

/** The server's answer to a publish, or that none came. */
export type PubAnswer =
  | { kind: 'stored'; seq: number; duplicate: boolean }
  | { kind: 'refused'; code: number; status: number; text: string }
  | { kind: 'lost'; why: string };

/** One subscription for all PubAcks of a log, instead of one request with its timer per publish. */
export interface AckInbox {
  /** A reply subject, and the answer that comes to it; `lost` after the timeout or with the connection. */
  expect(timeoutMs: number): { reply: string; answer: Promise<PubAnswer> };
  stop(): void;
}

interface Waiting {
  until: number;
  resolve(answer: PubAnswer): void;
}

const SWEEP_MS = 100;

export function createAckInbox(link: NatsLink): AckInbox {
  const inbox = createInbox(link.inboxPrefix);
  const waiting = new Map<string, Waiting>();
  let serial = 0;

  const take = (token: string, answer: PubAnswer) => {
    const found = waiting.get(token);
    if (!found) return;
    waiting.delete(token);
    found.resolve(answer);
  };
  const subscription = link.nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (!error) take(message.subject.slice(inbox.length + 1), parseAnswer(message));
    },
  });
  const loseAll = (why: string) => {
    for (const token of [...waiting.keys()]) take(token, { kind: 'lost', why });
  };
  const offDisconnected = link.onDisconnected(() => loseAll('the connection was lost'));
  // Timeouts are coarse on purpose: one sweep instead of a timer for each of a hundred thousand publishes a second.
  const loseLate = () => {
    const now = Date.now();
    for (const [token, { until }] of waiting) {
      if (until > now) break;
      take(token, { kind: 'lost', why: 'no answer in time' });
    }
  };
  // Not at once: after a time without the processor, answers lie in the socket that are to be read first.
  const sweep = setInterval(() => setImmediate(loseLate), SWEEP_MS);
  sweep.unref();

  return {
    expect(timeoutMs) {
      const token = (serial++).toString(36);
      const answer = new Promise<PubAnswer>((resolve) => {
        waiting.set(token, { until: Date.now() + timeoutMs, resolve });
      });
      return { reply: `${inbox}.${token}`, answer };
    },
    stop() {
      clearInterval(sweep);
      offDisconnected();
      if (!subscription.isClosed() && !link.nc.isClosed()) subscription.unsubscribe();
      loseAll('the log stopped');
    },
  };
}

interface RawAck {
  seq?: number;
  duplicate?: boolean;
  error?: { code?: number; err_code?: number; description?: string };
}

/** Never throws: an answer nobody understands counts as lost, so that the publish is repeated. */
export function parseAnswer(message: Msg): PubAnswer {
  if (message.data.length === 0) {
    const status = message.headers?.code ?? 0;
    return { kind: 'lost', why: status === 503 ? 'no stream takes this subject' : `an empty answer (${status})` };
  }
  let ack: RawAck;
  try {
    ack = JSON.parse(message.string()) as RawAck;
  } catch {
    return { kind: 'lost', why: 'an answer that is not JSON' };
  }
  if (ack.error) {
    const { err_code = 0, code = 0, description = '' } = ack.error;
    return { kind: 'refused', code: err_code, status: code, text: description };
  }
  if (typeof ack.seq !== 'number') return { kind: 'lost', why: 'an answer without a sequence' };
  return { kind: 'stored', seq: ack.seq, duplicate: ack.duplicate === true };
}
