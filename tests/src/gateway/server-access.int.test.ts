import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { admin, cookieOf, type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

let house: GatewayHouse;
let gateway: GatewayProcess;
let second: GatewayProcess;
let root: string;

beforeAll(async () => {
  house = await openGatewayHouse();
  // Two at once: only one first admin may come of it.
  [gateway, second] = await Promise.all([house.start(), house.start()]);
  ({ token: root } = await gateway.signIn());
});
afterAll(() => house[Symbol.asyncDispose]());

const login =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken expiresAt user { email role lastLoginAt } } }';
const me = '{ me { id kind name email role preferences } }';

let people = 0;
async function newUser(role: 'ADMIN' | 'USER' | 'VIEWER', password = 'a good password') {
  const email = `user${++people}@example.com`;
  const create =
    'mutation ($e: String!, $p: String!, $r: Role!) { createUser(email: $e, password: $p, role: $r) { id } }';
  const { data, errors } = await gateway.ask(create, { e: email, p: password, r: role }, root);
  if (!data?.createUser) throw new Error(JSON.stringify(errors));
  return { id: data.createUser.id as string, email, password, ...(await gateway.signIn(email, password)) };
}

async function newKey(token: string, args: string) {
  const { data, errors } = await gateway.ask(
    `mutation { createApiKey(${args}) { secret apiKey { id prefix role jobs expiresAt } } }`,
    {},
    token,
  );
  if (!data?.createApiKey) throw new Error(JSON.stringify(errors));
  return data.createApiKey as {
    secret: string;
    apiKey: { id: string; prefix: string; role: string; jobs: string[] | null };
  };
}

const refreshWith = (cookie: string, at = gateway, headers = {}) =>
  at.ask('mutation { refresh { accessToken user { email } } }', {}, undefined, { cookie, ...headers });

const audited = (action: string) =>
  house.db.query<{ target: string; actor: string }>(
    'select target, actor from gateway.audit where action = $1 order by id desc',
    [action],
  );

describe('the first admin', () => {
  it('is made once, however many gateways start at the same time, and never again', async () => {
    const rows = await house.db.query('select email, role from gateway.users where email = $1', [admin.email]);
    expect(rows).toEqual([{ email: admin.email, role: 'ADMIN' }]);
    const third = await house.start({ JOBFLOW_ADMIN_EMAIL: 'other@example.com' });
    expect(await house.db.query('select 1 from gateway.users where email = $1', ['other@example.com'])).toEqual([]);
    await third.stop();
  });
});

