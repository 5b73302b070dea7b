import { type ClassType, Field, ObjectType } from 'type-graphql';

/** The base class of a connection's edge: `@ObjectType() class JobEdge extends edgeOf(() => Job) {}`. */
export function edgeOf<T extends object>(node: () => ClassType<T>) {
  @ObjectType()
  abstract class Edge {
    @Field(() => String)
    cursor!: string;

    @Field(() => node())
    node!: T;
  }
  return Edge;
}
