import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

let house: GatewayHouse;
let gateway: GatewayProcess;
let token: string;

beforeAll(async () => {
  house = await openGatewayHouse();
  gateway = await house.start();
  ({ token } = await gateway.signIn());
});
afterAll(() => house[Symbol.asyncDispose]());

const deep = (n: number) => `{ me { id } ${'... on Query { '.repeat(n)} position ${'}'.repeat(n)} }`;

describe('the reference of the API', () => {
  it.each([
    ['/docs', 'text/html; charset=utf-8', 'Mutation.enqueue'],
    ['/docs/style.css', 'text/css; charset=utf-8', 'prefers-color-scheme: dark'],
    ['/openapi.json', 'application/json; charset=utf-8', '"openapi":"3.1.0"'],
  ])('%s is served to anyone, under the strict policy of all answers', async (path, type, text) => {
    const response = await fetch(gateway.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain(text);
  });
});

describe('a request that cannot be understood', () => {
  it.each([
    ['{"query": ', 400, 'BAD_USER_INPUT', 'body'],
    ['', 400, 'BAD_USER_INPUT', 'body'],
    ['"text"', 400, 'BAD_USER_INPUT', 'body'],
    ['[{"query":"{ position }"}]', 400, 'BAD_USER_INPUT', 'body'],
    ['{}', 400, 'BAD_USER_INPUT', 'query'],
    ['{"query":7}', 400, 'BAD_USER_INPUT', 'query'],
    ['{"query":"{ position }","variables":[1]}', 400, 'BAD_USER_INPUT', 'variables'],
    ['{"query":"{ position }","operationName":7}', 400, 'BAD_USER_INPUT', 'operationName'],
  ])('%s is answered as a GraphQL error that names what is wrong', async (body, status, code, field) => {
    const response = await gateway.post(body);
    const { errors } = (await response.json()) as { errors: { extensions: Record<string, unknown> }[] };
    expect(response.status).toBe(status);
    expect(errors[0]?.extensions).toMatchObject({ code, retryable: false, fields: { [field]: expect.any(String) } });
    expect(errors[0]?.extensions.correlationId).toBe(response.headers.get('x-correlation-id'));
  });

  it('is 415 when it is not JSON: forms of other sites never get in', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const response = await gateway.post('{"query":"{ position }"}', { 'content-type': type });
      expect([type, response.status]).toEqual([type, 415]);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    }
  });

  it('is 413 when it is larger than 8 MiB, and fine just below', async () => {
    const filled = (bytes: number) => {
      const head = '{"query":"{ system { name } }","variables":{"x":"';
      return `${head}${'x'.repeat(bytes - head.length - 3)}"}}`;
    };
    const tooLarge = await gateway.post(filled(8 * 1024 * 1024 + 1));
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
    expect((await gateway.post(filled(8 * 1024 * 1024))).status).toBe(200);
  });

  it('is 405 when it is a GET', async () => {
    const response = await fetch(`${gateway.url}/graphql?query={position}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('keeps the client’s own correlation id', async () => {
    const { error } = await gateway.ask('{ nothing }', {}, undefined, { 'x-correlation-id': 'my-own-id-1' });
    expect(error?.extensions.correlationId).toBe('my-own-id-1');
  });
});

describe('an operation that is refused', () => {
  it.each([
    ['against the schema', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['not GraphQL', '{', 'GRAPHQL_PARSE_FAILED'],
    ['longer than 1,000 tokens', `{ position ${'a '.repeat(1000)} }`, 'GRAPHQL_PARSE_FAILED'],
    [
      'full of aliases',
      `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: position`).join(' ')} }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['an introspection', '{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['one of two, and does not say which', 'query A { position } query B { position }', 'BAD_REQUEST'],
    ['a subscription, by plain POST', 'subscription { health { status } }', 'BAD_REQUEST'],
  ])('because it is %s is a 400', async (_why, query, code) => {
    const status = 400;
    const answer = await gateway.ask(query, {}, token);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.error?.extensions).toMatchObject({ correlationId: expect.any(String), retryable: false });
  });

  it('names wrong variables by the path of their argument', async () => {
    const query =
      'mutation ($n: String!, $r: Role!, $at: DateTime) { createApiKey(name: $n, role: $r, expiresAt: $at) { secret } }';
    const answer = await gateway.ask(query, { n: 7, r: 'KING', at: 'tomorrow' }, token);
    expect([answer.status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(Object.keys(answer.error?.extensions.fields).sort()).toEqual(['expiresAt', 'name', 'role']);
    expect(JSON.stringify(answer.errors)).not.toContain('Did you mean');
  });

  it('does not suggest names of the schema', async () => {
    const { errors } = await gateway.ask('{ positio }', {}, token);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });

  it('is not an innocent one with nested fragments', async () => {
    expect((await gateway.ask(deep(20), {}, token)).data).toMatchObject({ position: expect.any(String) });
  });
});

describe('a failed field', () => {
  it('is null with an error, and hides none of the answers beside it', async () => {
    const { data, errors, status } = await gateway.ask('{ system { name limits } position users { id } }');
    expect(status).toBe(200);
    expect(data).toEqual({ system: { name: 'Jobflow', limits: null }, position: null, users: null });
    expect(errors?.map((error) => [error.path?.[0], error.extensions.code])).toEqual([
      ['position', 'UNAUTHENTICATED'],
      ['users', 'UNAUTHENTICATED'],
    ]);
  });
});

describe('the system', () => {
  it('tells its limits to whoever is signed in', async () => {
    const { data } = await gateway.ask(
      '{ system { name version environment time publicUrl limits retention introspection } }',
      {},
      token,
    );
    expect(data?.system).toMatchObject({
      environment: 'production',
      introspection: false,
      limits: { tokens: 1000, depth: 8, aliases: 15, cost: 1000, listItems: 1000, subscriptionsPerSocket: 20 },
    });
    expect(data?.system.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('tells its health in words', async () => {
    house.checkpoint({ runs: 0, state: 0 });
    const { data } = await gateway.ask(
      '{ health { status position checks { code status message action since } } }',
      {},
      token,
    );
    const checks = Object.fromEntries(data?.health.checks.map((check: { code: string }) => [check.code, check]));
    expect(checks.postgres).toMatchObject({ status: 'OK' });
    expect(checks.redis).toMatchObject({ status: 'OK' });
    expect(checks.log).toMatchObject({ status: 'OK' });
    expect(checks.executors).toMatchObject({ status: 'DEGRADED', action: 'Start an executor.' });
    for (const code of ['scheduler', 'backlog', 'success rate']) expect(checks[code]).toMatchObject({ status: 'OK' });
  });

  it('says when due runs are not queued, queued ones do not start, and most fail', async () => {
    const columns = `id, job, job_revision, kind, policy, queue, priority, attempt, max_attempts, delivery, claim,
      created_at, revision, timeline_count, changed_seq`;
    const values = `gen_random_uuid(), 'j', 1, 'HANDLER', '{}', 'slow', 5, 1, 3, 0, 0, now(), 1, 1, 0`;
    await house.db.query(`insert into read.runs (${columns}, status, next_attempt_at)
      select ${values}, 'RETRYING', now() - interval '1 minute' from generate_series(1, 2)`);
    await house.db.query(
      `insert into read.runs (${columns}, status, queued_at) values (${values}, 'QUEUED', now() - interval '10 minutes')`,
    );
    await house.db.query(`insert into read.queue_stats (queue, queued) values ('slow', 1)`);
    await house.db.query(`insert into read.minute_stats (at, queue, job, kind, succeeded, failed, wait_hist, run_hist)
      values (date_trunc('minute', now()), 'slow', 'j', 'HANDLER', 3, 27, array_fill(0, array[32]), array_fill(0, array[32]))`);
    const wanted = {
      scheduler: '2 runs are due for more than 15 s and not queued yet.',
      backlog: 'In queue slow a run has waited for 10 minutes.',
      'success rate': 'In the last hour 10 % of 30 runs succeeded.',
    };
    const told = async () => {
      const { data } = await gateway.ask('{ health { checks { code status message } } }', {}, token);
      const checks = (data?.health.checks ?? []) as { code: string; status: string; message: string }[];
      return Object.fromEntries(checks.filter(({ status }) => status !== 'OK').map((c) => [c.code, c.message]));
    };
    await until(async () => 'scheduler' in (await told()), 'the health is looked at anew');
    expect(await told()).toMatchObject(wanted);
    await house.db.query(`delete from read.runs where queue = 'slow'`);
    await house.db.query(`delete from read.queue_stats where queue = 'slow'`);
    await house.db.query(`delete from read.minute_stats where queue = 'slow'`);
  });

  it('answers the probes', async () => {
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('process_resident_memory_bytes');
  });

  it('introspects where that is on, exempt from depth and cost', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const open = await house.start({ JOBFLOW_INTROSPECTION: 'on' });
    const { data, errors } = await open.ask(getIntrospectionQuery(), {}, token);
    expect(errors).toBeUndefined();
    expect(data?.__schema.queryType.name).toBe('Query');
    expect(JSON.stringify((await open.ask('{ positio }', {}, token)).errors)).toContain('Did you mean');
    await open.stop();
  });
});

describe('the dashboard', () => {
  const page = { accept: 'text/html,application/xhtml+xml' };

  it('comes with headers that let nothing foreign in', async () => {
    const { headers } = await fetch(`${gateway.url}/`, { headers: page });
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is explained where it was not built', async () => {
    const bare = await house.start({ JOBFLOW_WEB_DIR: '/nowhere' });
    const response = await fetch(`${bare.url}/jobs`, { headers: page });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('has not been built');
    expect((await fetch(`${bare.url}/jobs`)).status).toBe(404);
    await bare.stop();
  });

  it('is served with its assets for ever, its pages always checked, and every page of the app the same', async () => {
    const { mkdtemp, mkdir, writeFile } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const dir = await mkdtemp(join(tmpdir(), 'jobflow-web-'));
    await mkdir(join(dir, 'assets'));
    await writeFile(join(dir, 'index.html'), '<!doctype html><title>app</title>');
    await writeFile(join(dir, 'assets', 'app-1a2b.js'), 'run()');
    await writeFile(join(dir, '.secret'), 'x');
    const built = await house.start({ JOBFLOW_WEB_DIR: dir });
    const asset = await fetch(`${built.url}/assets/app-1a2b.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    for (const path of ['/', '/runs/1?tab=logs', '/login']) {
      const response = await fetch(`${built.url}${path}`, { headers: page });
      expect([path, response.status, await response.text()]).toEqual([path, 200, '<!doctype html><title>app</title>']);
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
    for (const path of ['/assets/old-9z.js', '/.secret', '/../package.json', '/%2e%2e/package.json']) {
      expect([path, (await fetch(`${built.url}${path}`)).status]).toEqual([path, 404]);
    }
    await built.stop();
  });
});

describe('a gateway that cannot start', () => {
  const oneSentence = /^[^\n]+\n$/;

  it.each([
    [{ JOBFLOW_JWT_KEY: Buffer.alloc(31).toString('base64') }, 'JOBFLOW_JWT_KEY'],
    [{ JOBFLOW_ENCRYPTION_KEY: 'short' }, 'JOBFLOW_ENCRYPTION_KEY'],
    [{ JOBFLOW_JWT_KEY: '' }, 'JOBFLOW_JWT_KEY'],
    [{ JOBFLOW_RATE_LIMIT: 'lots', PORT: 'x' }, 'PORT'],
    [{ JOBFLOW_ADMIN_PASSWORD: 'short' }, 'JOBFLOW_ADMIN_PASSWORD'],
    [{ JOBFLOW_ADMIN_PASSWORD: '' }, 'JOBFLOW_ADMIN_PASSWORD'],
    [{ DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/x' }, 'Postgres'],
    [{ NATS_URL: 'nats://127.0.0.1:1' }, 'NATS'],
  ])('because of %j says so in one sentence and exits 1', async (env, word) => {
    const { code, stderr } = await house.fail(env as Record<string, string>);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneSentence);
    expect(stderr).toContain(word);
    expect(stderr).not.toContain('secret-word');
  });

  it('because its port is taken says which, and what to do', async () => {
    const { code, stderr } = await house.fail({ PORT: new URL(gateway.url).port });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Port \d+ on 127\.0\.0\.1 is taken: .*PORT/);
  });
});

describe('a gateway that is told to stop', () => {
  it('stops at once and cleanly, whatever connections idle', async () => {
    const leaving = await house.start();
    await leaving.ask('{ system { name } }');
    const idle = connect(Number(new URL(leaving.url).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const began = Date.now();
    expect(await leaving.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(3_000);
    idle.destroy();
  });
});
