import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { variableErrors } from './variable-errors.js';

const schema = buildSchema(`
  input Retry { maxAttempts: Int! }
  input JobInput { name: String!, priority: Int, retry: Retry, tags: [String!], kind: Kind }
  enum Kind { HTTP SHELL }
  type Query { jobs(first: Int, filter: JobInput): Int }
  type Mutation { createJob(input: JobInput!): Int, setSecret(name: String!, value: String!): Int }
`);

function errorsOf(query: string, variables: Record<string, unknown>) {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return variableErrors(schema, document, operation, variables);
}

describe('wrong variables', () => {
  it('are told by the path of the argument they are for', () => {
    const query = 'mutation ($job: JobInput!) { createJob(input: $job) }';
    const fields = errorsOf(query, {
      job: { name: 'a', priority: 'high', retry: { maxAttempts: 1.5 }, tags: ['a', 7] },
    });
    expect(Object.keys(fields ?? {})).toEqual(['input.priority', 'input.retry.maxAttempts', 'input.tags.1']);
    expect(fields).toEqual({
      'input.priority': 'must be a whole number of at most 32 bits, not "high"',
      'input.retry.maxAttempts': 'must be a whole number of at most 32 bits, not 1.5',
      'input.tags.1': 'must be text, not a number',
    });
  });

  it('include what is missing and what is unknown', () => {
    const query = 'mutation ($job: JobInput!) { createJob(input: $job) }';
    expect(errorsOf(query, {})).toEqual({ input: 'is required' });
    expect(errorsOf(query, { job: null })).toEqual({ input: 'must not be null' });
    expect(errorsOf(query, { job: { nme: 'x' } })).toEqual({
      'input.name': 'is required',
      'input.nme': 'is not known here',
    });
    expect(errorsOf(query, { job: { name: null, kind: 'HTPP', retry: 5 } })).toEqual({
      'input.name': 'must not be null',
      'input.kind': 'must be one of HTTP, SHELL, not "HTPP"',
      'input.retry': 'must be an object, not a number',
    });
  });

  it('are found where the variable stands inside a literal', () => {
    const query = 'query ($p: Int) { jobs(filter: { name: "a", priority: $p }) }';
    expect(errorsOf(query, { p: 'x' })).toEqual({ 'filter.priority': expect.stringContaining('whole number') });
  });

  it.each([
    [90210, 'a number'],
    [true, 'true or false'],
    [['90210'], 'a list'],
    [{ pin: '90210' }, 'an object'],
  ])('never repeat what was sent as text, which may be a secret: %j', (value, kind) => {
    const query = 'mutation ($value: String!) { setSecret(name: "pin", value: $value) }';
    expect(errorsOf(query, { value })).toEqual({ value: `must be text, not ${kind}` });
  });

  it('never repeat what was sent as an object, or in place of one', () => {
    const query = 'mutation ($job: JobInput!) { createJob(input: $job) }';
    const wrong = { name: 'a', retry: 'token 90210', priority: { token: '90210' }, kind: ['90210', 'x'] };
    expect(errorsOf(query, { job: wrong })).toEqual({
      'input.retry': 'must be an object, not text',
      'input.priority': 'must be a whole number of at most 32 bits, not an object',
      'input.kind': 'must be one of HTTP, SHELL, not a list',
    });
  });

  it('are none when graphql would take them', () => {
    expect(errorsOf('query ($n: Int = 3) { jobs(first: $n) }', {})).toBeUndefined();
    expect(errorsOf('query ($n: Int) { jobs(first: $n) }', { n: 1, other: 'ignored' })).toBeUndefined();
  });
});
