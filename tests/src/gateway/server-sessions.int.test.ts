import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { AccessHouse, LOGIN, ME } from './access-house.js';
import { cookieOf, type GatewayProcess } from './server-process.js';

let home: AccessHouse;
let gateway: GatewayProcess;
let second: GatewayProcess;
let root: string;
beforeAll(async () => {
  home = await AccessHouse.open();
  ({ gateway, second, root } = home);
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('a session', () => {
  it('is renewed by its cookie, each time with a new one', async () => {
    const { cookie, email } = await home.newUser('USER');
    const first = await home.refreshWith(cookie);
    expect(first.data?.refresh.user.email).toBe(email);
    const next = cookieOf(first.response);
    expect(next).toBeTruthy();
    expect(next).not.toBe(cookie);
    expect((await home.refreshWith(next ?? '', second)).data?.refresh.accessToken).toBeTruthy();
  });

  it('ends, with every token of it, when an old cookie comes back', async () => {
    const { cookie, token } = await home.newUser('USER');
    const next = cookieOf((await home.refreshWith(cookie)).response) ?? '';
    const stolen = await home.refreshWith(cookie);
    expect(stolen.code).toBe('UNAUTHENTICATED');
    expect((await home.refreshWith(next)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(ME, {}, token)).code).toBe('UNAUTHENTICATED');
    expect(await home.audited('session.reused')).not.toEqual([]);
  });

  it('is renewed for one of two who send the same cookie at the same moment', async () => {
    const { cookie } = await home.newUser('USER');
    const answers = await Promise.all([home.refreshWith(cookie), home.refreshWith(cookie)]);
    expect(answers.filter(({ data }) => data?.refresh)).toHaveLength(1);
  });

  it('cannot be renewed from another site, without a cookie, or with a made-up one', async () => {
    const { cookie } = await home.newUser('USER');
    expect((await home.refreshWith(cookie, gateway, { origin: 'https://evil.example' })).code).toBe('FORBIDDEN');
    expect((await home.refreshWith(cookie)).data?.refresh).toBeTruthy();
    for (const made of [
      '',
      'jobflow_refresh=',
      'jobflow_refresh=x.y',
      `jobflow_refresh=${crypto.randomUUID()}.${'a'.repeat(43)}`,
    ]) {
      expect((await home.refreshWith(made)).code).toBe('UNAUTHENTICATED');
    }
  });

  it('ends with a logout: its cookie at once, its token at once here and within five seconds elsewhere', async () => {
    const { cookie, token } = await home.newUser('USER');
    expect((await second.ask(ME, {}, token)).data?.me).toBeTruthy();
    const out = await gateway.ask('mutation { logout }', {}, token, { cookie });
    expect(out.data).toEqual({ logout: true });
    expect(out.response.headers.getSetCookie()[0]).toMatch(/^jobflow_refresh=;/);
    expect((await home.refreshWith(cookie)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(ME, {}, token)).code).toBe('UNAUTHENTICATED');
    await until(
      async () => (await second.ask(ME, {}, token)).code === 'UNAUTHENTICATED',
      'the other gateway knows',
      5_000,
    );
  });

  it('of whoever has a foreign or broken token is none', async () => {
    const [head, body] = root.split('.');
    for (const token of ['x', `${head}.${body}.`, `${root}x`, `${head}.${body}.${'A'.repeat(43)}`]) {
      expect((await gateway.ask(ME, {}, token)).code).toBe('UNAUTHENTICATED');
    }
    expect((await gateway.ask('{ system { name limits } }', {}, 'x')).data).toEqual({
      system: { name: 'Jobflow', limits: null },
    });
  });
});

describe('one’s own account', () => {
  it('keeps preferences as a merge patch', async () => {
    const { token } = await home.newUser('VIEWER');
    const set = 'mutation ($p: JSON!) { setPreferences(preferences: $p) { preferences } }';
    await gateway.ask(set, { p: { theme: 'dark', columns: { runs: ['id'] } } }, token);
    const { data } = await gateway.ask(set, { p: { theme: null, columns: { jobs: ['name'] } } }, token);
    expect(data?.setPreferences.preferences).toEqual({ columns: { runs: ['id'], jobs: ['name'] } });
    expect((await gateway.ask(ME, {}, token)).data?.me.preferences).toEqual(data?.setPreferences.preferences);
    expect((await gateway.ask(set, { p: 'dark' }, token)).code).toBe('BAD_USER_INPUT');
    expect((await gateway.ask(set, { p: { big: 'x'.repeat(40_000) } }, token)).code).toBe('BAD_USER_INPUT');
  });

  it('gets a new password only for the old one, and then no other session is left', async () => {
    const user = await home.newUser('USER');
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
    expect((await gateway.ask(ME, {}, user.token)).data?.me).toBeTruthy();
    expect((await gateway.ask(ME, {}, other.token)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(LOGIN, user)).code).toBe('UNAUTHENTICATED');
    expect((await gateway.ask(LOGIN, { ...user, password: 'another password' })).data?.login).toBeTruthy();
  });
});
