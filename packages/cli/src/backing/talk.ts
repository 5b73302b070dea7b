import { connect as connectTcp, type Socket } from 'node:net';
import { messageOf } from '../plain-error.js';

export interface Conversation {
  host: string;
  port: number;
  tls?: boolean;
  timeoutMs?: number;
  /** Said as soon as the connection stands. */
  opening?: Buffer | string;
}

/** What to do with all that was heard so far: say something, wait for more, or end with an answer. */
export type Reply<T> = { say: Buffer | string } | 'wait' | { answer: T };

const MAX_HEARD = 256 * 1024;

/**
 * A few words with a server in its own protocol: enough to know that it is there, what it is and whether it lets us
 * in, without loading its client. Rejects if it is unreachable, silent or talks too much.
 */
export async function talk<T>(to: Conversation, reply: (heard: Buffer) => Reply<T>): Promise<T> {
  const { timeoutMs = 3_000 } = to;
  const socket = await open(to);
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(reason));
    };
    const timer = setTimeout(() => fail('no answer'), timeoutMs);
    socket.once(to.tls ? 'secureConnect' : 'connect', () => {
      if (to.opening !== undefined) socket.write(to.opening);
    });
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length > MAX_HEARD) return fail('an answer that is too long');
      let next: Reply<T>;
      try {
        next = reply(heard);
      } catch (error) {
        return fail(messageOf(error));
      }
      if (next === 'wait') return;
      if ('say' in next) {
        heard = Buffer.alloc(0);
        socket.write(next.say);
        return;
      }
      socket.destroy();
      resolve(next.answer);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => fail(wordsFor(error)));
    socket.once('close', () => {
      clearTimeout(timer);
      fail('connection closed');
    });
  });
}

async function open({ host, port, tls }: Conversation): Promise<Socket> {
  if (!tls) return connectTcp({ host, port });
  // Loaded only if needed: the supervisor runs for ever, and this is 5 MB of it.
  const { connect } = await import('node:tls');
  return connect({ host, port, servername: host });
}

function wordsFor(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unknown host';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'host unreachable';
    case 'ECONNRESET':
      return 'connection reset';
    default:
      return error.message || (error.code ?? 'connection failed');
  }
}
