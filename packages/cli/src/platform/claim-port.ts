import { PlainError } from '../plain-error.js';
import { freePort, tryPort } from '../process/free-port.js';

/** The flags that a port and an address come from, for the errors. */
interface Flags {
  port: string;
  host: string;
}
const GATEWAY: Flags = { port: '--port', host: '--host' };

/** The port people will use, checked before anything is started. */
export async function claimPort(port: number, host: string, flags: Flags = GATEWAY): Promise<number> {
  const wanted = port === 0 ? await freePort() : port;
  const answer = await tryPort(wanted, host);
  if ('port' in answer) return answer.port;
  switch (answer.code) {
    case 'EADDRINUSE':
      throw new PlainError(
        `Port ${wanted} is already in use: stop the program that uses it, or choose another with ${flags.port}.`,
      );
    case 'EACCES':
      throw new PlainError(`Port ${wanted} is not open to this user: choose one above 1023 with ${flags.port}.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      throw new PlainError(`This machine has no address ${host}: correct ${flags.host}.`);
    default:
      throw new PlainError(
        `Port ${wanted} on ${host} cannot be listened on (${answer.code}): choose another with ${flags.port}.`,
      );
  }
}

/** Where a server that listens on `host` is reached from this machine. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
