import { once } from 'node:events';
import { encodePosition } from '@jobflow/contracts';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../platform/backed.js';
import { type Answer, type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

let house: GatewayHouse;
let gateway: GatewayProcess;
let root: string;

beforeAll(async () => {
  house = await openGatewayHouse();
  gateway = await house.start();
  ({ token: root } = await gateway.signIn());
});
afterAll(() => house[Symbol.asyncDispose]());

const left: (() => unknown)[] = [];
afterEach(async () => {
  for (const leave of left.splice(0)) await leave();
});

const wsUrl = (at = gateway) => `${at.url.replace('http', 'ws')}/graphql`;

/** A socket that speaks the protocol by hand. */
async function openSocket(at = gateway, headers: Record<string, string> = {}) {
  const socket = new WebSocket(wsUrl(at), 'graphql-transport-ws', { headers });
  left.push(() => socket.terminate());
  const messages: { type: string; id?: string; payload?: Answer & Answer['errors'] }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    socket,
    messages,
    closed,
    send,
    init: async (token: string, more = {}) => {
      send({ type: 'connection_init', payload: { authorization: `Bearer ${token}`, ...more } });
      await until(
        () => messages.some(({ type }) => type === 'connection_ack'),
        'the connection is acknowledged',
        5_000,
      );
    },
    subscribe: (id: string, query: string, variables = {}) =>
      send({ id, type: 'subscribe', payload: { query, variables } }),
    next: async (id: string, type = 'next') => {
      const found = () => messages.find((message) => message.id === id && message.type === type);
      await until(() => found() !== undefined, `${type} of ${id}`, 5_000);
      return found()?.payload;
    },
  };
}

