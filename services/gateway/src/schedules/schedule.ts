import type { Json, ScheduleState, RunStatus as Status } from '@jobflow/contracts';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';

export const ScheduleKind = { CRON: 'CRON', INTERVAL: 'INTERVAL', ONCE: 'ONCE', AFTER_JOB: 'AFTER_JOB' } as const;
export const MissedPolicy = { SKIP: 'SKIP', LAST: 'LAST', ALL: 'ALL' } as const;
export const OverlapPolicy = {
  ALLOW: 'ALLOW',
  SKIP: 'SKIP',
  QUEUE: 'QUEUE',
  CANCEL_RUNNING: 'CANCEL_RUNNING',
} as const;
export const FireOutcome = {
  PLANNED: 'PLANNED',
  RAN: 'RAN',
  MISSED: 'MISSED',
  OVERLAPPED: 'OVERLAPPED',
  PAUSED: 'PAUSED',
} as const;
export type FireOutcome = keyof typeof FireOutcome;
export const DstMark = { NONE: 'NONE', SKIPPED: 'SKIPPED', REPEATED: 'REPEATED' } as const;
export type DstMark = keyof typeof DstMark;

registerEnumType(ScheduleKind, { name: 'ScheduleKind' });
registerEnumType(MissedPolicy, { name: 'MissedPolicy' });
registerEnumType(OverlapPolicy, { name: 'OverlapPolicy' });
registerEnumType(FireOutcome, { name: 'FireOutcome' });
registerEnumType(DstMark, {
  name: 'DstMark',
  description: 'The local time does not exist, or exists twice, that day.',
});

/** A schedule as defined; `ScheduleFields` adds what is computed and what has happened. */
@ObjectType()
export class Schedule implements Omit<ScheduleState, 'activeSince'> {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  name?: ScheduleState['name'];

  @Field(() => String)
  job!: string;

  @Field(() => ScheduleKind)
  kind!: ScheduleState['kind'];

  @Field(() => String, { nullable: true })
  cron?: ScheduleState['cron'];

  @Field(() => SafeInt, { nullable: true })
  everyMs?: ScheduleState['everyMs'];

  @Field(() => DateTime, { nullable: true })
  at?: ScheduleState['at'];

  @Field(() => String)
  timezone!: string;

  @Field(() => String, { nullable: true })
  afterJob?: ScheduleState['afterJob'];

  @Field(() => [RunStatus], { nullable: true })
  afterStatuses?: Status[] | undefined;

  @Field(() => JsonScalar, { nullable: true })
  input?: Json | undefined;

  @Field(() => String, { nullable: true })
  queue?: ScheduleState['queue'];

  @Field(() => Int, { nullable: true })
  priority?: ScheduleState['priority'];

  @Field(() => [String])
  tags!: string[];

  @Field(() => MissedPolicy)
  missed!: ScheduleState['missed'];

  @Field(() => Int)
  maxMissed!: number;

  @Field(() => OverlapPolicy)
  overlap!: ScheduleState['overlap'];

  @Field(() => SafeInt)
  jitterMs!: number;

  @Field(() => DateTime, { nullable: true })
  startsAt?: ScheduleState['startsAt'];

  @Field(() => DateTime, { nullable: true })
  endsAt?: ScheduleState['endsAt'];

  @Field(() => Boolean)
  enabled!: boolean;

  @Field(() => String, { nullable: true })
  disabledReason?: ScheduleState['disabledReason'];

  @Field(() => Int)
  revision!: number;

  @Field(() => DateTime)
  createdAt!: number;

  @Field(() => DateTime)
  updatedAt!: number;
}

@ObjectType()
export class Fire {
  @Field(() => DateTime)
  at!: Date | number;

  @Field(() => String)
  timezone!: string;

  @Field(() => DstMark)
  dst!: DstMark;

  @Field(() => FireOutcome)
  outcome!: FireOutcome;

  @Field(() => ID, { nullable: true })
  scheduleId?: string | undefined;

  @Field(() => String, { nullable: true })
  job?: string | undefined;

  @Field(() => ID, { nullable: true })
  runId?: string | null | undefined;

  /** Why it made no run, in words; none where it fired or is to come. */
  @Field(() => String, { nullable: true })
  reason?: string | null | undefined;
}

@ObjectType()
export class SchedulePreview {
  @Field(() => String)
  description!: string;

  @Field(() => [Fire])
  fires!: Fire[];

  @Field(() => [String])
  warnings!: string[];
}

@ObjectType()
export class ScheduleEdge extends edgeOf(() => Schedule) {}

@ObjectType()
export class ScheduleConnection {
  @Field(() => [Schedule])
  nodes!: ScheduleState[];

  @Field(() => [ScheduleEdge])
  edges!: { cursor: string; node: ScheduleState }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => SafeInt, { nullable: true })
  totalCount?: number | null;
}
