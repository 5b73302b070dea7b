import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../schema/scalars.js';

/** A secret's name and who uses it; its value never leaves but for the worker that needs it. */
@ObjectType()
export class Secret {
  @Field(() => ID)
  name!: string;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => DateTime)
  updatedAt!: Date;

  @Field(() => String, { nullable: true })
  updatedBy?: string | null;

  /** Jobs whose specification names it. What handlers ask for in code cannot be seen here. */
  @Field(() => [String])
  usedBy!: string[];
}
