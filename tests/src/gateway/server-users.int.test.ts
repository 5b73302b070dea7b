import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessHouse, ME } from './access-house.js';
import { admin, type GatewayHouse, type GatewayProcess } from './server-process.js';

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
    const { token } = await home.newUser('USER');
    expect((await gateway.ask(create, { e: 'x@example.com', p: 'long enough' }, token)).code).toBe('FORBIDDEN');
    const { data } = await gateway.ask('{ users { email } }', {}, root);
    expect(data?.users.map((user: { email: string }) => user.email)).toContain('new@example.com');
  });

  it('lose a role at once', async () => {
    const { id, token } = await home.newUser('ADMIN');
    expect((await gateway.ask('{ users { id } }', {}, token)).data?.users).toBeTruthy();
    expect((await gateway.ask(update, { id, role: 'VIEWER' }, root)).data?.updateUser).toMatchObject({
      role: 'VIEWER',
      disabled: false,
    });
    expect((await gateway.ask('{ users { id } }', {}, token)).code).toBe('FORBIDDEN');
  });

  it('that are disabled, or given a new password, lose their sessions', async () => {
    const off = await home.newUser('USER');
    await gateway.ask(update, { id: off.id, disabled: true }, root);
    expect((await gateway.ask(ME, {}, off.token)).code).toBe('UNAUTHENTICATED');
    await gateway.ask(update, { id: off.id, disabled: false }, root);
    expect((await home.refreshWith(off.cookie)).code).toBe('UNAUTHENTICATED');
    const reset = await home.newUser('USER');
    await gateway.ask(update, { id: reset.id, password: 'set by the admin' }, root);
    expect((await gateway.ask(ME, {}, reset.token)).code).toBe('UNAUTHENTICATED');
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
    const peer = await home.newUser('ADMIN');
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
    const { secret } = await home.newKey(root, 'name: "canary", role: USER');
    const user = await home.newUser('USER', 'canary password 123');
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
