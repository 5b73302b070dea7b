import { talk } from './talk.js';

export interface RedisAnswer {
  version: string;
  /** Why the server does not let us in. */
  refused?: string;
}

/** Asks a Redis or Valkey server for its version. The URL: redis[s]://[user]:password@host:port */
export async function askRedis(url: string, timeoutMs?: number): Promise<RedisAnswer> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const auth = password ? [[...(username ? [username] : []), password].map(decodeURIComponent)] : [];
  const words = [...auth.map((args) => ['AUTH', ...args]), ['INFO', 'server']];
  const to = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    tls: protocol === 'rediss:',
    opening: words.map(command).join(''),
    ...(timeoutMs && { timeoutMs }),
  };
  return talk<RedisAnswer>(to, (heard) => {
    const text = heard.toString('utf8');
    const refused = /(?:^|\r\n)-([^\r]*)\r\n/.exec(text)?.[1];
    if (refused) return { answer: { version: '', refused: refused.replace(/^[A-Z]+ /, '') } };
    const version = /(?:valkey|redis)_version:([\d.]+)\r/.exec(text)?.[1];
    return version ? { answer: { version } } : 'wait';
  });
}

/** A command as the protocol writes it: the number of words, then each with its length. */
const command = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
