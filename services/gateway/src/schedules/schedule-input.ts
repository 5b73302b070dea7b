import type { Json, ScheduleState, RunStatus as Status } from '@jobflow/contracts';
import { Field, InputType, Int } from 'type-graphql';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { MissedPolicy, OverlapPolicy, ScheduleKind } from './schedule.js';

/** What both inputs of a schedule share. In an update a missing field stays, null goes back to the default. */
@InputType()
class ScheduleFieldsInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  cron?: string | null;

  @Field(() => SafeInt, { nullable: true })
  everyMs?: number | null;

  @Field(() => DateTime, { nullable: true })
  at?: Date | null;

  @Field(() => String, { nullable: true })
  timezone?: string | null;

  @Field(() => String, { nullable: true })
  afterJob?: string | null;

  @Field(() => [RunStatus], { nullable: true })
  afterStatuses?: Status[] | null;

  @Field(() => JsonScalar, { nullable: true })
  input?: Json;

  @Field(() => String, { nullable: true })
  queue?: string | null;

  @Field(() => Int, { nullable: true })
  priority?: number | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => MissedPolicy, { nullable: true })
  missed?: ScheduleState['missed'] | null;

  @Field(() => Int, { nullable: true })
  maxMissed?: number | null;

  @Field(() => OverlapPolicy, { nullable: true })
  overlap?: ScheduleState['overlap'] | null;

  @Field(() => SafeInt, { nullable: true })
  jitterMs?: number | null;

  @Field(() => DateTime, { nullable: true })
  startsAt?: Date | null;

  @Field(() => DateTime, { nullable: true })
  endsAt?: Date | null;

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null;
}

@InputType()
export class ScheduleInput extends ScheduleFieldsInput {
  @Field(() => String)
  job!: string;

  @Field(() => ScheduleKind)
  kind!: ScheduleState['kind'];
}

@InputType()
export class ScheduleUpdateInput extends ScheduleFieldsInput {
  @Field(() => ScheduleKind, { nullable: true })
  kind?: ScheduleState['kind'] | null;
}

@InputType()
export class SchedulePreviewInput {
  @Field(() => ScheduleKind)
  kind!: ScheduleState['kind'];

  @Field(() => String, { nullable: true })
  cron?: string | null;

  @Field(() => SafeInt, { nullable: true })
  everyMs?: number | null;

  @Field(() => DateTime, { nullable: true })
  at?: Date | null;

  @Field(() => String, { nullable: true })
  timezone?: string | null;

  @Field(() => DateTime, { nullable: true })
  startsAt?: Date | null;

  @Field(() => DateTime, { nullable: true })
  endsAt?: Date | null;

  @Field(() => SafeInt, { nullable: true })
  jitterMs?: number | null;
}

@InputType()
export class ScheduleFilter {
  @Field(() => String, { nullable: true })
  search?: string | null;

  @Field(() => [ScheduleKind], { nullable: true })
  kinds?: ScheduleState['kind'][] | null;

  @Field(() => [String], { nullable: true })
  jobs?: string[] | null;

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null;

  @Field(() => String, { nullable: true })
  timezone?: string | null;
}
