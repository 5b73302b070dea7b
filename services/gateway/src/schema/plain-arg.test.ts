import 'reflect-metadata';
import { type GraphQLSchema, graphql } from 'graphql';
import { Arg, Field, InputType, Mutation, Query, Resolver, Subscription } from 'type-graphql';
import { describe, expect, it } from 'vitest';
import { Auth } from '../auth/auth-directive.js';
import { buildSchema } from './build-schema.js';
import { PlainArg } from './plain-arg.js';

@InputType()
class Point {
  @Field()
  x!: string;
}

const kindOf = (point: Point): string => `${point instanceof Point ? 'instance' : 'plain'} ${point.x}`;

@Resolver()
class Points {
  @Auth(null)
  @Mutation(() => String)
  place(@PlainArg('point', () => Point) point: Point, @PlainArg('other', () => Point) other: Point): string {
    return `${kindOf(point)}, ${kindOf(other)}`;
  }

  @Auth(null)
  @Query(() => String, { name: 'place' })
  placed(@Arg('point', () => Point) point: Point): string {
    return kindOf(point);
  }

  @Auth(null)
  @Query(() => String, { name: 'renamed' })
  called(@PlainArg('point', () => Point) point: Point): string {
    return kindOf(point);
  }
}

@Resolver()
class Mixed {
  @Query(() => String)
  mixed(@PlainArg('point', () => Point) point: Point, @Arg('note', { nullable: true }) note?: string): string {
    return `${point.x} ${note}`;
  }
}

@Resolver()
class Streamed {
  @Query(() => String)
  something(): string {
    return '';
  }

  @Subscription(() => String, { subscribe: () => (async function* () {})() })
  streamed(@PlainArg('point', () => Point) point: Point): string {
    return point.x;
  }
}

describe('a plain argument', () => {
  const ask = async (schema: GraphQLSchema, source: string) =>
    (await graphql({ schema, source, contextValue: {} })).data;

  it('is handed over as it is, whatever else has the name of its field', async () => {
    const schema = buildSchema([Points]);
    expect(await ask(schema, 'mutation { place(point: { x: "a" }, other: { x: "b" }) }')).toEqual({
      place: 'plain a, plain b',
    });
    expect(await ask(schema, '{ place(point: { x: "c" }) renamed(point: { x: "d" }) }')).toEqual({
      place: 'instance c',
      renamed: 'plain d',
    });
  });

  it('has none beside it that is not plain: that would never arrive', () => {
    expect(() => buildSchema([Mixed])).toThrow('Query.mixed takes point as it is: note must be a PlainArg as well');
  });

  it('is none of a subscription’s', () => {
    expect(() => buildSchema([Streamed])).toThrow('Subscription.streamed cannot take point as it is');
  });
});
