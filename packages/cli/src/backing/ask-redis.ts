import { talk } from './talk.js';

export interface RedisAnswer {
  version: string;
  /** Why the server does not let us in. */
  refused?: string;
}

/** Asks a Redis or Valkey server for its version. The URL: redis[s]://[user]:password@host:port */
export async function askRedis(url: string, timeoutMs?: number): Promise<RedisAnswer> {
  return talk<RedisAnswer>(saying(url, ['INFO', 'server'], timeoutMs), (heard) => {
    const text = heard.toString('utf8');
    const refused = refusalIn(text);
    if (refused) return { answer: { version: '', refused } };
    const version = /(?:valkey|redis)_version:([\d.]+)\r/.exec(text)?.[1];
    return version ? { answer: { version } } : 'wait';
  });
}

/** Has a Redis server carry out one command, whatever it answers. @throws Error with its refusal */
export async function commandRedis(url: string, words: readonly string[]): Promise<void> {
  const refused = await talk<string>(saying(url, words), (heard) => {
    const text = heard.toString('utf8');
    const answer = refusalIn(text);
    if (answer !== undefined) return { answer };
    return text.split('\r\n').length > 2 ? { answer: '' } : 'wait';
  });
  if (refused) throw new Error(refused);
}

/** What to say, after signing in with what the URL has. */
function saying(url: string, words: readonly string[], timeoutMs?: number) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const auth = password ? [[...(username ? [username] : []), password].map(decodeURIComponent)] : [];
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    tls: protocol === 'rediss:',
    opening: [...auth.map((args) => ['AUTH', ...args]), words].map(command).join(''),
    ...(timeoutMs && { timeoutMs }),
  };
}

const refusalIn = (text: string): string | undefined =>
  /(?:^|\r\n)-([^\r]*)\r\n/.exec(text)?.[1]?.replace(/^[A-Z]+ /, '');

/** A command as the protocol writes it: the number of words, then each with its length. */
const command = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