describe('signing in', () => {
  it('gives a token for 15 minutes and a cookie that no script reads and no other site sends', async () => {
    const began = Date.now();
    const { data, response } = await gateway.ask(login, {
      email: ` ${admin.email.toUpperCase()} `,
      password: admin.password,
    });
    const lasts = Date.parse(data?.login.expiresAt) - began;
    expect(lasts).toBeGreaterThan(13 * 60_000);
    expect(lasts).toBeLessThanOrEqual(15 * 60_000 + 1_000);
    expect(data?.login.user).toMatchObject({ email: admin.email, role: 'ADMIN', lastLoginAt: expect.any(String) });
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^jobflow_refresh=[\w.-]+; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/);
  });

  it('has a __Host- cookie where the gateway is reached over https', async () => {
    const secure = await house.start({ JOBFLOW_PUBLIC_URL: 'https://jobs.example.com/' });
    const { response } = await secure.ask(login, admin);
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-jobflow_refresh=.*; Path=\/;.*HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(response.headers.get('strict-transport-security')).toBeTruthy();
    await secure.stop();
  });

  it('says the same of a wrong password, an unknown user and a disabled one', async () => {
    const gone = await newUser('USER');
    await gateway.ask(
      'mutation ($id: ID!) { updateUser(id: $id, disabled: true) { disabled } }',
      { id: gone.id },
      root,
    );
    const answers = await Promise.all([
      gateway.ask(login, { email: admin.email, password: 'wrong' }),
      gateway.ask(login, { email: 'nobody@example.com', password: 'wrong' }),
      gateway.ask(login, gone),
    ]);
    expect(new Set(answers.map(({ code, error }) => `${code} ${error?.message}`))).toEqual(
      new Set(['UNAUTHENTICATED The email or the password is wrong.']),
    );
    expect(answers.every(({ data, response }) => data?.login === null && !cookieOf(response))).toBe(true);
    expect((await audited('login.failed')).map(({ target }) => target)).toContain('nobody@example.com');
  });

  it('takes as long for an unknown user as for a wrong password', async () => {
    const time = async (email: string) => {
      const times: number[] = [];
      for (let n = 0; n < 7; n++) {
        const began = performance.now();
        await gateway.ask(login, { email: email.replace('#', String(n)), password: 'wrong' });
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b)[3] ?? 0;
    };
    const { email } = await newUser('USER');
    const known = await time(email);
    const unknown = await time('unknown#@example.com');
    // A hash takes 10 ms and more; without one the answer would come in a fraction of that.
    expect(unknown).toBeGreaterThan(known / 3);
  });

  it('happens once per operation, however it is hidden', async () => {
    const twice =
      'mutation { a: login(email: "a@b", password: "x") { expiresAt } ...b } fragment b on Mutation { login(email: "a@b", password: "y") { expiresAt } }';
    const answer = await gateway.ask(twice);
    expect([answer.status, answer.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('is held up after ten wrong passwords of an account, on every gateway; others are not', async () => {
    const victim = await newUser('USER');
    const codes: unknown[] = [];
    for (let n = 0; n < 12; n++)
      codes.push((await gateway.ask(login, { email: victim.email, password: `guess ${n}` })).code);
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('UNAUTHENTICATED'));
    expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    const held = await second.ask(login, victim);
    expect(held.code).toBe('RATE_LIMITED');
    expect(held.error?.extensions).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
    expect(Number(held.response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await gateway.ask(login, admin)).data?.login.user.role).toBe('ADMIN');
  });

  it('is never held up for people who know their password, not even thirty times at once', async () => {
    const { email, password } = await newUser('VIEWER');
    const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.ask(login, { email, password })));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined]));
  });
});

describe('a session', () => {
  it('is renewed by its cookie, each time with a new one', async () => {
    const { cookie, email } = await newUser('USER');
    const first = await refreshWith(cookie);
    expect(first.data?.refresh.user.email).toBe(email);
    const next = cookieOf(first.response);
    expect(next).toBeTruthy();
    expect(next).not.toBe(cookie);
    expect((await refreshWith(next ?? '', second)).data?.refresh.accessToken).toBeTruthy();
  });

  it('ends, with every token of it, when an old cookie comes back', async () => {
    const { cookie, token } = await newUser('USER');
    const next = cookieOf((await refreshWith(cookie)).response) ?? '';
    const stolen = await refreshWith(cookie);
    expect(stolen.code).toBe('UNAUTHENTICATED');
    expect((await refreshWith(next)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(me, {}, token)).code).toBe('UNAUTHENTICATED');
    expect(await audited('session.reused')).not.toEqual([]);
  });

  it('is renewed for one of two who send the same cookie at the same moment', async () => {
    const { cookie } = await newUser('USER');
    const answers = await Promise.all([refreshWith(cookie), refreshWith(cookie)]);
    expect(answers.filter(({ data }) => data?.refresh)).toHaveLength(1);
  });

  it('cannot be renewed from another site, without a cookie, or with a made-up one', async () => {
    const { cookie } = await newUser('USER');
    expect((await refreshWith(cookie, gateway, { origin: 'https://evil.example' })).code).toBe('FORBIDDEN');
    expect((await refreshWith(cookie)).data?.refresh).toBeTruthy();
    for (const made of [
      '',
      'jobflow_refresh=',
      'jobflow_refresh=x.y',
      `jobflow_refresh=${crypto.randomUUID()}.${'a'.repeat(43)}`,
    ]) {
      expect((await refreshWith(made)).code).toBe('UNAUTHENTICATED');
    }
  });

  it('ends with a logout: its cookie at once, its token at once here and within five seconds elsewhere', async () => {
    const { cookie, token } = await newUser('USER');
    expect((await second.ask(me, {}, token)).data?.me).toBeTruthy();
    const out = await gateway.ask('mutation { logout }', {}, token, { cookie });
    expect(out.data).toEqual({ logout: true });
    expect(out.response.headers.getSetCookie()[0]).toMatch(/^jobflow_refresh=;/);
    expect((await refreshWith(cookie)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(me, {}, token)).code).toBe('UNAUTHENTICATED');
    await until(
      async () => (await second.ask(me, {}, token)).code === 'UNAUTHENTICATED',
      'the other gateway knows',
      5_000,
    );
  });

  it('of whoever has a foreign or broken token is none', async () => {
    const [head, body] = root.split('.');
    for (const token of ['x', `${head}.${body}.`, `${root}x`, `${head}.${body}.${'A'.repeat(43)}`]) {
      expect((await gateway.ask(me, {}, token)).code).toBe('UNAUTHENTICATED');
    }
    expect((await gateway.ask('{ system { name limits } }', {}, 'x')).data).toEqual({
      system: { name: 'Jobflow', limits: null },
    });
  });
});

