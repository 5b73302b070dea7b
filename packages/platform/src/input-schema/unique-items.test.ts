import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaProblems } from './input-schema.js';

type Input = Parameters<typeof schemaProblems>[1];
const problems = (inputSchema: Input, input: unknown) => schemaProblems({ inputSchema }, input as Input);
const unique = (items: unknown) => Object.keys(problems({ uniqueItems: true }, items)).length === 0;

/** Few different values, so that equal ones are often met; no keys that ajv's comparison takes for methods. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, -0, 1, 1.5, '', '1', 'true', 'null', '0', ',', '[0', 'a,b'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '1', ''), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const options = { strict: false, allErrors: true, logger: false } as const;
const ajv = (schema: object) => new Ajv2020(options).compile(schema);

describe('uniqueItems', () => {
  it('finds what ajv finds', () => {
    const schema = { uniqueItems: true };
    const theirs = ajv(schema);
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (items) => {
        expect(problems(schema, items)).toEqual(
          theirs(items) ? {} : { input: expect.stringMatching(/^must NOT have duplicate items/) },
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds it at any depth, too', () => {
    const schema = { $defs: { node: { uniqueItems: true, items: { $ref: '#/$defs/node' } } }, $ref: '#/$defs/node' };
    const theirs = ajv(schema);
    fc.assert(
      fc.property(value, (input) => {
        expect(Object.keys(problems(schema, input)).length === 0).toBe(theirs(input));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes 1 and 1.0 for equal, and the order of keys for nothing; true is not 1, and no text is a number', () => {
    expect(unique(JSON.parse('[1, 1.0]'))).toBe(false);
    expect(unique(JSON.parse('[0, -0]'))).toBe(false);
    expect(unique(JSON.parse('[{"a":1,"b":[2]}, {"b":[2],"a":1}]'))).toBe(false);
    expect(unique([true, 1, '1', 'true', null, 'null', 0, false, '', [], {}, [[]], [{}], { a: 1 }, { a: '1' }])).toBe(
      true,
    );
    expect(unique([[1, 2], [12], ['1,2'], ['1', '2'], [[1], 2], [1, [2]]])).toBe(true);
    expect(unique([{ 'a:1': 1 }, { a: '1:1' }, { a: 1, b: 1 }, { a: 1, 'b:1': 1 }])).toBe(true);
  });

  it('compares fields whose names are those of methods', () => {
    const text = '[{"toString":1,"valueOf":2,"constructor":{}},{"toString":1,"valueOf":3,"constructor":{}}]';
    expect(unique(JSON.parse(text))).toBe(true);
    expect(unique(JSON.parse(text.replace('3', '2')))).toBe(false);
    expect(unique(JSON.parse('[{"__proto__":1},{"__proto__":2},{}]'))).toBe(true);
  });

  it('names the two places, and asks nothing of what is no list or need not be unique', () => {
    expect(problems({ properties: { to: { uniqueItems: true } } }, { to: ['a', 'b', 'a'] })).toEqual({
      'input.to': 'must NOT have duplicate items (items ## 0 and 2 are identical)',
    });
    expect(problems({ uniqueItems: true }, { 0: 1, 1: 1, length: 2 })).toEqual({});
    expect(problems({ uniqueItems: false }, [1, 1])).toEqual({});
    for (const $schema of ['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2019-09/schema'])
      expect(problems({ $schema, uniqueItems: true }, [1, 1])).toHaveProperty('input');
  });

  it('looks at each of many items only so often, whatever lies in what', () => {
    const reads = { count: 0 };
    const items = counted(
      Array.from({ length: 10_000 }, (_, n) => ({ id: n, at: [n % 10, 'x'] })),
      reads,
    );
    expect(JSON.stringify(items).length).toBeGreaterThan(229 * 1024);
    const flat = reads.count;
    reads.count = 0;
    expect(problems({ uniqueItems: true }, items)).toEqual({});
    // To write it as JSON, each part is read once.
    expect(reads.count).toBeLessThan(4 * flat);

    // A list in a list in a list …, each of which must hold different things.
    const node = { $defs: { node: { uniqueItems: true, items: { $ref: '#/$defs/node' } } }, $ref: '#/$defs/node' };
    const deep = Array.from({ length: 300 }).reduce<unknown>((inner, _, n) => [inner, n], ['the innermost']);
    const nested = counted(deep, reads);
    reads.count = 0;
    JSON.stringify(nested);
    const once = reads.count;
    reads.count = 0;
    expect(problems(node, nested)).toEqual({});
    expect(reads.count).toBeLessThan(8 * once);
  });
});

/** The same value, which counts how often anything in it is read. Each part is one object, as in what was parsed. */
function counted<T>(value: T, reads: { count: number }): T {
  if (typeof value !== 'object' || value === null) return value;
  const parts = new Map<PropertyKey, unknown>();
  return new Proxy(value, {
    get(target, key, self) {
      reads.count++;
      const part = Reflect.get(target, key, self) as unknown;
      if (typeof part !== 'object' || part === null) return part;
      if (!parts.has(key)) parts.set(key, counted(part, reads));
      return parts.get(key);
    },
  }) as T;
}
