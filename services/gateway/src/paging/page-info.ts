import { Field, ObjectType } from 'type-graphql';

@ObjectType()
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  /** Lists go forward only: true as soon as a cursor was given. */
  @Field(() => Boolean)
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor?: string | undefined;

  @Field(() => String, { nullable: true })
  endCursor?: string | undefined;
}
