import type { RetryPolicy } from '@jobflow/contracts';
import { Field, Float, InputType, Int } from 'type-graphql';
import { SafeInt } from '../schema/scalars.js';
import { Backoff, Jitter } from './policy-enums.js';

/*
 * Inputs as they arrive: a field may be missing, or null where the client wants the default.
 */

@InputType()
export class RetryInput {
  @Field(() => Int, { nullable: true })
  maxAttempts?: number | null;

  @Field(() => Backoff, { nullable: true })
  backoff?: RetryPolicy['backoff'] | null;

  @Field(() => SafeInt, { nullable: true })
  initialDelayMs?: number | null;

  @Field(() => SafeInt, { nullable: true })
  maxDelayMs?: number | null;

  @Field(() => Float, { nullable: true })
  factor?: number | null;

  @Field(() => Jitter, { nullable: true })
  jitter?: RetryPolicy['jitter'] | null;
}

@InputType()
export class TimeoutInput {
  @Field(() => SafeInt, { nullable: true })
  softMs?: number | null;

  @Field(() => SafeInt, { nullable: true })
  hardMs?: number | null;
}

@InputType()
export class RateInput {
  @Field(() => Int)
  limit!: number;

  @Field(() => SafeInt)
  perMs!: number;
}

@InputType()
export class LimitsInput {
  @Field(() => Int, { nullable: true })
  memoryMb?: number | null;

  @Field(() => Int, { nullable: true })
  cpuSeconds?: number | null;

  @Field(() => RateInput, { nullable: true })
  rate?: RateInput | null;

  @Field(() => Int, { nullable: true })
  concurrency?: number | null;

  @Field(() => String, { nullable: true })
  concurrencyKey?: string | null;
}
