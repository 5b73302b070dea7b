import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSafeDispatcher } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { sendWebhook } from './send-webhook.js';

const loopback = ['127.0.0.0/8', '::1/128'];

async function withServer<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const send = (url: string, allow = loopback, timeoutMs?: number) =>
  sendWebhook(
    { url, headers: { 'content-type': 'application/json' }, body: '{}' },
    { dispatcher: createSafeDispatcher({ allow }), allow, ...(timeoutMs && { timeoutMs }) },
  );

describe('sending a webhook', () => {
  it('tells the status, the answer and redacted headers', async () => {
    const answer = await withServer(
      (_q, a) => a.writeHead(200, { 'set-cookie': 'a=secret', 'x-a': 'b' }).end('thanks'),
      (url) => send(url),
    );
    expect(answer).toMatchObject({
      status: 200,
      responseBody: 'thanks',
      responseHeaders: { 'x-a': 'b', 'set-cookie': '[redacted]' },
    });
    expect(answer.error).toBeUndefined();
  });

  it('never follows a redirect', async () => {
    let calls = 0;
    const answer = await withServer(
      (_q, a) => {
        calls++;
        a.writeHead(302, { location: '/elsewhere' }).end();
      },
      (url) => send(url),
    );
    expect(answer).toMatchObject({ status: 302, error: 'HTTP 302: redirects are not followed' });
    expect(calls).toBe(1);
  });

  it('cuts off a receiver that drips', async () => {
    const answer = await withServer(
      (_q, a) => {
        a.writeHead(200);
        const drip = setInterval(() => a.write('.'), 10);
        a.on('close', () => clearInterval(drip));
      },
      (url) => send(url, loopback, 150),
    );
    expect(answer.error).toBe('no complete answer within 0.15 s');
  });

  it('keeps at most 16 kB of an endless answer', async () => {
    const answer = await withServer(
      (_q, a) => a.end('x'.repeat(1_000_000)),
      (url) => send(url),
    );
    expect(answer.responseBody).toHaveLength(16 * 1024);
  });

  it('refuses addresses that are not public, and does not try again', async () => {
    await withServer(
      () => expect.unreachable('it was called'),
      async (url) => {
        expect(await send(url, [])).toMatchObject({
          final: true,
          error: expect.stringContaining('not a public address'),
        });
        expect(await send(url.replace('127.0.0.1', '2130706433'), [])).toMatchObject({ final: true });
        expect(await send(url.replace('127.0.0.1', 'localhost'), [])).toMatchObject({ final: true });
      },
    );
  });
});
