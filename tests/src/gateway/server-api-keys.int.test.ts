import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { AccessHouse, ME } from './access-house.js';
import type { GatewayHouse, GatewayProcess } from './server-process.js';

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

describe('an API key', () => {
  it('is shown once, stored hashed, and speaks for its role', async () => {
    const { secret, apiKey } = await home.newKey(root, 'name: "ci", role: USER, jobs: ["build", "test"]');
    expect(secret).toMatch(/^jfk_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}$/);
    expect(secret).toContain(apiKey.prefix);
    const [row] = await house.db.query('select * from gateway.api_keys where id = $1', [apiKey.id]);
    expect(JSON.stringify(row)).not.toContain(secret.split('_')[2]);
    const { data } = await gateway.ask(ME, {}, secret);
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
    const { secret, apiKey } = await home.newKey(root, 'name: "gone", role: VIEWER');
    for (const at of [gateway, second]) expect((await at.ask(ME, {}, secret)).data?.me).toBeTruthy();
    expect((await gateway.ask('mutation ($id: ID!) { revokeApiKey(id: $id) }', { id: apiKey.id }, root)).data).toEqual({
      revokeApiKey: true,
    });
    expect((await gateway.ask(ME, {}, secret)).code).toBe('UNAUTHENTICATED');
    await until(
      async () => (await second.ask(ME, {}, secret)).code === 'UNAUTHENTICATED',
      'the other gateway knows',
      5_000,
    );
    expect((await home.audited('apiKey.revoked'))[0]?.target).toBe(apiKey.id);
  });

  it('works no more within five seconds even if the gateway was not told', async () => {
    const { secret, apiKey } = await home.newKey(root, 'name: "quiet", role: VIEWER');
    expect((await gateway.ask(ME, {}, secret)).data?.me).toBeTruthy();
    await house.db.query('update gateway.api_keys set revoked_at = now() where id = $1', [apiKey.id]);
    await until(async () => (await gateway.ask(ME, {}, secret)).code === 'UNAUTHENTICATED', 'the key ends', 5_500);
  });

  it('ends at its time, and cannot be made for the past', async () => {
    const { secret } = await home.newKey(
      root,
      `name: "short", role: VIEWER, expiresAt: "${new Date(Date.now() + 1_500).toISOString()}"`,
    );
    expect((await gateway.ask(ME, {}, secret)).data?.me).toBeTruthy();
    await until(async () => (await gateway.ask(ME, {}, secret)).code === 'UNAUTHENTICATED', 'the key expires', 3_000);
    const past = await gateway.ask(
      'mutation { createApiKey(name: "x", role: VIEWER, expiresAt: "2020-01-01T00:00:00Z") { secret } }',
      {},
      root,
    );
    expect(past.error?.extensions.fields).toEqual({ expiresAt: expect.any(String) });
  });

  it('with a wrong secret, id or checksum is nobody', async () => {
    const { secret } = await home.newKey(root, 'name: "real", role: ADMIN');
    const other = (await home.newKey(root, 'name: "other", role: ADMIN')).secret;
    const [, id] = secret.split('_');
    const [, , theirs, crc] = other.split('_');
    for (const wrong of [
      `${secret}0`,
      secret.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
      `jfk_${id}_${theirs}_${crc}`,
      'jfk_',
      'jfk_a_b_c',
    ]) {
      expect((await gateway.ask(ME, {}, wrong)).code).toBe('UNAUTHENTICATED');
    }
  });

  it('can do no more than whoever makes it, then and later', async () => {
    const user = await home.newUser('USER');
    const create = (role: string, token: string) =>
      gateway.ask(`mutation { createApiKey(name: "k", role: ${role}) { secret } }`, {}, token);
    expect((await create('ADMIN', user.token)).code).toBe('FORBIDDEN');
    const viewer = await home.newUser('VIEWER');
    expect((await create('VIEWER', viewer.token)).code).toBe('FORBIDDEN');
    const { secret } = await home.newKey(user.token, 'name: "k", role: USER');
    const update =
      'mutation ($id: ID!, $role: Role, $disabled: Boolean) { updateUser(id: $id, role: $role, disabled: $disabled) { id } }';
    await gateway.ask(update, { id: user.id, role: 'VIEWER' }, root);
    expect((await gateway.ask(ME, {}, secret)).data?.me.role).toBe('VIEWER');
    await gateway.ask(update, { id: user.id, disabled: true }, root);
    expect((await gateway.ask(ME, {}, secret)).code).toBe('UNAUTHENTICATED');
  });

  it('that is limited to jobs cannot make one that is not', async () => {
    const { secret } = await home.newKey(root, 'name: "narrow", role: USER, jobs: ["a", "b"]');
    const create = (args: string) =>
      gateway.ask(`mutation { createApiKey(name: "k", role: USER${args}) { secret } }`, {}, secret);
    expect((await create('')).code).toBe('FORBIDDEN');
    expect((await create(', jobs: ["a", "c"]')).code).toBe('FORBIDDEN');
    expect((await create(', jobs: ["a"]')).data?.createApiKey.secret).toBeTruthy();
    expect((await create(', jobs: ["not a job!"]')).error?.extensions.fields).toEqual({ 'jobs.0': expect.any(String) });
  });

  it('of others is seen and revoked by admins only', async () => {
    const [ann, bob] = [await home.newUser('USER'), await home.newUser('USER')];
    const { apiKey } = await home.newKey(ann.token, 'name: "ann’s", role: USER');
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
    const { secret, apiKey } = await home.newKey(root, 'name: "used", role: VIEWER');
    const leaving = await house.start();
    await leaving.ask(ME, {}, secret);
    await leaving.stop();
    const [row] = await house.db.query<{ last_used_at: Date }>(
      'select last_used_at from gateway.api_keys where id = $1',
      [apiKey.id],
    );
    expect(Date.now() - (row?.last_used_at.getTime() ?? 0)).toBeLessThan(30_000);
  });
});
