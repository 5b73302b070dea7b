import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkSize } from './check-size.js';

const schema = buildSchema(`
  scalar JSON
  input Item { tags: [String!], data: JSON, nested: [Item!] }
  type Query { jobs(first: Int = 50): JobConnection, job(name: String!): Job, many(inputs: [Item!], ids: [ID!]): Boolean }
  type JobConnection { nodes: [Job!]!, edges: [JobEdge!]!, pageInfo: PageInfo! }
  type JobEdge { node: Job!, cursor: String! }
  type PageInfo { hasNextPage: Boolean! }
  type Policy { attempts: Int }
  type Job { id: ID!, title: String, parent: Job, retry: Policy, outcomes(last: Int = 20): [Policy!]!, runs: [Run!]! }
  type Run { id: ID!, job: Job }
`);

function check(query: string, variables: Record<string, unknown> = {}, introspection = false) {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return checkSize(schema, document, operation, variables, introspection);
}

const nested = (depth: number) => `{ job(name: "a") ${'{ parent '.repeat(depth - 2)} { id ${'}'.repeat(depth - 1)} }`;

describe('the size of an operation', () => {
  it('may be eight fields deep, not nine', () => {
    expect(check(nested(8))).toBeUndefined();
    expect(check(nested(9))).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      message: expect.stringContaining('9 fields deep'),
    });
  });

  it('counts depth through fragments', () => {
    const query = `{ job(name: "a") { ...a } }
      fragment a on Job { parent { parent { parent { ...b } } } }
      fragment b on Job { parent { parent { parent { parent { id } } } } }`;
    expect(check(query)?.message).toContain('deep');
  });

  it('may have fifteen aliases, not sixteen, wherever they hide', () => {
    const aliases = (n: number) => Array.from({ length: n }, (_, i) => `a${i}: title`).join(' ');
    expect(check(`{ job(name: "a") { ${aliases(15)} } }`)).toBeUndefined();
    expect(check(`{ job(name: "a") { ${aliases(16)} } }`)?.message).toContain('16 aliases');
    const spread = `{ job(name: "a") { ...f parent { ...f } } } fragment f on Job { ${aliases(8)} }`;
    expect(check(spread)?.message).toContain('16 aliases');
  });

  it('costs one for each look-up, times the lists around it', () => {
    expect(check('{ jobs(first: 200) { nodes { id title retry { attempts } } } }')).toBeUndefined();
    expect(check('{ jobs(first: 200) { nodes { parent { id } } } }')).toBeUndefined();
    const tooMuch = check('{ jobs(first: 200) { nodes { parent { id } outcomes { attempts } runs { job { id } } } } }');
    expect(tooMuch?.message).toMatch(/costs 2601 points/);
    expect(check('{ jobs(first: 200) { edges { node { runs { job { id } } } } } }')?.message).toContain('points');
  });

  it('takes list sizes from variables and their defaults', () => {
    const query = 'query ($n: Int = 200) { jobs(first: $n) { nodes { runs { job { id } } } } }';
    expect(check(query)?.message).toContain('points');
    expect(check(query, { n: 5 })).toBeUndefined();
    expect(check(query, { n: 200 })?.message).toContain('points');
  });

  it('is found in time for fragments that would multiply', () => {
    const levels = Array.from({ length: 60 }, (_, i) => `fragment f${i} on Job { ...f${i + 1} ...f${i + 1} }`).join(
      '\n',
    );
    expect(check(`{ job(name: "a") { ...f0 } } ${levels} fragment f60 on Job { a: title }`)?.message).toContain(
      'aliases',
    );
  });

  it('exempts introspection only where it is on', () => {
    const deep =
      '{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } }';
    expect(check(deep, {}, true)).toBeUndefined();
    expect(check(deep, {}, false)?.message).toContain('deep');
  });
});

describe('list arguments', () => {
  const query = 'query ($inputs: [Item!], $ids: [ID!]) { many(inputs: $inputs, ids: $ids) }';

  it('may have a thousand items, not one more', () => {
    expect(check(query, { ids: Array(1000).fill('a') })).toBeUndefined();
    expect(check(query, { ids: Array(1001).fill('a') })).toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: { ids: expect.stringContaining('1001') } },
    });
  });

  it('are found inside inputs, by their path', () => {
    const inputs = [{}, { nested: [{ tags: Array(1001).fill('x') }] }];
    expect(check(query, { inputs })).toMatchObject({
      extensions: { fields: { 'inputs.1.nested.0.tags': expect.any(String) } },
    });
  });

  it('do not include arrays inside JSON', () => {
    expect(check(query, { inputs: [{ data: Array(5000).fill(1) }] })).toBeUndefined();
  });
});
