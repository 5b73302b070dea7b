import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import type { Loose } from '../system/api-client.js';
import { type JobHouse, openJobHouse } from './job-house.js';

let house: JobHouse;
const password = `pw-${randomUUID()}`;

beforeAll(async () => {
  house = await openJobHouse();
  await house.executor();
  const { db, backing } = house.domain.house;
  await db.query('create schema shop');
  await db.query(
    'create table shop.orders (id bigint generated always as identity primary key, who text, total numeric)',
  );
  await db.query(`insert into shop.orders (who, total) select 'who ' || n, n from generate_series(1, 5000) n`);
  await db.query(`create role clerk login password '${password}'`);
  await db.query('grant usage on schema shop to clerk');
  await db.query('grant all on all tables in schema shop to clerk');
  const url = new URL(backing.databaseUrl);
  url.username = 'clerk';
  url.password = password;
  await house.setSecret('shop', url.href, 'the shop’s database');
});
afterAll(() => house?.[Symbol.asyncDispose]());

const sql = (query: string, more: Record<string, unknown> = {}, input: unknown = {}): Promise<Loose> =>
  house.run({ kind: 'SQL', spec: { connection: 'shop', query, ...more } }, input);
const count = async (what: string) => {
  const [row] = await house.domain.house.db.query<{ n: number }>(`select count(*)::int as n from ${what}`);
  return row?.n ?? -1;
};
const running = (mark: string) =>
  count(`pg_stat_activity where pid <> pg_backend_pid() and state = 'active' and query like '%${mark}%'`);

