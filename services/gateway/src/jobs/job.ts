import type { JobState, Json, RunStatus as Status } from '@jobflow/contracts';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { Limits, RetryPolicy, TimeoutPolicy } from './policy.js';
import { DeliveryGuarantee, JobKind, LogLevel } from './policy-enums.js';

/** A job as defined; what its runs say of it is added by `JobFields`. */
@ObjectType()
export class Job implements JobState {
  @Field(() => ID)
  name!: string;

  @Field(() => String)
  title!: string;

  @Field(() => String, { nullable: true })
  description?: JobState['description'];

  @Field(() => JobKind)
  kind!: JobState['kind'];

  @Field(() => JsonScalar, { nullable: true })
  spec?: Json | undefined;

  @Field(() => JsonScalar, { nullable: true })
  inputSchema?: Json | undefined;

  @Field(() => JsonScalar, { nullable: true })
  defaultInput?: Json | undefined;

  @Field(() => String)
  queue!: string;

  @Field(() => Int)
  priority!: number;

  @Field(() => RetryPolicy)
  retry!: JobState['retry'];

  @Field(() => TimeoutPolicy)
  timeout!: JobState['timeout'];

  @Field(() => Limits)
  limits!: JobState['limits'];

  @Field(() => DeliveryGuarantee)
  guarantee!: JobState['guarantee'];

  @Field(() => LogLevel)
  logLevel!: JobState['logLevel'];

  @Field(() => Boolean)
  enabled!: boolean;

  @Field(() => [String])
  tags!: string[];

  @Field(() => Int)
  revision!: number;

  @Field(() => DateTime)
  createdAt!: number;

  @Field(() => DateTime)
  updatedAt!: number;

  @Field(() => String, { nullable: true })
  createdBy?: JobState['createdBy'];

  @Field(() => String, { nullable: true })
  updatedBy?: JobState['updatedBy'];
}

/** How one ended run of a job went: an element of its spark bar. */
@ObjectType()
export class Outcome {
  @Field(() => ID)
  runId!: string;

  @Field(() => RunStatus)
  status!: Status;

  @Field(() => SafeInt, { nullable: true })
  durationMs?: number | null;

  @Field(() => DateTime)
  finishedAt!: string | number;
}

@ObjectType()
export class JobRevision {
  @Field(() => Int)
  revision!: number;

  @Field(() => DateTime)
  at!: Date | number;

  @Field(() => String)
  actor!: string;

  @Field(() => JsonScalar)
  definition!: Json;
}

@ObjectType()
export class JobEdge extends edgeOf(() => Job) {}

@ObjectType()
export class JobConnection {
  @Field(() => [Job])
  nodes!: JobState[];

  @Field(() => [JobEdge])
  edges!: { cursor: string; node: JobState }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => SafeInt, { nullable: true })
  totalCount?: number | null;
}
