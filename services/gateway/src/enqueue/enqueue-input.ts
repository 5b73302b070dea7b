import type { Json } from '@jobflow/contracts';
import { Field, InputType, Int } from 'type-graphql';
import { RetryInput, TimeoutInput } from '../jobs/policy-input.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';

@InputType()
export class EnqueueInput {
  @Field(() => String)
  job!: string;

  @Field(() => JsonScalar, { nullable: true })
  input?: Json;

  /** Also as the Idempotency-Key header. Per job: the same key and fields give the same run with duplicate: true. */
  @Field(() => String, { nullable: true })
  idempotencyKey?: string | null;

  /** While a run with this key is not terminal, enqueue returns that run with duplicate: true. */
  @Field(() => String, { nullable: true })
  uniqueKey?: string | null;

  @Field(() => SafeInt, { nullable: true })
  delayMs?: number | null;

  @Field(() => DateTime, { nullable: true })
  runAt?: Date | null;

  @Field(() => DateTime, { nullable: true })
  expiresAt?: Date | null;

  @Field(() => String, { nullable: true })
  queue?: string | null;

  @Field(() => Int, { nullable: true })
  priority?: number | null;

  @Field(() => RetryInput, { nullable: true })
  retry?: RetryInput | null;

  @Field(() => TimeoutInput, { nullable: true })
  timeout?: TimeoutInput | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  /** A one-off signed webhook on completion. */
  @Field(() => String, { nullable: true })
  callbackUrl?: string | null;
}