describe('one’s own account', () => {
  it('keeps preferences as a merge patch', async () => {
    const { token } = await newUser('VIEWER');
    const set = 'mutation ($p: JSON!) { setPreferences(preferences: $p) { preferences } }';
    await gateway.ask(set, { p: { theme: 'dark', columns: { runs: ['id'] } } }, token);
    const { data } = await gateway.ask(set, { p: { theme: null, columns: { jobs: ['name'] } } }, token);
    expect(data?.setPreferences.preferences).toEqual({ columns: { runs: ['id'], jobs: ['name'] } });
    expect((await gateway.ask(me, {}, token)).data?.me.preferences).toEqual(data?.setPreferences.preferences);
    expect((await gateway.ask(set, { p: 'dark' }, token)).code).toBe('BAD_USER_INPUT');
    expect((await gateway.ask(set, { p: { big: 'x'.repeat(40_000) } }, token)).code).toBe('BAD_USER_INPUT');
  });

  it('gets a new password only for the old one, and then no other session is left', async () => {
    const user = await newUser('USER');
    const other = await gateway.signIn(user.email, user.password);
    const change = 'mutation ($c: String!, $n: String!) { changePassword(current: $c, new: $n) }';
    expect(
      (await gateway.ask(change, { c: 'wrong', n: 'another password' }, user.token)).error?.extensions.fields,
    ).toEqual({ current: expect.any(String) });
    expect((await gateway.ask(change, { c: user.password, n: 'short' }, user.token)).error?.extensions.fields).toEqual({
      new: expect.any(String),
    });
    expect((await gateway.ask(change, { c: user.password, n: 'another password' }, user.token)).data).toEqual({
      changePassword: true,
    });
    expect((await gateway.ask(me, {}, user.token)).data?.me).toBeTruthy();
    expect((await gateway.ask(me, {}, other.token)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(login, user)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(login, { ...user, password: 'another password' })).data?.login).toBeTruthy();
  });
});

