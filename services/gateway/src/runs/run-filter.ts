import type { Json, JobKind as Kind, RunStatus as Status } from '@jobflow/contracts';
import { Field, ID, InputType, Int } from 'type-graphql';
import { JobKind } from '../jobs/policy-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { DeadLetterState, RunSortField, RunStatus } from './run-enums.js';

@InputType()
export class JsonMatch {
  @Field(() => String)
  path!: string;

  @Field(() => JsonScalar)
  equals!: Json;
}

/** Which runs are meant; all that is given must hold, of each list any. */
@InputType()
export class RunFilter {
  @Field(() => [ID], { nullable: true })
  ids?: string[] | null;

  @Field(() => [RunStatus], { nullable: true })
  statuses?: Status[] | null;

  @Field(() => [String], { nullable: true })
  jobs?: string[] | null;

  @Field(() => [String], { nullable: true })
  queues?: string[] | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => [JobKind], { nullable: true })
  kinds?: Kind[] | null;

  @Field(() => Int, { nullable: true })
  priorityMin?: number | null;

  @Field(() => Int, { nullable: true })
  priorityMax?: number | null;

  @Field(() => DateTime, { nullable: true })
  createdAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  createdBefore?: Date | null;

  @Field(() => DateTime, { nullable: true })
  startedAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  startedBefore?: Date | null;

  @Field(() => DateTime, { nullable: true })
  finishedAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  finishedBefore?: Date | null;

  @Field(() => DateTime, { nullable: true })
  dueAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  dueBefore?: Date | null;

  @Field(() => SafeInt, { nullable: true })
  durationOverMs?: number | null;

  @Field(() => SafeInt, { nullable: true })
  durationUnderMs?: number | null;

  @Field(() => SafeInt, { nullable: true })
  waitOverMs?: number | null;

  @Field(() => Int, { nullable: true })
  attemptMin?: number | null;

  @Field(() => String, { nullable: true })
  errorContains?: string | null;

  @Field(() => [ID], { nullable: true })
  fingerprints?: string[] | null;

  @Field(() => [DeadLetterState], { nullable: true })
  deadLetter?: DeadLetterState[] | null;

  @Field(() => [JsonMatch], { nullable: true })
  input?: JsonMatch[] | null;

  @Field(() => String, { nullable: true })
  search?: string | null;

  @Field(() => ID, { nullable: true })
  flowId?: string | null;

  @Field(() => ID, { nullable: true })
  scheduleId?: string | null;

  @Field(() => ID, { nullable: true })
  workerId?: string | null;

  /** Runs that this bulk operation made or changed. */
  @Field(() => ID, { nullable: true })
  operationId?: string | null;

  @Field(() => ID, { nullable: true })
  retryOf?: string | null;

  @Field(() => String, { nullable: true })
  createdBy?: string | null;

  @Field(() => String, { nullable: true })
  idempotencyKey?: string | null;

  @Field(() => String, { nullable: true })
  uniqueKey?: string | null;
}

@InputType()
export class RunSort {
  @Field(() => RunSortField)
  by!: RunSortField;

  @Field(() => Boolean, { nullable: true, defaultValue: true })
  descending?: boolean | null;
}
