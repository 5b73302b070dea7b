import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { migrate, openReadModel } from '@jobflow/read-model';
import { describedTables } from '@jobflow/read-model/entities';
import { describe, expect, it, test } from 'vitest';
import { until } from '../platform/backed.js';
import { projected } from './projected.js';

test('the entities describe the migrated tables, column for column', async () => {
  await using world = await projected();
  const { db } = await world.database('described');
  const rows = await db.query<{ table: string; columns: string[] }>(
    `select n.nspname || '.' || c.relname as table,
       array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where n.nspname in ('read', 'gateway', 'delivery') and c.relkind in ('r', 'p') and not c.relispartition and not a.attisdropped
     group by 1`,
  );
  const there = new Map(rows.map(({ table, columns }) => [table, columns.toSorted()]));
  expect(Object.fromEntries(describedTables())).toEqual(Object.fromEntries(there));
});

test('many processes may migrate at once, and again later', async () => {
  await using world = await projected();
  const { url, db } = await world.database('many');
  await db.query('drop schema read cascade');
  await db.query('drop schema gateway cascade');
  await db.query('drop schema delivery cascade');
  await db.query('drop table jobflow_migrations');
  await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
  await migrate(url);
  const folder = await readdir(new URL('../../../packages/read-model/src/migrations/', import.meta.url));
  const written = folder.filter((name) => /^\d{4}-/.test(name)).map((name) => name.replace(/\.ts$/, ''));
  const applied = await db.query<{ name: string }>('select name from jobflow_migrations');
  expect(applied.map(({ name }) => name).sort()).toEqual(written.sort());
  expect(await db.query('select 1 from read.runs')).toEqual([]);
});

test('a database that is away is told in one sentence that says what to do', async () => {
  const gone = migrate('postgres://nobody:secret@127.0.0.1:1/none');
  await expect(gone).rejects.toThrow(/^Postgres cannot be reached .+: check DATABASE_URL and that the server runs\.$/);
  await expect(gone).rejects.not.toThrow('secret');
});

describe('a service', () => {
  it('finds the newest migration by the name that the list of them has', async () => {
    await using world = await projected();
    const { url } = await world.database('newest');
    await (await openReadModel(url, { name: 'test' })).stop();
  });

  it('does not start on a database that is older than it is, and says what to do', async () => {
    await using world = await projected();
    const { url, db } = await world.database('older');
    const refused = async () => {
      const service = await world.project(url);
      expect(await service.stop()).toBe(1);
      await until(() => service.output().endsWith('\n'), 'it says why');
      return service.output();
    };
    const [gone] = await db.query<{ name: string }>(
      'delete from jobflow_migrations where name = (select max(name) from jobflow_migrations) returning name',
    );
    expect(await refused()).toMatch(
      new RegExp(`^The database is at \\S+, and this version needs ${gone?.name}: run \`jobflow migrate\` first\\.\n$`),
    );
    await db.query('drop table jobflow_migrations');
    expect(await refused()).toBe('The database has no Jobflow tables yet: run `jobflow migrate` first.\n');
  });

  it('is told of a user that may not read the tables', async () => {
    await using world = await projected();
    const { url, db } = await world.database('rights');
    await db.query("create role stranger login password 'secret'");
    const foreign = Object.assign(new URL(url), { username: 'stranger', password: 'secret' });
    await expect(openReadModel(foreign.href, { name: 'test' })).rejects.toThrow(
      /^The user in DATABASE_URL may not read the table jobflow_migrations: use the user that ran `jobflow migrate`/,
    );
  });

  it.each([
    [
      'a server that is not there',
      (url: URL) => (url.port = '1'),
      /: check that Postgres runs and that DATABASE_URL is right\.$/,
    ],
    ['a user it does not know', (url: URL) => (url.username = 'nobody'), /user or the password in DATABASE_URL/],
    ['a database it does not have', (url: URL) => (url.pathname = '/none'), /no such database/],
  ])('is told of %s', async (_, change, says) => {
    await using world = await projected();
    const url = new URL(world.backing.databaseUrl);
    change(url);
    const opened = openReadModel(url.href, { name: 'test' });
    await expect(opened).rejects.toThrow(says);
    if (url.password) await expect(opened).rejects.not.toThrow(url.password);
  });
});

test('services load no MikroORM with the read model', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ resolve(name, context, next) { const found = next(name, context); loaded.push(found.url); return found; } });
    await import('@jobflow/read-model');
    console.log(JSON.stringify(loaded));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
  });
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded.some((url) => url.includes('/pg/'))).toBe(true);
  expect(loaded.filter((url) => url.includes('mikro-orm'))).toEqual([]);
});