describe('users', () => {
  const update =
    'mutation ($id: ID!, $role: Role, $disabled: Boolean, $password: String) { updateUser(id: $id, role: $role, disabled: $disabled, password: $password) { id role disabled } }';

  it('are made by admins, with a good password and an address that is free', async () => {
    const create =
      'mutation ($e: String!, $p: String!) { createUser(email: $e, password: $p, role: USER) { email role disabled createdAt lastLoginAt } }';
    const made = await gateway.ask(create, { e: 'New@Example.com', p: 'long enough' }, root);
    expect(made.data?.createUser).toMatchObject({
      email: 'new@example.com',
      role: 'USER',
      disabled: false,
      lastLoginAt: null,
    });
    expect((await gateway.ask(create, { e: 'nEW@example.com', p: 'long enough' }, root)).code).toBe('CONFLICT');
    const bad = await gateway.ask(create, { e: 'no address', p: 'short' }, root);
    expect(Object.keys(bad.error?.extensions.fields)).toEqual(['email', 'password']);
    const { token } = await newUser('USER');
    expect((await gateway.ask(create, { e: 'x@example.com', p: 'long enough' }, token)).code).toBe('FORBIDDEN');
    const { data } = await gateway.ask('{ users { email } }', {}, root);
    expect(data?.users.map((user: { email: string }) => user.email)).toContain('new@example.com');
  });

  it('lose a role at once', async () => {
    const { id, token } = await newUser('ADMIN');
    expect((await gateway.ask('{ users { id } }', {}, token)).data?.users).toBeTruthy();
    expect((await gateway.ask(update, { id, role: 'VIEWER' }, root)).data?.updateUser).toMatchObject({
      role: 'VIEWER',
      disabled: false,
    });
    expect((await gateway.ask('{ users { id } }', {}, token)).code).toBe('FORBIDDEN');
  });

  it('that are disabled, or given a new password, lose their sessions', async () => {
    const off = await newUser('USER');
    await gateway.ask(update, { id: off.id, disabled: true }, root);
    expect((await gateway.ask(me, {}, off.token)).code).toBe('UNAUTHENTICATED');
    await gateway.ask(update, { id: off.id, disabled: false }, root);
    expect((await refreshWith(off.cookie)).code).toBe('UNAUTHENTICATED');
    const reset = await newUser('USER');
    await gateway.ask(update, { id: reset.id, password: 'set by the admin' }, root);
    expect((await gateway.ask(me, {}, reset.token)).code).toBe('UNAUTHENTICATED');
  });

  it('keep an admin among them: the last one can be neither demoted nor disabled, not even by two at once', async () => {
    const others = await house.db.query<{ id: string }>(
      `select id from gateway.users where role = 'ADMIN' and email <> $1`,
      [admin.email],
    );
    for (const { id } of others) await gateway.ask(update, { id, role: 'USER' }, root);
    const [self] = await house.db.query<{ id: string }>('select id from gateway.users where email = $1', [admin.email]);
    expect((await gateway.ask(update, { id: self?.id, role: 'USER' }, root)).code).toBe('CONFLICT');
    expect((await gateway.ask(update, { id: self?.id, disabled: true }, root)).code).toBe('CONFLICT');
    const peer = await newUser('ADMIN');
    const both = await Promise.all([
      gateway.ask(update, { id: self?.id, role: 'USER' }, root),
      second.ask(update, { id: peer.id, role: 'USER' }, root),
    ]);
    expect(both.filter(({ data }) => data?.updateUser)).toHaveLength(1);
    await house.db.query(`update gateway.users set role = 'ADMIN' where id = $1`, [self?.id]);
    await house.db.query(`update gateway.users set role = 'USER' where id = $1`, [peer.id]);
    await gateway.ask(update, { id: peer.id, role: 'USER' }, root);
  });

  it('that nobody knows are NOT_FOUND', async () => {
    for (const id of ['x', crypto.randomUUID()])
      expect((await gateway.ask(update, { id, role: 'USER' }, root)).code).toBe('NOT_FOUND');
  });
});