describe('an SQL job', () => {
  it('gives columns and rows, with input only ever as values', async () => {
    const hostile = `x'; drop table shop.orders; --`;
    const { status, result } = await sql(
      'select $1::text as given, $2::int + 1 as next, $3::jsonb as doc, $4::int[] as list, now() as at',
      { params: ['{{input.name}}', '{{input.n}}', '{{input.doc}}', '{{input.list}}'] },
      { name: hostile, n: 41, doc: { a: [1] }, list: [1, 2] },
    );
    expect(status).toBe('SUCCEEDED');
    expect(result).toMatchObject({
      columns: ['given', 'next', 'doc', 'list', 'at'],
      rows: [{ given: hostile, next: 42, doc: { a: [1] }, list: [1, 2] }],
      rowCount: 1,
      truncated: false,
    });
    expect(result.rows[0].at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('keeps a thousand rows, or as many as it says, or as many bytes, and tells that there were more', async () => {
    const all = await sql('select id, who from shop.orders order by id');
    expect(all.result).toMatchObject({ rowCount: 1000, truncated: true });
    expect(all.result.rows).toHaveLength(1000);
    const few = await sql('select id from shop.orders order by id', { maxRows: 3 });
    expect(few.result).toMatchObject({ rows: [{ id: 1 }, { id: 2 }, { id: 3 }], rowCount: 3, truncated: true });
    const exact = await sql('select id from shop.orders where id <= 3', { maxRows: 3 });
    expect(exact.result).toMatchObject({ rowCount: 3, truncated: false });
    const wide = await sql(`select repeat('x', 10000) as wide from shop.orders`);
    expect(wide.result.truncated).toBe(true);
    expect(JSON.stringify(wide.result).length).toBeLessThan(241 * 1024);
    expect(wide.result.rows.length).toBeGreaterThan(20);
  });

  it('reads no more of an endless result than it keeps', async () => {
    const { result } = await sql('select generate_series(1, 1000000000000) as n', { maxRows: 5 });
    expect(result).toMatchObject({ rowCount: 5, truncated: true });
    const huge = await sql(`select repeat('x', 200000000) as huge`);
    expect(huge).toMatchObject({ status: 'FAILED', error: { code: 'RESULT_TOO_LARGE', retryable: false } });
  });

  it.each([
    [`insert into shop.orders (who) values ('intruder')`, 'SQL_25006'],
    [`commit; insert into shop.orders (who) values ('intruder')`, 'SQL_42601'],
    ['set transaction read write', 'SQL_25001'],
    [`select set_config('transaction_read_only', 'off', true)`, 'SQL_25001'],
    [`do $$ begin commit; insert into shop.orders (who) values ('intruder'); end $$`, 'SQL_2D000'],
    [`with new as (insert into shop.orders (who) values ('intruder') returning 1) select * from new`, 'SQL_25006'],
  ])('cannot change anything unless it may: %s', async (query, code) => {
    expect(await sql(query)).toMatchObject({ status: 'FAILED', error: { code, retryable: false } });
    expect(await count(`shop.orders where who = 'intruder'`)).toBe(0);
  });

  it('can change what it may change, and tells how much', async () => {
    const inserted = await sql(
      'insert into shop.orders (who, total) values ($1, 1), ($1, 2) returning who',
      { readOnly: false, params: ['{{input.who}}'] },
      { who: 'Grace' },
    );
    expect(inserted.result).toMatchObject({ rows: [{ who: 'Grace' }, { who: 'Grace' }], rowCount: 2 });
    const updated = await sql(`update shop.orders set total = 3 where who = 'Grace'`, { readOnly: false });
    expect(updated.result).toEqual({ columns: [], rows: [], rowCount: 2, truncated: false });
    expect(await count(`shop.orders where who = 'Grace' and total = 3`)).toBe(2);
  });

  it('says what Postgres says, without its password', async () => {
    expect(await sql('select * from shop.nothing')).toMatchObject({
      error: { code: 'SQL_42P01', retryable: false, message: expect.stringContaining('"shop.nothing" does not exist') },
    });
    const wrong = new URL(house.domain.house.backing.databaseUrl);
    wrong.username = 'clerk';
    wrong.password = 'not-the-password';
    await house.setSecret('wrong', wrong.href);
    const refused = await house.run({ kind: 'SQL', spec: { connection: 'wrong', query: 'select 1' } });
    expect(refused).toMatchObject({ error: { code: 'SQL_28P01', retryable: false } });
    expect(JSON.stringify(refused)).not.toContain('not-the-password');
  });

  it('is not let to an address that may not be called, nor to none', async () => {
    await house.setSecret('metadata', 'postgres://a:canary-pw@169.254.169.254/x');
    expect(await house.run({ kind: 'SQL', spec: { connection: 'metadata', query: 'select 1' } })).toMatchObject({
      error: { code: 'FORBIDDEN_ADDRESS', retryable: false },
    });
    await house.setSecret('nonsense', 'canary-nonsense');
    const read = await house.run({ kind: 'SQL', spec: { connection: 'nonsense', query: 'select 1' } });
    expect(read.error).toMatchObject({ code: 'BAD_CONNECTION' });
    expect(read.error.message).not.toContain('canary');
    await house.setSecret('away', 'postgres://a:canary-pw@127.0.0.1:1/x');
    expect(await house.run({ kind: 'SQL', spec: { connection: 'away', query: 'select 1' } })).toMatchObject({
      error: { code: 'ECONNREFUSED', retryable: true },
    });
  });

  it('is ended from outside at its time limit, whatever it has set', async () => {
    const started = Date.now();
    const ended = await sql('select pg_sleep(60), $1::text as mark_timeout', { timeoutMs: 700, params: ['x'] });
    expect(ended).toMatchObject({ status: 'FAILED', error: { code: 'TIMEOUT' } });
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(await running('mark_timeout')).toBe(0);
  });

  it('is ended within a second when its run is cancelled, also one that heeds no cancellation', async () => {
    const deaf = `do $$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $$`;
    for (const [query, mark] of [
      ['select pg_sleep(60) as mark_plain', 'mark_plain'],
      [deaf, 'when query_canceled'],
    ] as const) {
      const job = await house.define({ kind: 'SQL', spec: { connection: 'shop', query } });
      const runId = await house.start(job);
      await until(async () => (await running(mark)) === 1, `the query ${mark} runs`);
      const cancelled = Date.now();
      await house.api.must('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: runId });
      await until(async () => (await running(mark)) === 0, `the query ${mark} is gone`);
      expect(Date.now() - cancelled).toBeLessThan(1_500);
      expect(await house.ended(runId)).toMatchObject({ status: 'CANCELLED' });
    }
  });
});
