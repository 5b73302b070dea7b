import type { QueueState, Rate as RateValue } from '@jobflow/contracts';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Rate } from '../jobs/policy.js';
import { RateInput } from '../jobs/policy-input.js';
import { DateTime } from '../schema/scalars.js';

/** A queue as configured; `QueueFields` adds its figures. */
@ObjectType()
export class Queue implements Omit<QueueState, 'levels' | 'createdAt' | 'updatedAt'> {
  @Field(() => ID)
  name!: string;

  @Field(() => String, { nullable: true })
  description?: QueueState['description'];

  @Field(() => Boolean)
  paused!: boolean;

  @Field(() => String, { nullable: true })
  pauseReason?: QueueState['pauseReason'];

  @Field(() => DateTime, { nullable: true })
  pausedAt?: QueueState['pausedAt'];

  @Field(() => String, { nullable: true })
  pausedBy?: QueueState['pausedBy'];

  @Field(() => Int, { nullable: true })
  concurrency?: QueueState['concurrency'];

  @Field(() => Int, { nullable: true })
  concurrencyPerKey?: QueueState['concurrencyPerKey'];

  @Field(() => Rate, { nullable: true })
  rate?: RateValue | undefined;

  @Field(() => Int)
  defaultPriority!: number;

  @Field(() => Int)
  retentionDays!: number;

  @Field(() => Int)
  revision!: number;
}

@InputType()
export class QueueInput {
  @Field(() => Int, { nullable: true })
  concurrency?: number | null;

  @Field(() => RateInput, { nullable: true })
  rate?: RateInput | null;

  @Field(() => Int, { nullable: true })
  concurrencyPerKey?: number | null;

  @Field(() => Int, { nullable: true })
  defaultPriority?: number | null;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => Int, { nullable: true })
  retentionDays?: number | null;
}
