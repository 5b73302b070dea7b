import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessHouse, LOGIN } from './access-house.js';
import { admin, cookieOf, type GatewayHouse, type GatewayProcess } from './server-process.js';

let home: AccessHouse;
let house: GatewayHouse;
let gateway: GatewayProcess;
let second: GatewayProcess;
let root: string;
beforeAll(async () => {
  home = await AccessHouse.open();
  ({ house, gateway, second, root } = home);
});
afterAll(() => home?.[Symbol.asyncDispose]());

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
    const { data, response } = await gateway.ask(LOGIN, {
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
    const { response } = await secure.ask(LOGIN, admin);
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-jobflow_refresh=.*; Path=\/;.*HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(response.headers.get('strict-transport-security')).toBeTruthy();
    await secure.stop();
  });

  it('says the same of a wrong password, an unknown user and a disabled one', async () => {
    const gone = await home.newUser('USER');
    await gateway.ask(
      'mutation ($id: ID!) { updateUser(id: $id, disabled: true) { disabled } }',
      { id: gone.id },
      root,
    );
    const answers = await Promise.all([
      gateway.ask(LOGIN, { email: admin.email, password: 'wrong' }),
      gateway.ask(LOGIN, { email: 'nobody@example.com', password: 'wrong' }),
      gateway.ask(LOGIN, gone),
    ]);
    expect(new Set(answers.map(({ code, error }) => `${code} ${error?.message}`))).toEqual(
      new Set(['UNAUTHENTICATED The email or the password is wrong.']),
    );
    expect(answers.every(({ data, response }) => data?.login === null && !cookieOf(response))).toBe(true);
    expect((await home.audited('login.failed')).map(({ target }) => target)).toContain('nobody@example.com');
  });

  it('takes as long for an unknown user as for a wrong password', async () => {
    const time = async (email: string) => {
      const times: number[] = [];
      for (let n = 0; n < 7; n++) {
        const began = performance.now();
        await gateway.ask(LOGIN, { email: email.replace('#', String(n)), password: 'wrong' });
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b)[3] ?? 0;
    };
    const { email } = await home.newUser('USER');
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
    const victim = await home.newUser('USER');
    const codes: unknown[] = [];
    for (let n = 0; n < 12; n++)
      codes.push((await gateway.ask(LOGIN, { email: victim.email, password: `guess ${n}` })).code);
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('UNAUTHENTICATED'));
    expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    const held = await second.ask(LOGIN, victim);
    expect(held.code).toBe('RATE_LIMITED');
    expect(held.error?.extensions).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) });
    expect(Number(held.response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await gateway.ask(LOGIN, admin)).data?.login.user.role).toBe('ADMIN');
  });

  it('is never held up for people who know their password, not even thirty times at once', async () => {
    const { email, password } = await home.newUser('VIEWER');
    const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.ask(LOGIN, { email, password })));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined]));
  });
});