describe('an API key', () => {
  it('is shown once, stored hashed, and speaks for its role', async () => {
    const { secret, apiKey } = await newKey(root, 'name: "ci", role: USER, jobs: ["build", "test"]');
    expect(secret).toMatch(/^jfk_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    expect(secret).toContain(apiKey.prefix);
    const [row] = await house.db.query('select * from gateway.api_keys where id = $1', [apiKey.id]);
    expect(JSON.stringify(row)).not.toContain(secret.split('_')[2]);
    const { data } = await gateway.ask(me, {}, secret);
    expect(data?.me).toEqual({
      id: apiKey.id,
      kind: 'API_KEY',
      name: 'ci',
      email: null,
      role: 'USER',
      preferences: null,
    });
    expect((await gateway.ask('{ users { id } }', {}, secret)).code).toBe('FORBIDDEN');
    for (const mutation of [
      'logout',
      'changePassword(current: "a", new: "long enough")',
      'setPreferences(preferences: {}) { id }',
    ]) {
      expect((await gateway.ask(`mutation { ${mutation} }`, {}, secret)).code).toBe('FORBIDDEN');
    }
  });

  it('works no more on any gateway within five seconds of being revoked', async () => {
    const { secret, apiKey } = await newKey(root, 'name: "gone", role: VIEWER');
    for (const at of [gateway, second]) expect((await at.ask(me, {}, secret)).data?.me).toBeTruthy();
    expect((await gateway.ask('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id: apiKey.id }, root)).data).toEqual({
      revokeApiKey: true,
    });
    expect((await gateway.ask(me, {}, secret)).code).toBe('UNAUTHENTICATED');
    await until(
      async () => (await second.ask(me, {}, secret)).code === 'UNAUTHENTICATED',
      'the other gateway knows',
      5_000,
    );
    expect((await audited('apiKey.revoked'))[0]?.target).toBe(apiKey.id);
  });

  it('works no more within five seconds even if the gateway was not told', async () => {
    const { secret, apiKey } = await newKey(root, 'name: "quiet", role: VIEWER');
    expect((await gateway.ask(me, {}, secret)).data?.me).toBeTruthy();
    await house.db.query('update gateway.api_keys set revoked_at = now() where id = $1', [apiKey.id]);
    await until(async () => (await gateway.ask(me, {}, secret)).code === 'UNAUTHENTICATED', 'the key ends', 5_500);
  });

  it('ends at its time, and cannot be made for the past', async () => {
    const { secret } = await newKey(
      root,
      `name: "short", role: VIEWER, expiresAt: "${new Date(Date.now() + 1_500).toISOString()}"`,
    );
    expect((await gateway.ask(me, {}, secret)).data?.me).toBeTruthy();
    await until(async () => (await gateway.ask(me, {}, secret)).code === 'UNAUTHENTICATED', 'the key expires', 3_000);
    const past = await gateway.ask(
      'mutation { createApiKey(name: "x", role: VIEWER, expiresAt: "2020-01-01T00:00:00Z") { secret } }',
      {},
      root,
    );
    expect(past.error?.extensions.fields).toEqual({ expiresAt: expect.any(String) });
  });

  it('with a wrong secret, id or checksum is nobody', async () => {
    const { secret } = await newKey(root, 'name: "real", role: ADMIN');
    const other = (await newKey(root, 'name: "other", role: ADMIN')).secret;
    const [, id] = secret.split('_');
    const [, , theirs, crc] = other.split('_');
    for (const wrong of [
      `${secret}0`,
      secret.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
      `jfk_${id}_${theirs}_${crc}`,
      'jfk_',
      'jfk_a_b_c',
    ]) {
      expect((await gateway.ask(me, {}, wrong)).code).toBe('UNAUTHENTICATED');
    }
  });

  it('can do no more than whoever makes it, then and later', async () => {
    const user = await newUser('USER');
    const create = (role: string, token: string) =>
      gateway.ask(`mutation { createApiKey(name: "k", role: ${role}) { secret } }`, {}, token);
    expect((await create('ADMIN', user.token)).code).toBe('FORBIDDEN');
    const viewer = await newUser('VIEWER');
    expect((await create('VIEWER', viewer.token)).code).toBe('FORBIDDEN');
    const { secret } = await newKey(user.token, 'name: "k", role: USER');
    const update =
      'mutation ($id: ID!, $role: Role, $disabled: Boolean) { updateUser(id: $id, role: $role, disabled: $disabled) { id } }';
    await gateway.ask(update, { id: user.id, role: 'VIEWER' }, root);
    expect((await gateway.ask(me, {}, secret)).data?.me.role).toBe('VIEWER');
    await gateway.ask(update, { id: user.id, disabled: true }, root);
    expect((await gateway.ask(me, {}, secret)).code).toBe('UNAUTHENTICATED');
  });

  it('that is limited to jobs cannot make one that is not', async () => {
    const { secret } = await newKey(root, 'name: "narrow", role: USER, jobs: ["a", "b"]');
    const create = (args: string) =>
      gateway.ask(`mutation { createApiKey(name: "k", role: USER${args}) { secret } }`, {}, secret);
    expect((await create('')).code).toBe('FORBIDDEN');
    expect((await create(', jobs: ["a", "c"]')).code).toBe('FORBIDDEN');
    expect((await create(', jobs: ["a"]')).data?.createApiKey.secret).toBeTruthy();
    expect((await create(', jobs: ["not a job!"]')).error?.extensions.fields).toEqual({ 'jobs.0': expect.any(String) });
  });

  it('of others is seen and revoked by admins only', async () => {
    const [ann, bob] = [await newUser('USER'), await newUser('USER')];
    const { apiKey } = await newKey(ann.token, 'name: "ann’s", role: USER');
    const idsOf = async (token: string) =>
      (await gateway.ask('{ apiKeys { id lastUsedAt } }', {}, token)).data?.apiKeys.map(
        (key: { id: string }) => key.id,
      );
    expect(await idsOf(ann.token)).toEqual([apiKey.id]);
    expect(await idsOf(bob.token)).toEqual([]);
    expect(await idsOf(root)).toContain(apiKey.id);
    const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) }';
    expect((await gateway.ask(revoke, { id: apiKey.id }, bob.token)).code).toBe('NOT_FOUND');
    expect((await gateway.ask(revoke, { id: apiKey.id }, ann.token)).data).toEqual({ revokeApiKey: true });
  });

  it('remembers when it was last used', async () => {
    const { secret, apiKey } = await newKey(root, 'name: "used", role: VIEWER');
    const leaving = await house.start();
    await leaving.ask(me, {}, secret);
    await leaving.stop();
    const [row] = await house.db.query<{ last_used_at: Date }>(
      'select last_used_at from gateway.api_keys where id = $1',
      [apiKey.id],
    );
    expect(Date.now() - (row?.last_used_at.getTime() ?? 0)).toBeLessThan(30_000);
  });
});

