import { readFile } from 'node:fs/promises';
import { inboxPrefix } from '@jobflow/contracts';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { BootError, type Stoppable } from '../service/service.js';

/** One process's connection to NATS: it comes back by itself, for ever, and tells when it did. */
export interface NatsLink extends Stoppable {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  /** Who is signed in; unknown for a token or a file of credentials. */
  user: string | undefined;
  /** Where answers arrive: what `createInbox` takes. */
  inboxPrefix: string;
  /** The id of the server process last connected to: a new one means its memory began anew. */
  serverId(): string;
  connected(): boolean;
  /**
   * What it was connected with, user and password included: for a second connection of the same process, never to be
   * told. Undefined for a token or a file of credentials, which no URL holds.
   */
  url(): string | undefined;
  /** Called after every reconnect. Returns what ends that. */
  onConnected(fn: () => void): () => void;
  /** Called whenever the connection is lost. Returns what ends that. */
  onDisconnected(fn: () => void): () => void;
  /** Resolves when there is a connection, or after this long. */
  whenConnected(timeoutMs: number): Promise<void>;
}

/** How to sign in, in the place of what the URL says. */
export type NatsCredentials =
  | { user: string; pass: string }
  | { token: string }
  /** A `.creds` file. Its user's inboxes are `_INBOX.>` unless the server was told of others. */
  | { credsFile: string; inboxPrefix?: string };

export interface NatsLinkOptions {
  name: string;
  logger: Logger;
  credentials?: NatsCredentials;
  onReconnect?: () => void;
  /** How long the first connection may take. */
  bootTimeoutMs?: number;
}

const MIN_VERSION = [2, 12] as const;
const RECONNECT_MIN_MS = 200;
const RECONNECT_MAX_MS = 2_000;

/**
 * Connects, with user and password from the URL unless `credentials` are given.
 * @throws BootError when there is no server, it refuses the credentials, is older than 2.12 or has no JetStream
 */
export async function connectNats(url: string, options: NatsLinkOptions): Promise<NatsLink> {
  const { logger } = options;
  let lostAt = Date.now();
  // The client asks for the delay again on every turn of its loop, so it must not grow with the number of questions.
  const { nc, signIn } = await firstConnection(url, options, () => {
    return Math.min(RECONNECT_MAX_MS, Math.max(RECONNECT_MIN_MS, (Date.now() - lostAt) / 5));
  });
  const jsm = await usable(nc);
  const up = new Set<() => void>();
  const down = new Set<() => void>();
  if (options.onReconnect) up.add(options.onReconnect);
  let serverId = nc.info?.server_id ?? '';
  let connected = true;

  const follow = async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        if (!connected) continue;
        connected = false;
        lostAt = Date.now();
        if (!nc.isClosed()) logger.warn('lost the connection to NATS');
        for (const fn of [...down]) fn();
      } else if (status.type === 'reconnect') {
        connected = true;
        serverId = nc.info?.server_id ?? serverId;
        logger.info({ server: serverId }, 'connected to NATS again');
        for (const fn of [...up]) fn();
      } else if (status.type === 'close') {
        connected = false;
      } else if (status.type === 'error') {
        logger.warn({ reason: status.error.message }, 'NATS reports an error');
      }
    }
  };
  const following = follow().catch((error: unknown) => logger.error({ err: error }, 'NATS status ended'));

  return {
    nc,
    js: jetstream(nc),
    jsm,
    user: signIn.user,
    inboxPrefix: signIn.inboxPrefix ?? '_INBOX',
    serverId: () => serverId,
    url: () => urlWith(url, options.credentials),
    connected: () => connected && !nc.isClosed(),
    onConnected: (fn) => subscribe(up, fn),
    onDisconnected: (fn) => subscribe(down, fn),
    whenConnected(timeoutMs) {
      if (connected) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const off = subscribe(up, resolve);
      const timer = setTimeout(resolve, timeoutMs);
      return promise.finally(() => {
        off();
        clearTimeout(timer);
      });
    },
    async stop() {
      const wasConnected = connected;
      connected = false;
      if (!nc.isClosed()) {
        if (wasConnected) await nc.flush().catch(() => undefined);
        await nc.close();
      }
      await following;
    },
  };
}

function subscribe(set: Set<() => void>, fn: () => void): () => void {
  const own = () => fn();
  set.add(own);
  return () => void set.delete(own);
}

async function firstConnection(
  url: string,
  options: NatsLinkOptions,
  delay: () => number,
): Promise<{ nc: NatsConnection; signIn: ConnectionOptions }> {
  const servers = url.split(',').map((one) => new URL(one.trim()));
  const [first] = servers;
  if (!first) throw new BootError('NATS_URL is empty: set it to nats://user:password@host:port.');
  const deadline = Date.now() + (options.bootTimeoutMs ?? 10_000);
  const signIn = await signInWith(first, options.credentials);
  for (;;) {
    try {
      const nc = await connect({
        servers: servers.map((one) => one.host),
        ...signIn,
        ...(first.protocol === 'tls:' ? { tls: {} } : {}),
        name: options.name,
        noAsyncTraces: true,
        timeout: 5_000,
        pingInterval: 5_000,
        maxPingOut: 3,
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
        reconnectDelayHandler: delay,
      });
      return { nc, signIn };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (/authorization|authentication/i.test(reason)) {
        throw new BootError(
          `NATS at ${first.host} refuses the credentials: check them, and that they were not revoked.`,
        );
      }
      if (Date.now() > deadline) {
        throw new BootError(`NATS at ${first.host} cannot be reached (${reason}): start it, or correct NATS_URL.`);
      }
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MIN_MS));
    }
  }
}

function urlWith(url: string, given: NatsCredentials | undefined): string | undefined {
  if (given === undefined) return url;
  if (!('user' in given)) return undefined;
  const servers = url.split(',').map((one) => new URL(one.trim()));
  for (const server of servers) {
    server.username = encodeURIComponent(given.user);
    server.password = encodeURIComponent(given.pass);
  }
  return servers.map(String).join(',');
}

async function signInWith(url: URL, given: NatsCredentials | undefined): Promise<ConnectionOptions> {
  if (given === undefined) {
    const user = url.username ? decodeURIComponent(url.username) : undefined;
    const pass = url.password ? { pass: decodeURIComponent(url.password) } : {};
    return user === undefined ? {} : { user, ...pass, inboxPrefix: inboxPrefix(user) };
  }
  if ('user' in given) return { ...given, inboxPrefix: inboxPrefix(given.user) };
  if ('token' in given) return { token: given.token };
  const creds = await readFile(given.credsFile).catch((cause: NodeJS.ErrnoException) => {
    throw new BootError(`The NATS credentials ${given.credsFile} cannot be read (${cause.code}): check the path.`);
  });
  const prefix = given.inboxPrefix === undefined ? {} : { inboxPrefix: given.inboxPrefix };
  return { authenticator: credsAuthenticator(creds), ...prefix };
}

async function usable(nc: NatsConnection): Promise<JetStreamManager> {
  const version = nc.info?.version ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1])) {
    await nc.close();
    throw new BootError(`NATS ${version} is too old: Jobflow needs 2.12 or newer, for atomic batches.`);
  }
  try {
    return await jetstreamManager(nc);
  } catch (error) {
    await nc.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new BootError(`This NATS has no JetStream (${reason}): start it with -js, or enable it for the account.`);
  }
}
