/**
 * A gateway made of fixtures: it serves `web/dist` under the strictest content security policy the dashboard must
 * bear, and answers the public schema over HTTP and WebSocket. For the browser tests and for working on the pages.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, graphql } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { mockFields } from './mock-fields.ts';
import { type MockState, mockState } from './mock-state.ts';
import { mockSubscriptions } from './mock-subscriptions.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, '../dist');
const schema = buildSchema(readFileSync(join(here, '../../contracts/api.graphql'), 'utf8'));

export const strictPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface MockGateway {
  url: string;
  /** Ends every open socket, as a restart would. */
  dropSockets: () => void;
  stop: () => Promise<void>;
}

export async function startMockGateway(port = 0): Promise<MockGateway> {
  const state = mockState();
  const server = createServer((request, response) => {
    void answer(state, request, response);
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const closing = useServer({ schema, roots: { subscription: mockSubscriptions(state) } }, sockets);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The mock gateway has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    dropSockets: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
    stop: async () => {
      state.stop();
      for (const socket of sockets.clients) socket.terminate();
      await closing.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(state: MockState, request: IncomingMessage, response: ServerResponse) {
  if (request.url === '/graphql') return answerQuery(state, request, response);
  const path = normalize(new URL(request.url ?? '/', 'http://x').pathname);
  // A job's name may hold dots: what is a page of the dashboard cannot be told by its extension.
  const file = path !== '/' && existsSync(join(dist, path)) ? path : 'index.html';
  if (file === 'index.html' && path.startsWith('/assets/')) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': strictPolicy,
  });
  response.end(readFileSync(join(dist, file)));
}

async function answerQuery(state: MockState, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    query: string;
    variables?: Record<string, unknown>;
  };
  const cookies: string[] = [];
  const signedIn = request.headers.authorization === 'Bearer mock';
  const rootValue = mockFields(state, {
    cookie: request.headers.cookie ?? '',
    signedIn,
    setCookie: (it) => cookies.push(it),
  });
  const result = await graphql({ schema, source: query, rootValue, variableValues: variables });
  response.writeHead(200, { 'content-type': 'application/json', ...(cookies[0] ? { 'set-cookie': cookies[0] } : {}) });
  response.end(JSON.stringify({ ...result, extensions: { position: 'p' } }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const gateway = await startMockGateway(Number(process.argv[2] ?? 4100));
  console.log(`Mock gateway: ${gateway.url} (admin@jobflow.local / jobflow)`);
}
