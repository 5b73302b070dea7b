import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../platform/backed.js';
import { HEALTH, LiveHouse } from './live-house.js';
import type { Answer, GatewayHouse, GatewayProcess } from './server-process.js';

let home: LiveHouse;
let house: GatewayHouse;
let gateway: GatewayProcess;
let root: string;
beforeAll(async () => {
  home = await LiveHouse.open();
  ({ house, gateway, root } = home);
});
afterEach(() => home.leave());
afterAll(() => home?.[Symbol.asyncDispose]());

describe('a WebSocket', () => {
  it('answers queries and mutations, and streams subscriptions whose first frame is the state now', async () => {
    const frames = home.client(root).iterate<{ health: { status: string } }>({ query: HEALTH });
    const { value } = await frames.next();
    expect(value?.data?.health.status).toMatch(/OK|DEGRADED|DOWN/);
    await frames.return?.();
    const socket = await home.openSocket();
    await socket.init(root);
    socket.subscribe('q', '{ me { email } users { id } }');
    expect((await socket.next('q'))?.data?.me.email).toBe('admin@example.com');
    await socket.next('q', 'complete');
    socket.subscribe('m', 'mutation { createApiKey(name: "ws", role: VIEWER) { secret } }');
    expect(await socket.next('m')).toMatchObject({
      data: { createApiKey: {} },
      extensions: { position: expect.any(String) },
    });
  });

  it.each([
    ['nothing', {}],
    ['a bad token', { authorization: 'Bearer x' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('that comes with %s is closed with 4403', async (_what, payload) => {
    const socket = await home.openSocket();
    socket.send({ type: 'connection_init', payload });
    expect((await socket.closed).code).toBe(4403);
  });

  it('that says nothing is closed within three seconds or so', async () => {
    const began = Date.now();
    const socket = await home.openSocket();
    expect((await socket.closed).code).toBe(4408);
    expect(Date.now() - began).toBeLessThan(4_500);
  });

  it('that subscribes before it is known is closed', async () => {
    const socket = await home.openSocket();
    socket.subscribe('1', HEALTH);
    expect((await socket.closed).code).toBe(4401);
  });

  it('may come from its own host and from listed origins only', async () => {
    const open = await house.start({ JOBFLOW_ALLOWED_ORIGINS: 'https://jobs.example.com' });
    const { host } = new URL(open.url);
    const status = async (origin: string, path = '/graphql') => {
      const socket = new WebSocket(`ws://${host}${path}`, 'graphql-transport-ws', { origin });
      home.leaving(() => socket.terminate());
      return new Promise<number>((resolve) => {
        socket.once('open', () => resolve(101));
        socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
        socket.once('error', () => undefined);
      });
    };
    expect(await status(`http://${host}`)).toBe(101);
    expect(await status('https://jobs.example.com')).toBe(101);
    expect(await status('https://evil.example')).toBe(403);
    expect(await status('null')).toBe(403);
    expect(await status(`http://${host}`, '/other')).toBe(404);
    await open.stop();
  });

  it.each([
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{', 'GRAPHQL_PARSE_FAILED'],
    [`{ position ${'a '.repeat(1000)} }`, 'GRAPHQL_PARSE_FAILED'],
    [`{ ${Array.from({ length: 16 }, (_, i) => `a${i}: position`).join(' ')} }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { position } query B { position }', 'BAD_REQUEST'],
    [7, 'BAD_USER_INPUT'],
  ])('refuses what HTTP refuses: %s', async (query, code) => {
    const socket = await home.openSocket();
    await socket.init(root);
    socket.send({ id: '1', type: 'subscribe', payload: { query } });
    if (typeof query !== 'string') return expect((await socket.closed).code).toBe(4400);
    const errors = (await socket.next('1', 'error')) as unknown as Answer['errors'];
    expect(errors?.[0]?.extensions).toMatchObject({ code, correlationId: expect.any(String), retryable: false });
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });

  it('names wrong variables, and refuses lists that are too long', async () => {
    const socket = await home.openSocket();
    await socket.init(root);
    socket.subscribe('v', 'query ($n: Int) { auditLog(first: $n) { nodes { id } } }', { n: 'x' });
    expect((await socket.next('v'))?.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { first: expect.any(String) },
    });
    socket.subscribe('l', 'query ($f: AuditFilter) { auditLog(filter: $f) { nodes { id } } }', {
      f: { actions: Array(1001).fill('a') },
    });
    const errors = (await socket.next('l', 'error')) as unknown as Answer['errors'];
    expect(errors?.[0]?.extensions.fields).toEqual({ 'f.actions': expect.any(String) });
  });

  it('carries twenty subscriptions, not one more, and more again when some have ended', async () => {
    const socket = await home.openSocket();
    await socket.init(root);
    for (let n = 0; n < 20; n++) socket.subscribe(`s${n}`, HEALTH);
    await socket.next('s19');
    socket.subscribe('s20', HEALTH);
    const errors = (await socket.next('s20', 'error')) as unknown as Answer['errors'];
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('20'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    socket.send({ id: 's0', type: 'complete' });
    await until(
      async () => {
        const id = `again${Math.random()}`;
        socket.subscribe(id, HEALTH);
        await until(() => socket.messages.some((message) => message.id === id), 'an answer', 5_000);
        return socket.messages.some((message) => message.id === id && message.type === 'next');
      },
      'there is room again',
      5_000,
    );
  });

  it('is cut when a message is larger than 8 MiB', async () => {
    const socket = await home.openSocket();
    await socket.init(root);
    socket.socket.on('error', () => undefined);
    socket.subscribe('big', `{ position } # ${'x'.repeat(8 * 1024 * 1024)}`);
    expect((await socket.closed).code).toBe(1009);
  });

  it('is cut when it sends what is no message', async () => {
    const socket = await home.openSocket();
    socket.socket.send('nonsense');
    expect((await socket.closed).code).toBe(4400);
  });

  it('is closed when its user signs out, and others stay', async () => {
    const [leaving, staying] = [await home.newUser('USER'), await home.newUser('USER')];
    const [one, other] = [await home.openSocket(), await home.openSocket()];
    await one.init(leaving.token);
    await other.init(staying.token);
    await gateway.ask('mutation { logout }', {}, leaving.token);
    expect(await one.closed).toEqual({ code: 4403, reason: expect.stringContaining('access') });
    other.subscribe('1', HEALTH);
    expect(await other.next('1')).toBeTruthy();
  });

  it('is closed when its user’s role changes, on another gateway too', async () => {
    const second = await house.start();
    const user = await home.newUser('USER');
    const socket = await home.openSocket(second);
    await socket.init(user.token);
    await gateway.ask('mutation ($id: ID!) { updateUser(id: $id, role: VIEWER) { id } }', { id: user.id }, root);
    const closing = await Promise.race([socket.closed, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    expect(closing).toMatchObject({ code: 4403 });
    await second.stop();
  });

  it('is closed when its API key is revoked or expires', async () => {
    const make = async (args: string) =>
      (await gateway.ask(`mutation { createApiKey(${args}) { secret apiKey { id } } }`, {}, root)).data?.createApiKey;
    const revoked = await make('name: "r", role: VIEWER');
    const expired = await make(`name: "e", role: VIEWER, expiresAt: "${new Date(Date.now() + 2_000).toISOString()}"`);
    const [one, other] = [await home.openSocket(), await home.openSocket()];
    await one.init(revoked.secret);
    await other.init(expired.secret);
    await gateway.ask('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id: revoked.apiKey.id }, root);
    expect((await one.closed).code).toBe(4403);
    expect(await other.closed).toEqual({ code: 4403, reason: expect.stringContaining('expired') });
  });

  it('is told when the gateway stops', async () => {
    const leaving = await house.start();
    const socket = await home.openSocket(leaving);
    await socket.init(root);
    socket.subscribe('1', HEALTH);
    await socket.next('1');
    const [{ code }, exit] = await Promise.all([socket.closed, leaving.stop()]);
    expect([1001, 4403]).toContain(code);
    expect(exit).toBe(0);
  });
});