function client(token: string, at = gateway): Client {
  const made = createClient({
    url: wsUrl(at),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  left.push(() => made.dispose());
  return made;
}

async function newUser(role: string) {
  const email = `live${Math.random()}@example.com`;
  const password = 'a good password';
  const create = `mutation ($e: String!, $p: String!) { createUser(email: $e, password: $p, role: ${role}) { id } }`;
  const { data } = await gateway.ask(create, { e: email, p: password }, root);
  return { id: data?.createUser.id as string, ...(await gateway.signIn(email, password)) };
}

const health = 'subscription { health { status position checks { code status } } }';

describe('a WebSocket', () => {
  it('answers queries and mutations, and streams subscriptions whose first frame is the state now', async () => {
    const frames = client(root).iterate<{ health: { status: string } }>({ query: health });
    const { value } = await frames.next();
    expect(value?.data?.health.status).toMatch(/OK|DEGRADED|DOWN/);
    await frames.return?.();
    const socket = await openSocket();
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
    const socket = await openSocket();
    socket.send({ type: 'connection_init', payload });
    expect((await socket.closed).code).toBe(4403);
  });

  it('that says nothing is closed within three seconds or so', async () => {
    const began = Date.now();
    const socket = await openSocket();
    expect((await socket.closed).code).toBe(4408);
    expect(Date.now() - began).toBeLessThan(4_500);
  });

  it('that subscribes before it is known is closed', async () => {
    const socket = await openSocket();
    socket.subscribe('1', health);
    expect((await socket.closed).code).toBe(4401);
  });

  it('may come from its own host and from listed origins only', async () => {
    const open = await house.start({ JOBFLOW_ALLOWED_ORIGINS: 'https://jobs.example.com' });
    const { host } = new URL(open.url);
    const status = async (origin: string, path = '/graphql') => {
      const socket = new WebSocket(`ws://${host}${path}`, 'graphql-transport-ws', { origin });
      left.push(() => socket.terminate());
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
    const socket = await openSocket();
    await socket.init(root);
    socket.send({ id: '1', type: 'subscribe', payload: { query } });
    if (typeof query !== 'string') return expect((await socket.closed).code).toBe(4400);
    const errors = (await socket.next('1', 'error')) as unknown as Answer['errors'];
    expect(errors?.[0]?.extensions).toMatchObject({ code, correlationId: expect.any(String), retryable: false });
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });

  it('names wrong variables, and refuses lists that are too long', async () => {
    const socket = await openSocket();
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
    const socket = await openSocket();
    await socket.init(root);
    for (let n = 0; n < 20; n++) socket.subscribe(`s${n}`, health);
    await socket.next('s19');
    socket.subscribe('s20', health);
    const errors = (await socket.next('s20', 'error')) as unknown as Answer['errors'];
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('20'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    socket.send({ id: 's0', type: 'complete' });
    await until(
      async () => {
        const id = `again${Math.random()}`;
        socket.subscribe(id, health);
        await until(() => socket.messages.some((message) => message.id === id), 'an answer', 5_000);
        return socket.messages.some((message) => message.id === id && message.type === 'next');
      },
      'there is room again',
      5_000,
    );
  });

  it('is cut when a message is larger than 8 MiB', async () => {
    const socket = await openSocket();
    await socket.init(root);
    socket.socket.on('error', () => undefined);
    socket.subscribe('big', `{ position } # ${'x'.repeat(8 * 1024 * 1024)}`);
    expect((await socket.closed).code).toBe(1009);
  });

  it('is cut when it sends what is no message', async () => {
    const socket = await openSocket();
    socket.socket.send('nonsense');
    expect((await socket.closed).code).toBe(4400);
  });

  it('is closed when its user signs out, and others stay', async () => {
    const [leaving, staying] = [await newUser('USER'), await newUser('USER')];
    const [one, other] = [await openSocket(), await openSocket()];
    await one.init(leaving.token);
    await other.init(staying.token);
    await gateway.ask('mutation { logout }', {}, leaving.token);
    expect(await one.closed).toEqual({ code: 4403, reason: expect.stringContaining('access') });
    other.subscribe('1', health);
    expect(await other.next('1')).toBeTruthy();
  });

  it('is closed when its user’s role changes, on another gateway too', async () => {
    const second = await house.start();
    const user = await newUser('USER');
    const socket = await openSocket(second);
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
    const [one, other] = [await openSocket(), await openSocket()];
    await one.init(revoked.secret);
    await other.init(expired.secret);
    await gateway.ask('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id: revoked.apiKey.id }, root);
    expect((await one.closed).code).toBe(4403);
    expect(await other.closed).toEqual({ code: 4403, reason: expect.stringContaining('expired') });
  });

  it('is told when the gateway stops', async () => {
    const leaving = await house.start();
    const socket = await openSocket(leaving);
    await socket.init(root);
    socket.subscribe('1', health);
    await socket.next('1');
    const [{ code }, exit] = await Promise.all([socket.closed, leaving.stop()]);
    expect([1001, 4403]).toContain(code);
    expect(exit).toBe(0);
  });
});

/** The events of one operation as an event stream, until it ends or the caller has seen enough. */
async function stream(
  query: string,
  token: string | undefined,
  enough: (events: [string, Answer][]) => boolean,
  at = gateway,
) {
  const leaving = new AbortController();
  left.push(() => leaving.abort());
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  const events: [string, Answer][] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
      if (event) events.push([event, data ? JSON.parse(data) : undefined]);
    }
    if (enough(events)) break;
  }
  leaving.abort();
  return { response, events };
}

describe('an event stream', () => {
  it('answers one operation: next, then complete', async () => {
    const { response, events } = await stream('{ me { email } }', root, () => false);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(events).toEqual([
      ['next', { data: { me: { email: 'admin@example.com' } } }],
      ['complete', undefined],
    ]);
  });

  it('streams a subscription, the state now first', async () => {
    const { events } = await stream(health, root, (seen) => seen.length > 0);
    expect(events[0]?.[0]).toBe('next');
    expect(events[0]?.[1].data?.health.checks.length).toBeGreaterThan(3);
  });

  it.each([
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [`{ ${Array.from({ length: 16 }, (_, i) => `a${i}: position`).join(' ')} }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('refuses what HTTP refuses: %s', async (query, code) => {
    const { events } = await stream(query, root, () => false);
    expect(events.map(([event]) => event)).toEqual(['next', 'complete']);
    expect(events[0]?.[1].errors?.[0]?.extensions.code).toBe(code);
  });

  it('is for nobody who is not signed in', async () => {
    const { events } = await stream(health, undefined, () => false);
    expect(events[0]?.[1].errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('ends, saying why, when its user signs out', async () => {
    const user = await newUser('USER');
    let began = false;
    const ended = stream(health, user.token, (seen) => {
      began ||= seen.length > 0;
      return false;
    });
    await until(() => began, 'the stream has begun');
    await gateway.ask('mutation { logout }', {}, user.token);
    const { events } = await ended;
    expect(events.at(-1)?.[0]).toBe('complete');
    expect(events.at(-2)?.[1].errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('ends when the gateway stops', async () => {
    const leaving = await house.start();
    let began = false;
    const ended = stream(
      health,
      root,
      (seen) => {
        began ||= seen.length > 0;
        return false;
      },
      leaving,
    );
    await until(() => began, 'the stream has begun');
    expect(await leaving.stop()).toBe(0);
    expect((await ended).events.at(-1)?.[0]).toBe('complete');
  });
});

describe('a position', () => {
  beforeAll(async () => {
    for (let n = 0; n < 60; n++) await house.link.js.publish('jf.run.0.active.q', '{}');
    for (let n = 0; n < 7; n++) await house.link.js.publish('jf.state.epoch.test', '{}');
  });

  const at = (runs: number, state = 0) => encodePosition({ runs, state });
  const ask = (position: string, query = '{ position }') =>
    gateway.ask(query, {}, root, { 'x-jobflow-position': position });

  it('goes with every mutation, in the answer and its header', async () => {
    const { extensions, response } = await gateway.ask('mutation { setPreferences(preferences: {}) { id } }', {}, root);
    expect(extensions?.position).toBeTruthy();
    expect(response.headers.get('x-jobflow-position')).toBe(extensions?.position);
    expect((await gateway.ask('mutation { revokeApiKey(id: "x") }', {}, root)).extensions?.position).toBeTruthy();
  });

  it('that is sent back holds a query until the projector has passed it', async () => {
    const began = Date.now();
    const asked = ask(at(50, 7));
    setTimeout(() => house.checkpoint({ runs: 49, state: 7 }), 200);
    setTimeout(() => house.checkpoint({ runs: 51, state: 7 }), 600);
    const answer = await asked;
    expect(Date.now() - began).toBeGreaterThanOrEqual(550);
    expect(answer.data?.position).toBe(at(51, 7));
  });

  it('does not hold a mutation', async () => {
    const began = Date.now();
    const answer = await ask(at(40_000_000), 'mutation { setPreferences(preferences: {}) { id } }');
    expect(answer.errors).toBeUndefined();
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(answer.extensions?.position).toBe(at(40_000_000, 7));
  });

  it('that the projector does not reach in two seconds is TIMEOUT with its lag', async () => {
    const began = Date.now();
    const answer = await ask(at(55));
    expect(answer.code).toBe('TIMEOUT');
    expect(answer.error?.extensions).toMatchObject({ retryable: true, lagMs: expect.any(Number) });
    expect(Date.now() - began).toBeGreaterThan(1_900);
    expect(Date.now() - began).toBeLessThan(3_500);
  });

  it('that lies behind the end of the log is POSITION_EXPIRED: the log was replaced', async () => {
    expect((await ask(at(30_000_000))).code).toBe('POSITION_EXPIRED');
  });

  it.each(['nonsense', '1:2:3', 'MTo', 'x'.repeat(500)])('that is none is BAD_USER_INPUT: %.20s', async (position) => {
    const answer = await ask(position);
    expect([answer.status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.error?.extensions.fields).toEqual({ 'x-jobflow-position': expect.any(String) });
  });

  it('goes with the parameters of a connection, too', async () => {
    const socket = await openSocket();
    await socket.init(root, { 'x-jobflow-position': at(59) });
    socket.subscribe('1', '{ position }');
    setTimeout(() => house.checkpoint({ runs: 60, state: 7 }), 300);
    expect((await socket.next('1'))?.data?.position).toBe(at(60, 7));
  });
});

describe('writes', () => {
  const write = 'mutation { setPreferences(preferences: {}) { id } }';

  it('are limited per client and minute, counted over all gateways; reads are not', async () => {
    const limited = { JOBFLOW_RATE_LIMIT: '6' };
    const [one, other] = await Promise.all([house.start(limited), house.start(limited)]);
    const user = await newUser('USER');
    const codes: unknown[] = [];
    for (let n = 0; n < 8; n++) codes.push((await (n % 2 ? one : other).ask(write, {}, user.token)).code);
    expect(codes).toEqual([...Array(6).fill(undefined), 'RATE_LIMITED', 'RATE_LIMITED']);
    const held = await one.ask(write, {}, user.token);
    expect(held.status).toBe(429);
    expect(held.error?.extensions).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
    expect(Number(held.response.headers.get('retry-after'))).toBe(
      Math.ceil(held.error?.extensions.retryAfterMs / 1000),
    );
    expect((await one.ask('{ me { id } }', {}, user.token)).data?.me).toBeTruthy();
    expect((await one.ask(write, {}, root)).errors).toBeUndefined();
    const aliased = `mutation { ${Array.from({ length: 5 }, (_, i) => `a${i}: setPreferences(preferences: {}) { id }`).join(' ')} }`;
    expect((await one.ask(aliased, {}, root)).errors).toBeUndefined();
    expect((await one.ask(write, {}, root)).code).toBe('RATE_LIMITED');
    const socket = await openSocket(one);
    await socket.init(user.token);
    socket.subscribe('w', write);
    expect(((await socket.next('w', 'error')) as unknown as Answer['errors'])?.[0]?.extensions.code).toBe(
      'RATE_LIMITED',
    );
    await Promise.all([one.stop(), other.stop()]);
  });

  it('are not limited while Redis is away, which health says; sign-ins still are', async () => {
    const limited = await house.start({ JOBFLOW_RATE_LIMIT: '2' });
    const user = await newUser('USER');
    await house.backing.redis.stop();
    const checkOf = async () => {
      const { data } = await limited.ask('{ health { checks { code status message action } } }', {}, root);
      return data?.health.checks.find((check: { code: string }) => check.code === 'redis');
    };
    for (let n = 0; n < 5; n++) expect((await limited.ask(write, {}, user.token)).errors).toBeUndefined();
    await until(async () => (await checkOf()).status === 'DEGRADED', 'health tells', 10_000);
    const codes: unknown[] = [];
    const guess = 'mutation ($p: String!) { login(email: "victim@example.com", password: $p) { expiresAt } }';
    for (let n = 0; n < 12; n++) codes.push((await limited.ask(guess, { p: `${n}` })).code);
    expect(codes.slice(-2)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    await house.backing.redis.start();
    await until(async () => (await checkOf()).status === 'OK', 'Redis is back', 20_000);
    await limited.stop();
  });
});

describe('while Postgres is away', () => {
  it('the gateway says UNAVAILABLE without a word about the database’s address, and recovers by itself', async () => {
    const { port } = new URL(house.backing.databaseUrl);
    await house.backing.postgres.stop();
    const answer = await gateway.ask('{ users { id } }', {}, root);
    expect(answer.code).toBe('UNAVAILABLE');
    expect(answer.error?.extensions.retryable).toBe(true);
    expect(JSON.stringify(answer.errors)).not.toContain(port);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    await house.backing.postgres.start();
    await until(
      async () => (await gateway.ask('{ users { id } }', {}, root)).data?.users,
      'the gateway is well again',
      30_000,
    );
  });
});