describe('the audit log', () => {
  it('tells admins who did what, newest first, page by page', async () => {
    const query =
      'query ($f: AuditFilter, $n: Int, $a: String) { auditLog(filter: $f, first: $n, after: $a) { nodes { id actor action target detail correlationId } pageInfo { hasNextPage endCursor } } }';
    const first = (await gateway.ask(query, { f: { actions: ['user.created'] }, n: 2 }, root)).data?.auditLog;
    expect(first.nodes).toHaveLength(2);
    expect(Number(first.nodes[0].id)).toBeGreaterThan(Number(first.nodes[1].id));
    expect(first.nodes[0]).toMatchObject({
      action: 'user.created',
      detail: { role: expect.any(String) },
      correlationId: expect.any(String),
    });
    const next = (
      await gateway.ask(query, { f: { actions: ['user.created'] }, n: 2, a: first.pageInfo.endCursor }, root)
    ).data?.auditLog;
    expect(Number(next.nodes[0].id)).toBeLessThan(Number(first.nodes[1].id));
    expect((await gateway.ask(query, { n: 0 }, root)).code).toBe('BAD_USER_INPUT');
    expect((await gateway.ask(query, { a: 'nonsense' }, root)).code).toBe('BAD_USER_INPUT');
  });

  it('and everything else that is stored holds no secret', async () => {
    const { secret } = await newKey(root, 'name: "canary", role: USER');
    const user = await newUser('USER', 'canary password 123');
    for (const table of ['users', 'api_keys', 'refresh_tokens', 'audit']) {
      const text = JSON.stringify(await house.db.query(`select * from gateway.${table}`));
      for (const canary of [
        secret,
        secret.split('_')[2] ?? '',
        user.password,
        user.token,
        user.cookie.split('.')[1] ?? '',
      ]) {
        expect([table, text.includes(canary)]).toEqual([table, false]);
      }
    }
    const logged = JSON.stringify([...gateway.lines, ...second.lines]);
    for (const canary of [secret, user.password, user.token, admin.password]) expect(logged).not.toContain(canary);
  });
});
