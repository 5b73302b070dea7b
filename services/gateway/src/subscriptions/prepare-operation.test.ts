import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Context } from '../context/context.js';
import { Loaders } from '../context/loaders.js';
import { Frames } from './frames.js';
import { createPrepareOperation } from './prepare-operation.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;

/** Counts to three, then waits for its subscriber to leave; `log` tells what became of it. */
function countingSchema(log: string[]): GraphQLSchema {
  async function* count(signal: AbortSignal) {
    try {
      for (let n = 1; n <= 3; n++) yield n;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      log.push('left');
    } finally {
      log.push('ended');
    }
  }
  const type = new GraphQLNonNull(GraphQLInt);
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => 'hello' } } }),
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      fields: { write: { type: GraphQLString, resolve: () => 'done' } },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        count: {
          type,
          subscribe: (_root, _args, ctx: Context) => count(ctx.signal),
          resolve: async (n: number, _args, ctx: Context) => {
            const twice = ctx.loaders.of('twice', async (keys: readonly number[]) =>
              keys.map((key) => key * log.length),
            );
            return (await twice.load(n)) ?? 0;
          },
        },
        broken: {
          type,
          subscribe: async function* () {
            yield 1;
            throw new Error('secret detail');
          },
          resolve: (n: number) => n,
        },
      },
    }),
  });
}

function contextOf(signal: AbortSignal): Context {
  return {
    config: { introspection: false },
    correlationId: 'c-1',
    logger: silent,
    signal,
    loaders: new Loaders(),
    positions: {},
    address: '',
    live: { position: () => ({ runs: 3, state: 1 }), waitForPosition: async () => true },
  } as unknown as Context;
}

async function start(query: string, signal = new AbortController().signal) {
  const log: string[] = [];
  const prepare = createPrepareOperation(countingSchema(log), false, { check: async () => ({ ok: true }) });
  const prepared = await prepare(contextOf(signal), { query });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.errors));
  return { log, result: await prepared.perform() };
}

async function subscribe(query: string, signal?: AbortSignal) {
  const { log, result } = await start(query, signal);
  if (!(result instanceof Frames)) throw new Error('not a stream');
  return { log, frames: result };
}

describe('an operation of a streaming transport', () => {
  it('answers queries, and mutations with their position', async () => {
    expect((await start('{ hello }')).result).toEqual({ data: { hello: 'hello' } });
    expect((await start('mutation { write }')).result).toEqual({
      data: { write: 'done' },
      extensions: { position: expect.any(String) },
    });
  });

  it('looks nothing up in what an earlier frame has loaded', async () => {
    const { log, frames } = await subscribe('subscription { count }');
    expect((await frames.next()).value).toEqual({ data: { count: 0 } });
    log.push('one');
    expect((await frames.next()).value).toEqual({ data: { count: 2 } });
    await frames.return();
  });

  it('ends its source when it is ended, also while that waits for its next event', async () => {
    const { log, frames } = await subscribe('subscription { count }');
    for (let n = 0; n < 3; n++) await frames.next();
    const waiting = frames.next();
    await frames.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['left', 'ended']);
  });

  it('ends its source when its client is gone', async () => {
    const gone = new AbortController();
    const { log, frames } = await subscribe('subscription { count }', gone.signal);
    for (let n = 0; n < 3; n++) await frames.next();
    const waiting = frames.next();
    gone.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['left', 'ended']);
  });

  it('whose source breaks ends with a masked error', async () => {
    const { frames } = await subscribe('subscription { broken }');
    expect((await frames.next()).value).toEqual({ data: { broken: 1 } });
    const { value } = await frames.next();
    expect(value?.errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(value)).not.toContain('secret detail');
    expect((await frames.next()).done).toBe(true);
  });
});
