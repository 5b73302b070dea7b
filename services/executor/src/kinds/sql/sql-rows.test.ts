import { describe, expect, it } from 'vitest';
import { columnTypes } from './column-value.js';
import { SqlRows } from './sql-rows.js';

describe('the rows of an SQL job', () => {
  it('are kept up to a number of rows, and tell that there were more', () => {
    const rows = new SqlRows(2);
    rows.named(['n']);
    expect(rows.wanted).toBe(3);
    for (const n of [1, 2]) rows.add([n]);
    expect([rows.truncated, rows.wanted]).toEqual([false, 1]);
    rows.add([3]);
    expect(rows).toMatchObject({ truncated: true, rows: [{ n: 1 }, { n: 2 }] });
  });

  it('are kept up to a number of bytes', () => {
    const rows = new SqlRows(1_000, 1_000);
    rows.named(['text']);
    for (let n = 0; n < 100; n++) rows.add(['x'.repeat(90)]);
    expect(rows.truncated).toBe(true);
    expect(Buffer.byteLength(JSON.stringify({ columns: rows.columns, rows: rows.rows }))).toBeLessThan(1_040);
    const one = new SqlRows(10, 1_000);
    one.named(['text']);
    one.add(['x'.repeat(5_000)]);
    expect(one).toMatchObject({ truncated: true, rows: [] });
  });

  it('keep every column, also two of one name', () => {
    const rows = new SqlRows(10);
    rows.named(['id', 'id', 'id_2']);
    rows.add([1, 2, null]);
    expect(rows.rows).toEqual([{ id: 1, id_2: 2, id_2_2: null }]);
  });

  it.each<[number, string, unknown]>([
    [16, 't', true],
    [20, '42', 42],
    [20, '9223372036854775807', '9223372036854775807'],
    [23, '-7', -7],
    [701, '1.5', 1.5],
    [701, 'NaN', 'NaN'],
    [1700, '12345678901234567890.10', '12345678901234567890.10'],
    [3802, '{"a": [1]}', { a: [1] }],
    [1184, '2026-11-27 22:05:03.123+00', '2026-11-27T22:05:03.123Z'],
    [1184, '2026-11-27 22:05:03+05:30', '2026-11-27T16:35:03.000Z'],
    [1184, 'infinity', 'infinity'],
    [1114, '2026-11-27 22:05:03', '2026-11-27 22:05:03'],
    [1007, '{1,NULL,3}', [1, null, 3]],
    [1009, '{a,"b c"}', ['a', 'b c']],
    [17, '\\x00ff', '\\x00ff'],
  ])('have JSON values: type %i, %s', (oid, text, value) => {
    expect(columnTypes.getTypeParser(oid, 'text')(text)).toEqual(value);
  });
});
