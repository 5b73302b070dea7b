import { Field, Float, Int, ObjectType } from 'type-graphql';
import { SafeInt } from '../schema/scalars.js';

/** Runs since the first; `total` is their sum and never falls. Rates are over the last `windowMs`. */
@ObjectType()
export class Stats {
  @Field(() => SafeInt)
  total!: number;

  @Field(() => SafeInt)
  scheduled!: number;

  @Field(() => SafeInt)
  blocked!: number;

  @Field(() => SafeInt)
  queued!: number;

  @Field(() => SafeInt)
  running!: number;

  @Field(() => SafeInt)
  retrying!: number;

  @Field(() => SafeInt)
  succeeded!: number;

  @Field(() => SafeInt)
  failed!: number;

  @Field(() => SafeInt)
  cancelled!: number;

  @Field(() => SafeInt)
  expired!: number;

  @Field(() => SafeInt)
  deadLetters!: number;

  @Field(() => Int)
  jobs!: number;

  @Field(() => Int)
  schedules!: number;

  @Field(() => Int)
  pausedQueues!: number;

  /** Online. */
  @Field(() => Int)
  workers!: number;

  @Field(() => Float, { nullable: true })
  successRate!: number | null;

  /** Ended runs. */
  @Field(() => Float)
  perMinute!: number;

  @Field(() => Float, { nullable: true })
  avgDurationMs!: number | null;

  @Field(() => SafeInt)
  windowMs!: number;

  @Field(() => SafeInt)
  projectionLagMs!: number;

  @Field(() => String)
  position!: string;
}
