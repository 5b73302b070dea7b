import { LogUnavailableError, SecretBoxError } from '@jobflow/platform';
import { DatabaseUnavailableError } from '@jobflow/read-model';
import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { presentErrors } from './present-errors.js';
import { conflict, rateLimited } from './refusals.js';

const schema = buildSchema(`
  input Login { password: String! }
  type Query { value(at: Int!): Int, secret: String, needed: Int!, set(value: String, id: ID, login: Login, flag: Boolean): Int }
`);

function present(errors: readonly GraphQLError[], introspection = false) {
  const logged: unknown[] = [];
  const note = (facts: unknown) => logged.push(facts);
  const logger = { debug: note, info: note, warn: note, error: note } as never;
  return { shown: presentErrors(errors, { correlationId: 'c-1', introspection, logger }), logged };
}

async function run(query: string, rootValue: object) {
  const result = await execute({ schema, document: parse(query), rootValue });
  return result.errors ?? [];
}

describe('an error', () => {
  it('of ours is shown as it is, with its code and facts', async () => {
    const thrown = conflict('The job was changed meanwhile.', { currentRevision: 4 });
    const { shown } = present(await run('{ secret }', { secret: () => Promise.reject(thrown) }));
    expect(shown).toEqual([
      {
        message: 'The job was changed meanwhile.',
        locations: [{ line: 1, column: 3 }],
        path: ['secret'],
        extensions: { code: 'CONFLICT', currentRevision: 4, correlationId: 'c-1', retryable: false },
      },
    ]);
    expect(present([rateLimited(1500.2)]).shown[0]?.extensions).toMatchObject({ retryable: true, retryAfterMs: 1501 });
  });

  it('that nobody expected is masked, and logged once with its cause', async () => {
    const cause = new Error('password "hunter2" refused by 10.0.0.7');
    const { shown, logged } = present(await run('{ secret }', { secret: () => Promise.reject(cause) }));
    expect(shown[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|10\.0\.0\.7/);
    expect(shown[0]?.message).toContain('c-1');
    expect(logged).toEqual([{ err: cause, correlationId: 'c-1', path: 'secret' }]);
  });

  it('in our own answer is masked, although graphql found it', async () => {
    for (const query of ['{ value(at: 1) }', '{ needed }']) {
      const { shown } = present(await run(query, { value: 'not a number', needed: null }));
      expect(shown[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
      expect(shown[0]?.message).not.toMatch(/not a number|non-nullable/);
    }
  });

  it('thrown as something that is no Error is masked, too', async () => {
    const { shown } = present(await run('{ secret }', { secret: () => Promise.reject('a string') }));
    expect(shown[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
  });

  it.each([
    new LogUnavailableError('no PubAck'),
    new DatabaseUnavailableError('Postgres cannot be reached (10.0.0.7)'),
  ])('of a backing service that is down is UNAVAILABLE: %s', async (cause) => {
    const { shown } = present(await run('{ secret }', { secret: () => Promise.reject(cause) }));
    expect(shown[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(shown[0]?.message).not.toContain('10.0.0.7');
  });

  it('of a log that never got to it says that nothing was stored', async () => {
    const cause = new LogUnavailableError('the log is behind', { stored: 'no' });
    const { shown } = present(await run('{ secret }', { secret: () => Promise.reject(cause) }));
    expect(shown[0]).toMatchObject({
      message: expect.stringContaining('nothing was stored'),
      extensions: { retryable: true },
    });
  });

  it('of a secret that cannot be opened says why, and that repeating is of no use', async () => {
    const cause = new SecretBoxError('It was sealed with the key 0a1b2c3d, which is not here: add that key.');
    const { shown, logged } = present(await run('{ secret }', { secret: () => Promise.reject(cause) }));
    expect(shown[0]).toMatchObject({ message: cause.message, extensions: { code: 'CONFLICT', retryable: false } });
    expect(logged).toEqual([]);
  });

  it('of the request itself is shown, with suggestions only where introspection is on', () => {
    const errors = validate(schema, parse('{ secre }'));
    expect(present(errors, true).shown[0]?.message).toContain('Did you mean');
    expect(present(errors, false).shown[0]?.message).not.toContain('secret');
  });

  it.each([
    ['{ set(value: 90210) }', 'String cannot represent a non string value.'],
    ['{ set(value: b90210) }', 'String cannot represent a non string value.'],
    ['{ set(value: { pin: "90210" }) }', 'String cannot represent a non string value.'],
    ['{ set(id: 90210.5) }', 'ID cannot represent a non-string and non-integer value.'],
    ['{ set(login: "pass 90210") }', 'Expected value of type "Login".'],
    ['{ set(login: { password: 90210 }) }', 'String cannot represent a non string value.'],
    ['{ set(flag: { pin: "90210" }) }', 'Boolean cannot represent a non boolean value.'],
    ['{ set(value "say \\"90210\\"") }', 'Syntax Error: Expected ":", found String.'],
    ['{ set(value: "a" "90210") }', 'Syntax Error: Expected Name, found String.'],
    ['{ set(value: null } 90210', 'Syntax Error: Expected Name, found "}".'],
    ['90210', 'Syntax Error: Unexpected Int.'],
    ['{ value(at: null) }', 'Expected value of type "Int!", found null.'],
  ])('of the request never repeats what stands where text belongs: %s', (query, message) => {
    let errors: readonly GraphQLError[];
    try {
      errors = validate(schema, parse(query));
    } catch (error) {
      errors = [error as GraphQLError];
    }
    expect(present(errors, true).shown[0]?.message).toBe(message);
  });

  it('in a variable that cannot be told by its field does not repeat it either', async () => {
    const document = parse('query ($v: String) { set(value: $v) }');
    const { errors = [] } = await execute({ schema, document, variableValues: { v: { pin: '90210' } } });
    expect(present(errors).shown[0]?.message).toBe('Variable "$v" got an invalid value.');
  });

  it('never carries a stack, whatever its extensions say', () => {
    const error = new GraphQLError('x', { extensions: { stacktrace: ['at secret.ts'], http: { status: 500 } } });
    expect(JSON.stringify(present([error]).shown)).not.toContain('secret.ts');
  });
});
