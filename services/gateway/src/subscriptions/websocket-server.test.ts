import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Logger, testClock } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Context } from '../context/context.js';
import { createWebSocketServer } from './websocket-server.js';

it('no longer watches a client that left while it was looked up', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const asked = Promise.withResolvers<AbortSignal>();
  const found = Promise.withResolvers<Context>();
  const unwatched = Promise.withResolvers<void>();
  const server = createWebSocketServer({
    http,
    path: '/graphql',
    prepare: () => Promise.reject(new Error('nothing is asked for')),
    createContext: ({ signal }) => {
      asked.resolve(signal);
      return found.promise;
    },
    watch: { start: async () => {}, stop: async () => {}, count: () => 0, watch: () => unwatched.resolve },
    allowedOrigins: [],
    introspection: false,
    clock: testClock(),
    logger: { debug() {}, error() {} } as unknown as Logger,
  });
  await server.start();
  const { port } = http.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  const gone = await asked.promise;
  socket.terminate();
  await once(gone, 'abort');
  found.resolve({ principal: { userId: 'u' } } as unknown as Context);
  await unwatched.promise;
  await server.stop();
  http.close();
  expect(gone.aborted).toBe(true);
});
