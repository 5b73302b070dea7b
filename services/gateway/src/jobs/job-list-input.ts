import type { JobKind as Kind, RunStatus as Status } from '@jobflow/contracts';
import { Field, Float, InputType, Int, registerEnumType } from 'type-graphql';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime } from '../schema/scalars.js';
import { JobKind } from './policy-enums.js';

@InputType()
export class JobFilter {
  @Field(() => String, { nullable: true })
  search?: string | null;

  @Field(() => [String], { nullable: true })
  names?: string[] | null;

  @Field(() => [JobKind], { nullable: true })
  kinds?: Kind[] | null;

  @Field(() => [String], { nullable: true })
  queues?: string[] | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null;

  @Field(() => [RunStatus], { nullable: true })
  lastStatuses?: Status[] | null;

  @Field(() => Int, { nullable: true })
  priorityMin?: number | null;

  @Field(() => Int, { nullable: true })
  priorityMax?: number | null;

  @Field(() => DateTime, { nullable: true })
  lastRunAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  lastRunBefore?: Date | null;

  @Field(() => Float, { nullable: true })
  successRateBelow?: number | null;
}

export const JobSortField = {
  NAME: 'NAME',
  KIND: 'KIND',
  QUEUE: 'QUEUE',
  PRIORITY: 'PRIORITY',
  LAST_RUN: 'LAST_RUN',
  NEXT_RUN: 'NEXT_RUN',
  SUCCESS_RATE: 'SUCCESS_RATE',
  UPDATED_AT: 'UPDATED_AT',
} as const;
export type JobSortField = keyof typeof JobSortField;
registerEnumType(JobSortField, { name: 'JobSortField' });

@InputType()
export class JobSort {
  @Field(() => JobSortField)
  by!: JobSortField;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  descending?: boolean | null;
}
