import type { JobState, Json } from '@jobflow/contracts';
import { Field, InputType, Int } from 'type-graphql';
import { JsonScalar } from '../schema/scalars.js';
import { DeliveryGuarantee, JobKind, LogLevel } from './policy-enums.js';
import { LimitsInput, RetryInput, TimeoutInput } from './policy-input.js';

/** What both inputs of a job share. In an update a missing field stays, null goes back to the default. */
@InputType()
class JobFields {
  @Field(() => String, { nullable: true })
  title?: string | null;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  spec?: Json;

  @Field(() => JsonScalar, { nullable: true })
  inputSchema?: Json;

  @Field(() => JsonScalar, { nullable: true })
  defaultInput?: Json;

  @Field(() => String, { nullable: true })
  queue?: string | null;

  @Field(() => Int, { nullable: true })
  priority?: number | null;

  @Field(() => RetryInput, { nullable: true })
  retry?: RetryInput | null;

  @Field(() => TimeoutInput, { nullable: true })
  timeout?: TimeoutInput | null;

  @Field(() => LimitsInput, { nullable: true })
  limits?: LimitsInput | null;

  @Field(() => DeliveryGuarantee, { nullable: true })
  guarantee?: JobState['guarantee'] | null;

  @Field(() => LogLevel, { nullable: true })
  logLevel?: JobState['logLevel'] | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null;
}

@InputType()
export class JobInput extends JobFields {
  @Field(() => String)
  name!: string;

  @Field(() => JobKind)
  kind!: JobState['kind'];
}

@InputType()
export class JobUpdateInput extends JobFields {
  @Field(() => JobKind, { nullable: true })
  kind?: JobState['kind'] | null;
}
