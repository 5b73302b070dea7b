import type { Json, LogLevel as Level, RunError as RunErrorValue, LogStream as Stream } from '@jobflow/contracts';
import type { AttemptStatus as AttemptStatusName, WaitReason as WaitReasonName } from '@jobflow/domain';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { LogLevel } from '../jobs/policy-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { Run, RunError } from './run.js';
import { AttemptStatus, LogStream, WaitReason } from './run-enums.js';

@ObjectType()
export class Attempt {
  @Field(() => Int)
  number!: number;

  @Field(() => AttemptStatus)
  status!: AttemptStatusName;

  @Field(() => String, { nullable: true })
  workerId?: string | undefined;

  @Field(() => DateTime, { nullable: true })
  dueAt?: number | undefined;

  @Field(() => DateTime, { nullable: true })
  queuedAt?: number | undefined;

  @Field(() => DateTime, { nullable: true })
  startedAt?: number | undefined;

  @Field(() => DateTime, { nullable: true })
  finishedAt?: number | undefined;

  @Field(() => SafeInt, { nullable: true })
  waitMs?: number | undefined;

  @Field(() => SafeInt, { nullable: true })
  durationMs?: number | undefined;

  @Field(() => RunError, { nullable: true })
  error?: RunErrorValue | undefined;

  /** The first and last of its log lines. */
  @Field(() => Int, { nullable: true })
  firstLine?: number | undefined;

  @Field(() => Int, { nullable: true })
  lastLine?: number | undefined;
}

@ObjectType()
export class TimelineEvent {
  @Field(() => DateTime)
  at!: number;

  @Field(() => String)
  type!: string;

  @Field(() => String)
  message!: string;

  @Field(() => String, { nullable: true })
  actor?: string | undefined;

  @Field(() => Int, { nullable: true })
  attempt?: number | undefined;

  @Field(() => JsonScalar, { nullable: true })
  data?: Json | undefined;

  @Field(() => String)
  position!: string;
}

@ObjectType()
export class LogLine {
  @Field(() => Int)
  line!: number;

  @Field(() => DateTime)
  at!: number | Date;

  @Field(() => LogLevel)
  level!: Level;

  @Field(() => LogStream)
  stream!: Stream;

  @Field(() => Int)
  attempt!: number;

  @Field(() => String)
  message!: string;
}

@ObjectType()
export class LogInfo {
  @Field(() => Int)
  lines!: number;

  @Field(() => SafeInt)
  bytes!: number;

  @Field(() => Int)
  dropped!: number;

  @Field(() => DateTime, { nullable: true })
  expiresAt?: number | undefined;
}

@ObjectType()
export class LogMatches {
  @Field(() => Int)
  total!: number;

  @Field(() => [Int])
  lines!: number[];
}

/** One reason why a run waits. */
@ObjectType()
export class Reason {
  @Field(() => WaitReason)
  code!: WaitReasonName;

  @Field(() => String)
  message!: string;

  @Field(() => DateTime, { nullable: true })
  since?: number | undefined;

  @Field(() => DateTime, { nullable: true })
  until?: number | undefined;

  @Field(() => String, { nullable: true })
  target?: string | undefined;

  @Field(() => String, { nullable: true })
  actor?: string | undefined;

  @Field(() => SafeInt, { nullable: true })
  ahead?: number | undefined;
}

@ObjectType()
export class FacetCount {
  @Field(() => String)
  value!: string;

  @Field(() => SafeInt)
  count!: number;
}

@ObjectType()
export class RunUpdateBatch {
  @Field(() => [Run])
  runs!: Run[];

  /** Matched the filter before, no longer. */
  @Field(() => [ID])
  left!: string[];

  @Field(() => String)
  position!: string;

  /** States conflated away. */
  @Field(() => Int)
  skipped!: number;

  /** `after` was too old, or more changed at once than a batch holds: refetch. */
  @Field(() => Boolean)
  gap!: boolean;
}

@ObjectType()
export class LogBatch {
  @Field(() => [LogLine])
  lines!: LogLine[];

  /** Lines lost just before these. */
  @Field(() => Int)
  dropped!: number;

  /** The run has ended and everything it wrote was delivered. */
  @Field(() => Boolean)
  finished!: boolean;
}
