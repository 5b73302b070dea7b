import { addAbortListener } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Logger, Service } from '@jobflow/platform';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { handleProtocols, makeServer, type Context as SocketState } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Principal } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import type { CreateContext } from '../context/create-context.js';
import { presentErrors } from '../errors/present-errors.js';
import { badUserInput } from '../errors/refusals.js';
import { requestLimits } from '../limits/request-limits.js';
import { isAllowedOrigin } from './allowed-origin.js';
import type { ClientWatch } from './client-watch.js';
import { checkRequest } from './operation-request.js';
import type { Prepared, PrepareOperation } from './prepare-operation.js';
import { adaptSocket } from './socket.js';

export interface WebSocketParts {
  http: HttpServer;
  path: string;
  prepare: PrepareOperation;
  createContext: CreateContext;
  watch: ClientWatch;
  allowedOrigins: readonly string[];
  introspection: boolean;
  clock: Clock;
  logger: Logger;
}

/** Closing with this code tells graphql-ws clients to connect again with fresh connectionParams. */
const forbiddenCode = 4403;

interface Extra {
  socket: WebSocket;
  request: IncomingMessage;
  gone: AbortController;
  authorization?: string | undefined;
  position?: string | undefined;
  principal?: Principal;
}
type State = SocketState<Record<string, unknown> | undefined, Extra>;

/** The shown form of an error goes along with it, past the library's own. */
class Refusal extends GraphQLError {
  constructor(readonly shown: GraphQLFormattedError) {
    super(shown.message);
  }
}
type ReadyArgs = Extract<Prepared, { ok: true }>['args'] & { perform: Extract<Prepared, { ok: true }>['perform'] };

/** graphql-transport-ws on the API's own path, by the same rules as HTTP. */
export function createWebSocketServer(parts: WebSocketParts): Service {
  const { http, path, clock, logger } = parts;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: requestLimits.bodyBytes,
    handleProtocols: (offered) => handleProtocols(offered),
    perMessageDeflate: false,
  });
  const protocol = makeServer<Record<string, unknown> | undefined, Extra>({
    connectionInitWaitTimeout: requestLimits.initWithinMs,
    onConnect: (state) => connect(state, parts),
    onSubscribe: (state, _id, payload) => subscribe(state, payload, parts),
    execute: (args) => (args as ReadyArgs).perform() as never,
    subscribe: (args) => (args as ReadyArgs).perform() as never,
    onNext: (_state, _id, _payload, _args, result) => result as never,
    onError: (_state, _id, _payload, errors) =>
      errors.map((e) => (e instanceof Refusal ? e.shown : internal(e, parts))),
  });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refusal = refusalOf(request);
    if (refusal) refuse(socket, refusal.status, refusal.message);
    else sockets.handleUpgrade(request, socket, head, open);
  }

  function refusalOf({ url, headers }: IncomingMessage): { status: string; message: string } | undefined {
    if (url?.split('?')[0] !== path) {
      return { status: '404 Not Found', message: `WebSockets are served at ${path}.` };
    }
    if (!isAllowedOrigin(headers.origin, headers.host, parts.allowedOrigins)) {
      return { status: '403 Forbidden', message: 'This origin may not connect: add it to JOBFLOW_ALLOWED_ORIGINS.' };
    }
    if (sockets.clients.size >= requestLimits.sockets) {
      return { status: '503 Service Unavailable', message: 'This gateway carries as many sockets as it can.' };
    }
    return undefined;
  }

  function open(socket: WebSocket, request: IncomingMessage): void {
    const gone = new AbortController();
    socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
    const onFault = (error: unknown) => logger.error({ err: error }, 'a socket message met an unexpected error');
    const closed = protocol.opened(adaptSocket(socket, clock, onFault), { socket, request, gone });
    socket.once('close', (code, reason) => {
      gone.abort();
      closed(code, String(reason)).catch(onFault);
    });
  }

  return {
    async start() {
      http.on('upgrade', upgrade);
    },
    async stop() {
      http.off('upgrade', upgrade);
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
      const late = clock.setTimer(1_000, () => {
        for (const socket of sockets.clients) socket.terminate();
      });
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      late.cancel();
    },
  };
}

async function connect(state: State, { createContext, watch }: WebSocketParts): Promise<boolean> {
  const { extra } = state;
  extra.authorization = textOf(state.connectionParams, 'authorization');
  extra.position = textOf(state.connectionParams, 'x-jobflow-position') ?? textOf(state.connectionParams, 'position');
  const { principal } = await contextFor(extra, createContext);
  if (!principal) return false;
  extra.principal = principal;
  const unwatch = watch.watch({
    authorization: extra.authorization,
    principal,
    end: (reason) => extra.socket.close(forbiddenCode, `Forbidden: ${reason}`),
  });
  // Also when the socket has closed in the meantime.
  addAbortListener(extra.gone.signal, unwatch);
  return true;
}

async function subscribe(state: State, payload: unknown, parts: WebSocketParts): Promise<ReadyArgs | Refusal[]> {
  const ctx = await contextFor(state.extra, parts.createContext);
  const refuse = (fields: Record<string, string>, message?: string) =>
    presentErrors([badUserInput(fields, message)], {
      correlationId: ctx.correlationId,
      introspection: parts.introspection,
      logger: parts.logger,
    }).map((shown) => new Refusal(shown));
  if (Object.keys(state.subscriptions).length > requestLimits.subscriptionsPerSocket) {
    const most = requestLimits.subscriptionsPerSocket;
    return refuse({}, `This socket carries ${most} operations already: end one first, or open another socket.`);
  }
  const checked = checkRequest(payload);
  if (!checked.ok) return refuse(checked.fields);
  const prepared = await parts.prepare(ctx, checked.request);
  if (!prepared.ok) return prepared.errors.map((shown) => new Refusal(shown));
  return { ...prepared.args, perform: prepared.perform };
}

function contextFor(extra: Extra, createContext: CreateContext): Promise<Context> {
  return createContext({
    authorization: extra.authorization,
    position: extra.position,
    address: extra.request.socket.remoteAddress ?? '',
    foreignOrigin: false,
    signal: extra.gone.signal,
  });
}

function internal(error: unknown, { logger, introspection }: WebSocketParts): GraphQLFormattedError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const wrapped = new GraphQLError('unexpected', { originalError: cause });
  return presentErrors([wrapped], {
    correlationId: crypto.randomUUID(),
    introspection,
    logger,
  })[0] as GraphQLFormattedError;
}

/** A string among the connection parameters, whatever its case. */
function textOf(params: Record<string, unknown> | undefined, wanted: string): string | undefined {
  const found = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === wanted);
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}

function refuse(socket: Duplex, status: string, message: string): void {
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
