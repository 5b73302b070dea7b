import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { LiveHouse } from './live-house.js';
import type { Answer, GatewayHouse } from './server-process.js';

let home: LiveHouse;
let house: GatewayHouse;
let root: string;
beforeAll(async () => {
  home = await LiveHouse.open();
  ({ house, root } = home);
});
afterEach(() => home.leave());
afterAll(() => home?.[Symbol.asyncDispose]());

describe('writes', () => {
  const write = 'mutation { setPreferences(preferences: {}) { id } }';

  it('are limited per client and minute, counted over all gateways; reads are not', async () => {
    const limited = { JOBFLOW_RATE_LIMIT: '6' };
    const [one, other] = await Promise.all([house.start(limited), house.start(limited)]);
    const user = await home.newUser('USER');
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
    const socket = await home.openSocket(one);
    await socket.init(user.token);
    socket.subscribe('w', write);
    expect(((await socket.next('w', 'error')) as unknown as Answer['errors'])?.[0]?.extensions.code).toBe(
      'RATE_LIMITED',
    );
    await Promise.all([one.stop(), other.stop()]);
  });

  it('are not limited while Redis is away, which health says; sign-ins still are', async () => {
    const limited = await house.start({ JOBFLOW_RATE_LIMIT: '2' });
    const user = await home.newUser('USER');
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
