import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackingServices } from '@jobflow/cli';
import { createDb, type DbSession, fieldColumns } from '@jobflow/read-model';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COLUMNS = fieldColumns<Record<string, unknown>>(
  `n int, a_uuid uuid, a_text text, a_smallint smallint, a_bigint bigint, a_real real, a_bool bool, a_json json,
  a_texts texts, a_uuids uuids, an_instant instant`,
);

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.string({ unit: 'binary', maxLength: 80 });
const row = fc.record({
  a_uuid: maybe(fc.uuid()),
  a_text: maybe(text),
  a_smallint: maybe(fc.integer({ min: -32_767, max: 32_767 })),
  a_bigint: maybe(fc.maxSafeInteger()),
  a_real: maybe(fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) })),
  a_bool: maybe(fc.boolean()),
  a_json: maybe(fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })),
  a_texts: maybe(fc.array(text, { maxLength: 4 })),
  a_uuids: maybe(fc.array(fc.uuid(), { maxLength: 3 })),
  an_instant: maybe(fc.integer({ min: 0, max: 9_999_999_999_999 })),
});

/** As Postgres keeps text: without NUL, lone surrogates replaced. */
const kept = (value: string) => value.toWellFormed().replaceAll('\0', '\ufffd');

describe('rows that are copied into Postgres', () => {
  let session: DbSession;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-copy-'));
    const backing = await startBackingServices({ dataDir, only: ['postgres'], fsync: false });
    const db = await createDb(backing.databaseUrl, { name: 'test', max: 1 });
    session = await db.session();
    await session.query(`create table copied (n int primary key, a_uuid uuid, a_text text, a_smallint smallint, a_bigint bigint,
      a_real real, a_bool boolean, a_json json, a_texts text[], a_uuids uuid[], an_instant timestamptz)`);
    stop = async () => {
      await session.end();
      await db.stop();
      await backing.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
  });
  afterAll(() => stop());

  it('are there as they were given, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        await session.query('truncate copied');
        await session.copy(
          'copied',
          COLUMNS,
          rows.map((given, n) => ({ n, ...given })),
        );
        const back = await session.query<Record<string, unknown>>(
          'select *, a_json::text as a_json, extract(epoch from an_instant) * 1000 as an_instant from copied order by n',
        );
        const wanted = rows.map((given, n) => ({
          n,
          a_uuid: given.a_uuid ?? null,
          a_text: given.a_text === undefined ? null : kept(given.a_text),
          a_smallint: given.a_smallint ?? null,
          a_bigint: given.a_bigint ?? null,
          a_real: given.a_real ?? null,
          a_bool: given.a_bool ?? null,
          a_json: given.a_json === undefined ? null : JSON.stringify(given.a_json),
          a_texts: given.a_texts?.map(kept) ?? null,
          a_uuids: given.a_uuids ?? null,
          an_instant: given.an_instant ?? null,
        }));
        expect(back.map((r) => ({ ...r, a_real: r.a_real === null ? null : Math.fround(r.a_real as number) }))).toEqual(
          wanted,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('may be more and larger than one buffer', async () => {
    await session.query('truncate copied');
    const rows = Array.from({ length: 500 }, (_, n) => ({ n, a_text: 'ü'.repeat(n * 10), a_json: { n } }));
    await session.copy('copied', COLUMNS, rows);
    const [sum] = await session.query('select count(*) as n, sum(length(a_text)) as length from copied');
    expect(sum).toEqual({ n: 500, length: (500 * 499 * 10) / 2 });
  });

  it('are none of them there when one is refused, here or by the server, and the session goes on', async () => {
    await session.query('truncate copied');
    await expect(session.copy('copied', COLUMNS, [{ n: 1 }, { n: 1 }])).rejects.toMatchObject({ code: '23505' });
    await expect(session.copy('copied', COLUMNS, [{ n: 1 }, { n: 2, a_smallint: 40_000 }])).rejects.toThrow(
      'a_smallint: 40000 does not fit a smallint',
    );
    await expect(session.copy('copied', COLUMNS, [{ n: 1, a_uuid: 'no' }])).rejects.toThrow('"no" is no UUID');
    expect(await session.query('select n from copied')).toEqual([]);
  });
});
