import { talk } from './talk.js';

const PROTOCOL_3 = 196_608;
/** SQLSTATE cannot_connect_now: starting up or shutting down. */
const NOT_YET = '57P03';

/** Whether a Postgres server takes connections; rejects if it does not. Signs nobody in. */
export async function askPostgres(url: string, timeoutMs?: number): Promise<'accepting' | 'starting'> {
  const { hostname, port, username, pathname } = new URL(url);
  const user = decodeURIComponent(username) || 'postgres';
  const database = decodeURIComponent(pathname.slice(1)) || user;
  const to = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 5432),
    opening: startupMessage({ user, database }),
    ...(timeoutMs && { timeoutMs }),
  };
  return talk(to, (heard) => {
    const [kind] = heard.toString('latin1', 0, 1);
    if (kind === 'R') return { answer: 'accepting' };
    if (kind !== 'E') throw new Error('not a Postgres server');
    if (heard.length < 5 || heard.length < 1 + heard.readInt32BE(1)) return 'wait';
    const code = /\0C(\w{5})\0/.exec(`\0${heard.toString('utf8', 5)}`)?.[1];
    return { answer: code === NOT_YET ? 'starting' : 'accepting' };
  });
}

function startupMessage(parameters: Record<string, string>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${pairs.join('')}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([head, body]);
}
