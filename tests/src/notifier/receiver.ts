import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  at: number;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Receiver extends AsyncDisposable {
  url(path: string): string;
  received: Received[];
  /** What was received under this path. */
  at(path: string): Received[];
}

/** Somebody's webhook endpoint. `answer` decides by the path and how often it was called before. */
export async function receiver(
  answer: (path: string, earlier: number, response: ServerResponse) => void = (_p, _n, response) => response.end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const at = (path: string) => received.filter((one) => one.path === path);
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    const earlier = at(path).length;
    received.push({ at: Date.now(), path, headers: request.headers as Record<string, string>, body });
    answer(path, earlier, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    received,
    at,
    url: (path) => `http://127.0.0.1:${port}${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
