import type { Json, JobKind as Kind } from '@jobflow/contracts';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { JobKind } from '../jobs/policy-enums.js';
import { JsonScalar } from '../schema/scalars.js';

/** Code in some worker that runs jobs of its name. */
@ObjectType()
export class Handler {
  @Field(() => ID)
  name!: string;

  @Field(() => [String])
  queues!: string[];

  /** Online ones. */
  @Field(() => Int)
  workers!: number;

  @Field(() => JsonScalar, { nullable: true })
  inputSchema?: Json | undefined;
}

@ObjectType()
export class JobKindInfo {
  @Field(() => JobKind)
  kind!: Kind;

  /** Some online worker runs it. */
  @Field(() => Boolean)
  enabled!: boolean;

  /** Why not. */
  @Field(() => String, { nullable: true })
  reason?: string | undefined;

  /** The JSON Schema of a job's `spec`. */
  @Field(() => JsonScalar)
  specSchema!: Json;
}
