import { randomUUID } from 'node:crypto';
import { live } from '@jobflow/contracts';
import { createSealedReader } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../gateway/domain-house.js';
import { until } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { startLocalServer } from '../system/local-server.js';
import { type JobHouse, openJobHouse } from './job-house.js';

let house: JobHouse;
beforeAll(async () => {
  house = await openJobHouse();
  await house.executor();
});
afterAll(() => house?.[Symbol.asyncDispose]());

const CREATE = 'mutation ($input: JobInput!) { createJob(input: $input) { name } }';
const UPDATE = 'mutation ($name: String!, $input: JobUpdateInput!) { updateJob(name: $name, input: $input) { name } }';
const SET =
  'mutation ($name: String!, $value: String!, $description: String) { setSecret(name: $name, value: $value, description: $description) { name description updatedBy usedBy } }';
const DELETE = 'mutation ($name: String!) { deleteSecret(name: $name) }';
const LIST = '{ secrets { name description updatedAt updatedBy usedBy } }';

describe('secrets', () => {
  it('are listed with who uses them and never with a value, in the order of their names', async () => {
    await house.setSecret('list.b', 'value-of-b');
    expect(await house.setSecret('list.a', 'value-of-a', 'for listing')).toMatchObject({ usedBy: [] });
    const job = await house.define({ kind: 'SHELL', spec: { script: 'true', env: { T: '{{secrets.list.a}}' } } });
    const { secrets } = await house.api.must(LIST);
    const mine = secrets.filter(({ name }: { name: string }) => name.startsWith('list.'));
    expect(mine).toMatchObject([
      { name: 'list.a', description: 'for listing', usedBy: [job] },
      { name: 'list.b', description: null, usedBy: [] },
    ]);
    expect(JSON.stringify(secrets)).not.toContain('value-of');
    expect(await house.setSecret('list.a', 'another')).toMatchObject({ description: 'for listing', usedBy: [job] });
  });

  it('are sealed where they are kept, and apart from those of channels', async () => {
    await house.setSecret('kept', 'value-to-seal');
    const { createChannel } = await house.api.must(
      'mutation ($input: ChannelInput!) { createChannel(input: $input) { secret channel { id } } }',
      { input: { name: 'c', kind: 'WEBHOOK', url: 'http://127.0.0.1:9/x', rules: [] } },
    );
    const channel = `channel:${createChannel.channel.id}`;
    const { db, link } = house.domain.house;
    const rows = await db.query<{ name: string; sealed: string }>('select name, sealed from gateway.secrets');
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['kept', channel]));
    expect(JSON.stringify(rows)).not.toContain('value-to-seal');
    const { secrets } = await house.api.must(LIST);
    expect(JSON.stringify(secrets)).not.toContain(channel);
    expect(await refusal(house.api, DELETE, { name: channel })).toMatchObject({ code: 'NOT_FOUND' });
    const { publicKey } = createSealedReader();
    const asked = await link.nc.request(live.secret, JSON.stringify({ name: channel, publicKey }), { timeout: 5_000 });
    expect(asked.json()).toEqual({ ok: false, reason: 'bad-request' });
  });

  it.each([
    [{ name: 'a:b', value: 'x' }, 'name'],
    [{ name: 'a', value: '' }, 'value'],
    [{ name: 'a', value: 'x'.repeat(64 * 1024 + 1) }, 'value'],
    [{ name: 'a', value: 'x', description: 'x'.repeat(1_001) }, 'description'],
  ])('that make no sense are refused with the path of the field: %#', async (variables, field) => {
    const refused = await refusal(house.api, SET, variables);
    expect(refused.code).toBe('BAD_USER_INPUT');
    expect(Object.keys(refused.fields ?? {})).toEqual([field]);
  });

  it('that do not exist cannot be named by a job, which is told where it does; another change of it still goes', async () => {
    const spec = {
      url: 'https://example.com/{{secrets.nope}}',
      headers: { authorization: 'Bearer {{secrets.nope2}}' },
    };
    const refused = await refusal(house.api, CREATE, { input: { name: 'nameless', kind: 'HTTP', spec } });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(Object.keys(refused.fields ?? {}).sort()).toEqual(['spec.headers.authorization', 'spec.url']);
    const sql = { connection: 'nope', query: 'select 1' };
    expect(await refusal(house.api, CREATE, { input: { name: 'n', kind: 'SQL', spec: sql } })).toMatchObject({
      fields: { 'spec.connection': expect.stringContaining('"nope"') },
    });
    await house.setSecret('lost', 'value');
    const job = await house.define({ kind: 'HTTP', spec: { url: 'https://example.com/{{secrets.lost}}' } });
    await house.domain.house.db.query(`delete from gateway.secrets where name = 'lost'`);
    await house.api.must(UPDATE, { name: job, input: { enabled: false } });
    expect(await refusal(house.api, UPDATE, { name: job, input: { spec } })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('are not deleted while a job uses them; the refusal names the jobs', async () => {
    await house.setSecret('in-use', 'value');
    const job = await house.define({ kind: 'SQL', spec: { connection: 'in-use', query: 'select 1' } });
    expect(await refusal(house.api, DELETE, { name: 'in-use' })).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(job),
    });
    await house.api.must('mutation ($name: String!) { deleteJob(name: $name) }', { name: job });
    expect(await house.api.must(DELETE, { name: 'in-use' })).toEqual({ deleteSecret: true });
    expect(await refusal(house.api, DELETE, { name: 'in-use' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are set and deleted by admins alone, and the audit log has who did, never what', async () => {
    await house.setSecret('audited', 'value-audited');
    await house.setSecret('audited', 'value-audited-2');
    await house.api.must(DELETE, { name: 'audited' });
    const rows = await house.domain.house.db.query<{ action: string; target: string; detail: unknown }>(
      `select * from gateway.audit where target = 'audited' order by id`,
    );
    expect(rows.map(({ action }) => action)).toEqual(['secret.created', 'secret.updated', 'secret.deleted']);
    expect(JSON.stringify(rows)).not.toContain('value-audited');
    const email = 'user@example.com';
    await house.api.must(
      'mutation ($email: String!, $password: String!) { createUser(email: $email, password: $password, role: USER) { id } }',
      { email, password: 'correct horse' },
    );
    using user = new ApiClient(house.domain.gateway.url);
    await user.signIn(email, 'correct horse');
    expect(await refusal(user, SET, { name: 'x', value: 'y' })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusal(user, DELETE, { name: 'x' })).toMatchObject({ code: 'FORBIDDEN' });
    expect((await user.must(LIST)).secrets).toBeInstanceOf(Array);
  });
});

describe('a thousand secrets', () => {
  it('are as many as there can be; those there are can still be changed', async () => {
    const { db } = house.domain.house;
    await house.setSecret('one-of-many', 'value');
    await db.query(
      `insert into gateway.secrets (name, sealed, updated_at) select 'fill-' || n, 'x', now() from generate_series(1, 1000) n`,
    );
    expect(await refusal(house.api, SET, { name: 'too-many', value: 'x' })).toMatchObject({ code: 'CONFLICT' });
    expect(await house.setSecret('one-of-many', 'another')).toMatchObject({ name: 'one-of-many' });
    await db.query(`delete from gateway.secrets where name like 'fill-%'`);
  });
});

describe('a run that uses a secret', () => {
  it('gets it in the executor, and tells it nowhere', async () => {
    const token = `tok-${randomUUID()}`;
    await house.setSecret('api-token', token);
    await using server = await startLocalServer(({ headers }) => ({ body: { saw: headers.authorization } }));
    const http = await house.run({
      kind: 'HTTP',
      spec: { url: server.url, headers: { authorization: 'Bearer {{secrets.api-token}}' } },
    });
    expect(http).toMatchObject({ status: 'SUCCEEDED', result: { body: { saw: 'Bearer ***' } } });
    const python = await house.run({
      kind: 'PYTHON',
      spec: {
        script: 'import os, json; t = os.environ["T"]; print(t); print(json.dumps({"t": t, "n": len(t)}))',
        env: { T: '{{secrets.api-token}}' },
      },
    });
    expect(python.result).toEqual({ t: '***', n: token.length });
    const shell = await house.run({
      kind: 'SHELL',
      spec: { script: 'echo "$1 is wrong" >&2; exit 1', args: ['{{secrets.api-token}}'] },
    });
    expect(shell.error.message).toBe('The script ended with exit code 1: *** is wrong');
  });

  it('gets it in JavaScript when it asks for it, and tells it nowhere', async () => {
    const token = `tok-${randomUUID()}`;
    await house.setSecret('js-token', token);
    const begin = 'async (input, { secret, log, progress, noRetry }) => { const t = await secret("js-token");';
    const code = `${begin} log("with " + t); console.log(t); progress(50, t); return { t, n: t.length, [t]: btoa(t) } }`;
    const told = await house.run({ kind: 'JAVASCRIPT', spec: { code } });
    expect(told).toMatchObject({ status: 'SUCCEEDED', result: { t: '***', n: token.length, '***': '***' } });
    const failed = await house.run({ kind: 'JAVASCRIPT', spec: { code: `${begin} noRetry("bad " + t, t) }` } });
    expect(failed).toMatchObject({ status: 'FAILED', error: { message: 'bad ***' } });
    const LIFE =
      'query ($ids: [ID!]) { runs(filter: { ids: $ids }) { nodes { result progressMessage error { message stack code } logs(first: 20) { message } timeline(last: 20) { message data } } } }';
    const ask = async () => JSON.stringify(await house.api.must(LIFE, { ids: [told.id, failed.id] }));
    await until(async () => (await ask()).includes('with ***'), 'its log is there');
    expect(await ask()).not.toContain(token);
    const missing = await house.run({
      kind: 'JAVASCRIPT',
      spec: { code: 'return await context.secret("no-such")' },
      retry: { maxAttempts: 5 },
    });
    expect(missing).toMatchObject({
      status: 'FAILED',
      attempt: 1,
      error: {
        code: 'SECRET_MISSING',
        message: expect.stringContaining('"no-such": an admin can add it with setSecret'),
      },
    });
  });

  it('fails for good, naming it, if it is gone', async () => {
    await house.setSecret('gone', 'value');
    const job = await house.define({
      kind: 'SHELL',
      spec: { script: 'true', env: { T: '{{secrets.gone}}' } },
      retry: { maxAttempts: 5 },
    });
    await house.domain.house.db.query(`delete from gateway.secrets where name = 'gone'`);
    expect(await house.ended(await house.start(job))).toMatchObject({
      status: 'FAILED',
      attempt: 1,
      error: { code: 'SECRET_MISSING', retryable: false, message: expect.stringContaining('"gone"') },
    });
  });
});
