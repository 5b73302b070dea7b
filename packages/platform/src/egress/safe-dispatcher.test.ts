import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSafeDispatcher, ForbiddenAddressError, type Resolve } from './safe-dispatcher.js';

let server: Server;
let hits = 0;
let port = 0;
beforeAll(async () => {
  server = createServer((incoming, response) => {
    hits++;
    if (incoming.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/' });
    response.end('hello');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

const call = async (url: string, allow: string[], lookup?: Resolve) => {
  const dispatcher = createSafeDispatcher({ allow, ...(lookup ? { lookup } : {}) });
  try {
    const response = await request(url, { dispatcher });
    return { status: response.statusCode, text: await response.body.text() };
  } finally {
    await dispatcher.destroy();
  }
};

describe('the safe dispatcher', () => {
  it.each(['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', '0x7f.1', 'localhost'])(
    'does not connect to %s, and the server sees nothing',
    async (host) => {
      hits = 0;
      await expect(call(`http://${host}:${port}/`, [])).rejects.toThrow(ForbiddenAddressError);
      expect(hits).toBe(0);
    },
  );

  it.each(['127.0.0.1', 'localhost'])('connects to %s where an operator lets it', async (host) => {
    expect(await call(`http://${host}:${port}/`, ['127.0.0.0/8', '::1/128'])).toEqual({ status: 200, text: 'hello' });
  });

  it.each([[['127.0.0.1']], [['93.184.216.34', '127.0.0.1']], [['93.184.216.34', '::1']], [['169.254.169.254']]])(
    'refuses a name whose addresses are %s: one bad address is enough',
    async (addresses) => {
      hits = 0;
      const lookup: Resolve = (_, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      await expect(call(`http://rebound.example:${port}/`, [], lookup)).rejects.toThrow(ForbiddenAddressError);
      expect(hits).toBe(0);
    },
  );

  it('does not follow a redirect', async () => {
    expect(await call(`http://127.0.0.1:${port}/redirect`, ['127.0.0.0/8'])).toMatchObject({ status: 302 });
  });

  it('does not connect to metadata even where everything is let through', async () => {
    await expect(call('http://169.254.169.254/', ['0.0.0.0/0', '::/0'])).rejects.toThrow(ForbiddenAddressError);
  });
});
