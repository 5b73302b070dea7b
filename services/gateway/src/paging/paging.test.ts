import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkFirst } from './check-first.js';
import { anywhere, Conditions } from './conditions.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { afterCursor, orderBy } from './keyset.js';
import { pageOf } from './page-of.js';
import { selectedFields } from './selected-fields.js';

const fieldsOf = (act: () => unknown): string[] => {
  try {
    act();
  } catch (error) {
    return Object.keys((error as { extensions: { fields: object } }).extensions.fields);
  }
  return [];
};

describe('a cursor', () => {
  it('comes back as it was, and only to the list it is of', () => {
    const cursor = encodeCursor('runs', ['a', null, 3]);
    expect(decodeCursor('runs', 3, cursor)).toEqual(['a', null, 3]);
    for (const wrong of [
      cursor.slice(1),
      '',
      'x'.repeat(5000),
      encodeCursor('jobs', ['a', null, 3]),
      encodeCursor('runs', ['a']),
    ]) {
      expect(fieldsOf(() => decodeCursor('runs', 3, wrong))).toEqual(['after']);
    }
    const hidden = Buffer.from(JSON.stringify(['runs', {}, 1, 2])).toString('base64url');
    expect(fieldsOf(() => decodeCursor('runs', 3, hidden))).toEqual(['after']);
  });
});

describe('a page', () => {
  it('knows whether there is more, and where it begins and ends', () => {
    const page = (rows: number[], first: number, continued = false) =>
      pageOf({ rows, first, continued, order: 'n', node: (n) => n * 10, cursor: (n) => [n] });
    expect(page([1, 2, 3], 2)).toMatchObject({
      nodes: [10, 20],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: encodeCursor('n', [2]) },
    });
    expect(page([3], 2, true).pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(page([], 2).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: undefined,
      endCursor: undefined,
    });
  });

  it('has 1 to 200 items unless it is told otherwise; null is the default', () => {
    expect(checkFirst(null, 50)).toBe(50);
    expect(checkFirst(undefined, 50)).toBe(50);
    expect(checkFirst(200, 50)).toBe(200);
    expect(fieldsOf(() => checkFirst(201, 50))).toEqual(['first']);
    expect(fieldsOf(() => checkFirst(0, 50))).toEqual(['first']);
    expect(checkFirst(1000, 50, 1000)).toBe(1000);
    expect(fieldsOf(() => checkFirst(1001, 50, 1000, 'last'))).toEqual(['last']);
  });
});

describe('conditions', () => {
  it('keep values out of the text, and ask nothing for what is missing', () => {
    const conditions = new Conditions()
      .add('a = ?', "x'; drop table runs")
      .add('b = ?', null)
      .add('c = ?', undefined)
      .add('d > ?', 0)
      .always('e between ? and ?', 1, 2);
    expect(conditions.sql).toBe('(a = $1) and (d > $2) and (e between $3 and $4)');
    expect(conditions.params).toEqual(["x'; drop table runs", 0, 1, 2]);
    expect(new Conditions().sql).toBe('true');
  });

  it('take wildcards literally', () => {
    expect(anywhere('50%_\\')).toBe('%50\\%\\_\\\\%');
  });

  it('go on behind a cursor, nulls last whichever way', () => {
    const order = {
      by: 'started_at',
      unique: 'id',
      descending: true,
      types: ['timestamptz', 'uuid'] as [string, string],
    };
    const behind = (values: (string | null)[]) => {
      const conditions = new Conditions();
      afterCursor(conditions, order, values);
      return conditions;
    };
    expect(orderBy(order)).toBe('order by started_at desc nulls last, id desc');
    expect(behind(['2026', 'x']).sql).toBe(
      '(started_at < $2::timestamptz or (started_at = $2::timestamptz and id < $1::uuid) or started_at is null)',
    );
    expect(behind([null, 'x']).sql).toBe('(started_at is null and id < $1::uuid)');
    expect(orderBy({ ...order, by: 'id', descending: false })).toBe('order by id asc');
  });
});

describe('the selected fields', () => {
  it('are found through fragments of either kind, whatever they are called', () => {
    const document = parse(
      '{ runs { nodes { mine: id ...A ... on Run { input } } } } fragment A on Run { worker { ...B } } fragment B on Worker { host ...A }',
    );
    const [operation] = document.definitions;
    const fragments = Object.fromEntries(
      document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one]] : [])),
    );
    const fieldNodes =
      operation?.kind === 'OperationDefinition'
        ? operation.selectionSet.selections.filter((one) => one.kind === 'Field')
        : [];
    expect([...selectedFields({ fieldNodes, fragments })].sort()).toEqual(['host', 'id', 'input', 'nodes', 'worker']);
  });
});
