import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '@jobflow/contracts';
import { RetryAt } from '@jobflow/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, fakeContext } from '../fake-context.js';
import { createHttpKind } from './http-kind.js';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;
let answer: Answer = (_, response) => void response.end();
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
  answer(request, response, body);
});
let base = '';
const local = createHttpKind({ allow: ['127.0.0.0/8'] });
const strict = createHttpKind({ allow: [] });

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await local.stop();
  await strict.stop();
  server.closeAllConnections();
  server.close();
});

const run = (kind: typeof local, spec: Json, input: Json = {}, context = fakeContext(spec, input)) => {
  if (!kind.runner.enabled) throw new Error('not enabled');
  return Promise.resolve(kind.runner.run(context));
};

describe('an HTTP job', () => {
  it('fills its templates, keeps JSON types, and gives status, headers and body as its result', async () => {
    answer = (_, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'a=b', etag: '"1"' });
      response.end('{"ok":true}');
    };
    const spec = {
      url: `${base}/users/{{input.id}}`,
      headers: { 'x-who': '{{input.name}}' },
      body: { id: '{{input.id}}', all: '{{input}}' },
    };
    const result = await run(local, spec, { id: 7, name: 'Ada' });
    expect(result).toEqual({
      status: 201,
      headers: { 'content-type': 'application/json', etag: '"1"' },
      body: { ok: true },
    });
    const request = seen.at(-1);
    expect(request).toMatchObject({ method: 'POST', url: '/users/7' });
    expect(request?.headers).toMatchObject({
      'x-who': 'Ada',
      'content-type': 'application/json',
      'x-jobflow-attempt': '1',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({ id: 7, all: { id: 7, name: 'Ada' } });
  });

  it('does not let input out of its place in the URL', async () => {
    answer = (_, response) => void response.end();
    await run(local, { url: `${base}/files/{{input.name}}` }, { name: '../../admin?x=1#y' });
    expect(seen.at(-1)?.url).toBe('/files/..%2F..%2Fadmin%3Fx%3D1%23y');
    await run(local, { url: '{{input.url}}' }, { url: `${base}/as/it/is?x=1` });
    expect(seen.at(-1)?.url).toBe('/as/it/is?x=1');
  });

  it('fails for good on 4xx and may be tried again on 408, 429 and 5xx, when the server says', async () => {
    const failing = async (status: number, headers: Record<string, string> = {}) => {
      answer = (_, response) => void response.writeHead(status, headers).end('why');
      return failure(run(local, { url: base }));
    };
    expect(await failing(404)).toMatchObject({
      name: 'NoRetry',
      code: 'HTTP_404',
      message: expect.stringContaining('why'),
    });
    expect(await failing(500)).toMatchObject({ name: 'JobError', code: 'HTTP_500' });
    const limited = await failing(429, { 'retry-after': '120' });
    expect(limited).toBeInstanceOf(RetryAt);
    expect((limited as RetryAt).at - Date.now()).toBeGreaterThan(118_000);
    expect(await failing(408)).toMatchObject({ code: 'HTTP_408', name: 'JobError' });
  });

  it('counts as success what it says', async () => {
    answer = (_, response) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
    expect(await failure(run(local, { url: base }))).toMatchObject({ code: 'HTTP_302' });
    expect(await run(local, { url: base, successCodes: ['3xx'] })).toMatchObject({
      status: 302,
      headers: { location: 'http://10.0.0.1/' },
    });
    const counts = async (status: number, successCodes: Json) => {
      answer = (_, response) => void response.writeHead(status).end();
      return (await failure(run(local, { url: base, successCodes }))) === undefined;
    };
    expect([await counts(404, [404]), await counts(404, ['404']), await counts(405, [404])]).toEqual([
      true,
      true,
      false,
    ]);
    const range = ['200-204', '400-404'];
    expect([await counts(204, range), await counts(403, range), await counts(405, range)]).toEqual([true, true, false]);
    expect(await counts(200, ['3xx'])).toBe(false);
  });

  it('uses secrets in URL, headers and body, and shows none of them', async () => {
    const token = 'hunter2/hunter2+hunter2';
    answer = (request, response, body) => {
      response.writeHead(request.url?.includes('refuse') ? 400 : 200, { 'content-type': 'text/plain', etag: token });
      response.end(`got ${body} ${request.headers.authorization} ${'x'.repeat(300)}${token}`);
    };
    const spec = {
      url: `${base}/{{secrets.token}}/{{input.what}}`,
      headers: { authorization: 'Bearer {{secrets.token}}' },
      body: { key: '{{secrets.token}}' },
    };
    const given = async (what: string) => {
      const context = fakeContext(spec, { what });
      context.secrets.token = token;
      return { context, result: await run(local, spec, {}, context).catch((error: Error) => error) };
    };
    const { context, result } = await given('take');
    expect(seen.at(-1)).toMatchObject({
      url: `/${encodeURIComponent(token)}/take`,
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ key: token }),
    });
    expect(context.lines.join()).toContain(`POST ${base}/{{secrets.token}}/{{input.what}} answered 200`);
    expect(context.lines.join()).not.toContain('hunter2');
    expect(result).toMatchObject({ headers: { etag: '***' } });
    const refused = await given('refuse');
    expect(refused.result).toMatchObject({ code: 'HTTP_400', message: expect.stringContaining('Bearer ***') });
    expect((refused.result as Error).message).not.toContain('hunter');
  });

  it('shows no secret where it keeps only the beginning of an answer', async () => {
    const token = 'hunter2-hunter2';
    answer = (_, response) => void response.end(`${'x'.repeat(16 * 1024 - 8)}${token.repeat(20_000)}`);
    const spec = { url: base, headers: { 'x-token': '{{secrets.token}}' } };
    const context = fakeContext(spec);
    context.secrets.token = token;
    const result = (await run(local, spec, {}, context)) as { body: string; truncated: boolean };
    expect(result.truncated).toBe(true);
    expect(result.body.endsWith('xxx***')).toBe(true);
  });

  it('never calls an address that is not public, unless that is allowed', async () => {
    const before = seen.length;
    for (const url of [
      base,
      base.replace('127.0.0.1', 'localhost'),
      'http://169.254.169.254/',
      'http://[::1]/',
      'http://2130706433/',
    ]) {
      expect(await failure(run(strict, { url }))).toMatchObject({ name: 'NoRetry', code: 'FORBIDDEN_ADDRESS' });
    }
    expect(seen.length).toBe(before);
  });

  it('ends at its time limit although the server drips on', async () => {
    answer = (_, response) => {
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    };
    const started = Date.now();
    expect(await failure(run(local, { url: base, timeoutMs: 150 }))).toMatchObject({ code: 'TIMEOUT' });
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it('keeps only the beginning of a long answer', async () => {
    answer = (_, response) => void response.end('y'.repeat(600 * 1024));
    const result = (await run(local, { url: base })) as { truncated: boolean; body: string };
    expect(result.truncated).toBe(true);
    expect(result.body.length).toBeLessThan(20_000);
  });

  it('reads no further than it keeps of an answer without end', async () => {
    const cut = Promise.withResolvers<void>();
    answer = (_, response) => {
      const more = () => {
        while (response.write('z'.repeat(64 * 1024)));
      };
      response.on('drain', more).on('close', cut.resolve);
      more();
    };
    expect(await run(local, { url: base, timeoutMs: 10_000 })).toMatchObject({ status: 200, truncated: true });
    await cut.promise;
  });

  it('names what is wrong with its specification', async () => {
    expect(await failure(run(local, { method: 'GET' }))).toMatchObject({
      code: 'BAD_SPEC',
      message: expect.stringContaining('spec.url'),
    });
    expect(await failure(run(local, { url: base, headers: { Host: 'x' } }))).toMatchObject({ code: 'BAD_SPEC' });
    expect(await failure(run(local, { url: `${base}/{{input.none}}` }))).toMatchObject({
      code: 'TEMPLATE',
      message: expect.stringContaining('input.none'),
    });
  });

  it('tells a connection that is refused from an answer', async () => {
    expect(await failure(run(local, { url: 'http://127.0.0.1:1/' }))).toMatchObject({
      code: 'ECONNREFUSED',
      name: 'JobError',
    });
  });
});
