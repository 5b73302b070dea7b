import { talk } from './talk.js';

export interface NatsAnswer {
  version: string;
  jetstream: boolean;
  /** Why the server does not let us in. */
  refused?: string;
}

interface ServerInfo {
  version: string;
  jetstream?: boolean;
  tls_required?: boolean;
}

/** Asks a NATS server who it is and whether these credentials are good. The URL: nats://user:password@host:port */
export async function askNats(url: string, timeoutMs?: number): Promise<NatsAnswer> {
  const { hostname, port, username, password } = new URL(url);
  const to = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 4222), ...(timeoutMs && { timeoutMs }) };
  let answer: NatsAnswer | undefined;
  return talk<NatsAnswer>(to, (heard) => {
    const text = heard.toString('utf8');
    if (!text.includes('\r\n')) return 'wait';
    if (!answer) {
      if (!text.startsWith('INFO ')) throw new Error('not a NATS server');
      const info = JSON.parse(text.slice(5, text.indexOf('\r\n'))) as ServerInfo;
      answer = { version: info.version, jetstream: info.jetstream === true };
      return info.tls_required ? { answer } : { say: `CONNECT ${connectOptions(username, password)}\r\nPING\r\n` };
    }
    const refused = /-ERR '([^']*)'/.exec(text)?.[1];
    if (refused) return { answer: { ...answer, refused } };
    return text.includes('PONG') ? { answer } : 'wait';
  });
}

function connectOptions(username: string, password: string): string {
  const options = { verbose: false, pedantic: false, lang: 'node', version: '1', protocol: 1 };
  if (!username) return JSON.stringify(options);
  const user = decodeURIComponent(username);
  const signIn = password ? { user, pass: decodeURIComponent(password) } : { auth_token: user };
  return JSON.stringify({ ...options, ...signIn });
}
