import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { migrate } from '@jobflow/read-model';
import { describedTables } from '@jobflow/read-model/entities';
import { expect, test } from 'vitest';
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
  const applied = await db.query<{ name: string }>('select name from jobflow_migrations');
  expect(applied.length).toBeGreaterThan(0);
  expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
  expect(await db.query('select 1 from read.runs')).toEqual([]);
});

test('a database that is away is told in one sentence that says what to do', async () => {
  const gone = migrate('postgres://nobody:secret@127.0.0.1:1/none');
  await expect(gone).rejects.toThrow(/^Postgres cannot be reached .+: check DATABASE_URL and that the server runs\.$/);
  await expect(gone).rejects.not.toThrow('secret');
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
