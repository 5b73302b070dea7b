import { Field, ID, ObjectType } from 'type-graphql';
import { Run } from '../runs/run.js';

@ObjectType()
export class EnqueuePayload {
  @Field(() => Run)
  run!: Run;

  @Field(() => Boolean)
  duplicate!: boolean;

  @Field(() => String)
  position!: string;
}

@ObjectType()
export class EnqueueManyPayload {
  /** In the order of the inputs. */
  @Field(() => [ID])
  ids!: string[];

  /** Those of them that existed before. */
  @Field(() => [ID])
  duplicates!: string[];

  @Field(() => String)
  position!: string;
}
