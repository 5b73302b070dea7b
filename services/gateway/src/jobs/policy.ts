import type {
  Limits as LimitsValue,
  Rate as RateValue,
  RetryPolicy as Retry,
  TimeoutPolicy as Timeout,
} from '@jobflow/contracts';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { SafeInt } from '../schema/scalars.js';
import { Backoff, Jitter } from './policy-enums.js';

@ObjectType()
export class Rate implements RateValue {
  @Field(() => Int)
  limit!: number;

  @Field(() => SafeInt)
  perMs!: number;
}

@ObjectType()
export class RetryPolicy implements Retry {
  @Field(() => Int)
  maxAttempts!: number;

  @Field(() => Backoff)
  backoff!: Retry['backoff'];

  @Field(() => SafeInt)
  initialDelayMs!: number;

  @Field(() => SafeInt)
  maxDelayMs!: number;

  @Field(() => Float)
  factor!: number;

  @Field(() => Jitter)
  jitter!: Retry['jitter'];
}

@ObjectType()
export class TimeoutPolicy implements Timeout {
  @Field(() => SafeInt, { nullable: true })
  softMs?: Timeout['softMs'];

  @Field(() => SafeInt, { nullable: true })
  hardMs?: Timeout['hardMs'];
}

@ObjectType()
export class Limits implements LimitsValue {
  @Field(() => Int, { nullable: true })
  memoryMb?: LimitsValue['memoryMb'];

  @Field(() => Int, { nullable: true })
  cpuSeconds?: LimitsValue['cpuSeconds'];

  @Field(() => Rate, { nullable: true })
  rate?: LimitsValue['rate'];

  @Field(() => Int, { nullable: true })
  concurrency?: LimitsValue['concurrency'];

  @Field(() => String, { nullable: true })
  concurrencyKey?: LimitsValue['concurrencyKey'];
}
