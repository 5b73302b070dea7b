import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type AddressPolicy, addressPolicy } from './address-policy.js';

/** The request was not sent: its address may not be called. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
  readonly code = 'FORBIDDEN_ADDRESS';
}

export type Resolve = (
  hostname: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface SafeDispatcherOptions {
  /** Ranges of addresses an operator lets through. */
  allow: readonly string[];
  connectTimeoutMs?: number;
  /** Connections per origin. */
  connections?: number;
  /** All addresses of a name; by default the system's. */
  lookup?: Resolve;
}

/**
 * An undici dispatcher that connects only to addresses that may be called. Checked three times, because each check alone
 * can be passed by: a literal address never reaches a lookup; a name is refused if any of its addresses is bad, so that
 * a second answer cannot smuggle one in; and the socket's peer is looked at after connecting. Pass it to `request`, not
 * to `fetch`, which follows redirects.
 */
export function createSafeDispatcher(options: SafeDispatcherOptions): Agent {
  const allowed = addressPolicy(options.allow);
  const connect = buildConnector({
    timeout: options.connectTimeoutMs ?? 5_000,
    lookup: vettingLookup(allowed, options.lookup ?? resolveAll),
    allowH2: false,
  } as buildConnector.BuildOptions);
  return new Agent({
    connections: options.connections ?? 16,
    connect(target, callback) {
      const host = target.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) && !allowed(host)) return callback(new ForbiddenAddressError(forbidden(host)), null);
      connect(target, (error, socket) => {
        if (error || !socket) return callback(error ?? new Error('no socket'), null);
        const peer = socket.remoteAddress ?? '';
        if (allowed(peer)) return callback(null, socket);
        socket.destroy();
        callback(new ForbiddenAddressError(forbidden(peer)), null);
      });
    },
  });
}

const forbidden = (address: string) =>
  `${address || 'An unknown address'} may not be called: it is not a public address.`;

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** The system's own lookup. */
export const resolveAll: Resolve = (hostname, callback) =>
  dnsLookup(hostname, { all: true }, (error, addresses) => callback(error, addresses ?? []));

function vettingLookup(allowed: AddressPolicy, resolve: Resolve) {
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    resolve(hostname, (error, addresses) => {
      if (error) return callback(error, []);
      const bad = addresses.find(({ address }) => !allowed(address));
      if (bad) return callback(new ForbiddenAddressError(`${hostname} leads to ${forbidden(bad.address)}`), []);
      const [first] = addresses;
      if (options.all || !first) return callback(null, [...addresses]);
      callback(null, first.address, first.family);
    });
  };
}
