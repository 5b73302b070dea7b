import type { Json, JobKind as Kind, RunError as RunErrorValue, RunStatus as Status } from '@jobflow/contracts';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { RetryPolicy, TimeoutPolicy } from '../jobs/policy.js';
import { JobKind } from '../jobs/policy-enums.js';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { DeadLetterState, RunStatus } from './run-enums.js';

type Maybe<T> = T | null | undefined;

@ObjectType()
export class RunError implements RunErrorValue {
  @Field(() => String)
  message!: string;

  @Field(() => String, { nullable: true })
  code?: RunErrorValue['code'];

  @Field(() => String, { nullable: true })
  stack?: RunErrorValue['stack'];

  @Field(() => String)
  fingerprint!: string;

  @Field(() => Boolean)
  retryable!: boolean;
}

/** A run as its row (or, just after it was enqueued, its event) tells of it; `RunFields` adds what is looked up. */
@ObjectType()
export class Run {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  job!: string;

  @Field(() => Int)
  jobRevision!: number;

  @Field(() => JobKind)
  kind!: Kind;

  @Field(() => RunStatus)
  status!: Status;

  @Field(() => String)
  queue!: string;

  @Field(() => Int)
  priority!: number;

  @Field(() => JsonScalar, { nullable: true })
  input?: Maybe<Json>;

  @Field(() => JsonScalar, { nullable: true })
  result?: Maybe<Json>;

  @Field(() => RunError, { nullable: true })
  error?: Maybe<RunErrorValue>;

  @Field(() => Int)
  attempt!: number;

  @Field(() => Int)
  maxAttempts!: number;

  @Field(() => Float, { nullable: true })
  progress?: Maybe<number>;

  @Field(() => String, { nullable: true })
  progressMessage?: Maybe<string>;

  @Field(() => [String])
  tags!: string[];

  @Field(() => String, { nullable: true })
  workerId?: Maybe<string>;

  @Field(() => DateTime)
  createdAt!: number;

  @Field(() => DateTime, { nullable: true })
  dueAt?: Maybe<number>;

  @Field(() => DateTime, { nullable: true })
  queuedAt?: Maybe<number>;

  @Field(() => DateTime, { nullable: true })
  startedAt?: Maybe<number>;

  @Field(() => DateTime, { nullable: true })
  finishedAt?: Maybe<number>;

  @Field(() => DateTime, { nullable: true })
  expiresAt?: Maybe<number>;

  @Field(() => DateTime, { nullable: true })
  nextAttemptAt?: Maybe<number>;

  @Field(() => SafeInt, { nullable: true })
  waitMs?: Maybe<number>;

  @Field(() => SafeInt, { nullable: true })
  durationMs?: Maybe<number>;

  @Field(() => RetryPolicy)
  retry!: RetryPolicy;

  @Field(() => TimeoutPolicy)
  timeout!: TimeoutPolicy;

  @Field(() => String, { nullable: true })
  idempotencyKey?: Maybe<string>;

  @Field(() => String, { nullable: true })
  uniqueKey?: Maybe<string>;

  @Field(() => DateTime, { nullable: true })
  cancelRequestedAt?: Maybe<number>;

  @Field(() => String, { nullable: true })
  cancelReason?: Maybe<string>;

  @Field(() => Boolean)
  test!: boolean;

  @Field(() => ID, { nullable: true })
  retryOf?: Maybe<string>;

  @Field(() => [ID])
  retriedBy!: string[];

  @Field(() => DeadLetterState, { nullable: true })
  deadLetter?: Maybe<DeadLetterState>;

  @Field(() => ID, { nullable: true })
  scheduleId?: Maybe<string>;

  @Field(() => ID, { nullable: true })
  flowId?: Maybe<string>;

  @Field(() => String, { nullable: true })
  createdBy?: Maybe<string>;

  @Field(() => String, { nullable: true })
  traceId?: Maybe<string>;

  /** Counts this run's changes: an older one is stale. */
  @Field(() => Int)
  revision!: number;

  @Field(() => Int)
  timelineCount!: number;

  /** Not of the API: why it waits although it is queued. */
  waitReason?: Maybe<string>;
  waitSince?: Maybe<number>;
  limitKey?: Maybe<string>;
}

@ObjectType()
export class RunEdge extends edgeOf(() => Run) {}

@ObjectType()
export class RunConnection {
  @Field(() => [Run])
  nodes!: Run[];

  @Field(() => [RunEdge])
  edges!: { cursor: string; node: Run }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  /** Exact, or null when counting takes over 200 ms. */
  @Field(() => SafeInt, { nullable: true })
  totalCount?: Maybe<number>;

  /** Where to subscribe after. */
  @Field(() => String)
  position!: string;
}
