import { PlainError } from '../plain-error.js';
import { freePort, tryPort } from '../process/free-port.js';

/** The port people will use, checked before anything is started. */
export async function claimPort(port: number, host: string): Promise<number> {
  const wanted = port === 0 ? await freePort() : port;
  const answer = await tryPort(wanted, host);
  if ('port' in answer) return answer.port;
  switch (answer.code) {
    case 'EADDRINUSE':
      throw new PlainError(
        `Port ${wanted} is already in use: stop the program that uses it, or choose another with --port.`,
      );
    case 'EACCES':
      throw new PlainError(`Port ${wanted} is not open to this user: choose one above 1023 with --port.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      throw new PlainError(`This machine has no address ${host}: correct --host.`);
    default:
      throw new PlainError(
        `Port ${wanted} on ${host} cannot be listened on (${answer.code}): choose another with --port.`,
      );
  }
}

/** Where a server that listens on `host` is reached from this machine. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
