import type { JobKind as Kind, WorkerBeat } from '@jobflow/contracts';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { JobKind } from '../jobs/policy-enums.js';
import { DateTime, SafeInt } from '../schema/scalars.js';

export const WorkerStatus = {
  ONLINE: 'ONLINE',
  DRAINING: 'DRAINING',
  STOPPING: 'STOPPING',
  OFFLINE: 'OFFLINE',
} as const;
export type WorkerStatus = WorkerBeat['status'];
registerEnumType(WorkerStatus, { name: 'WorkerStatus' });

@ObjectType()
export class Worker {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  host!: string;

  @Field(() => Int)
  pid!: number;

  @Field(() => String)
  version!: string;

  /** The queues it serves; `*` stands for all. */
  @Field(() => [String])
  queues!: string[];

  @Field(() => [String])
  handlers!: string[];

  @Field(() => [JobKind])
  kinds!: Kind[];

  @Field(() => Int)
  concurrency!: number;

  @Field(() => Int)
  prefetch!: number;

  @Field(() => Int)
  active!: number;

  /** 0–1: active over concurrency. */
  @Field(() => Float)
  load!: number;

  @Field(() => Float)
  memoryMb!: number;

  @Field(() => Float)
  cpuPercent!: number;

  @Field(() => SafeInt)
  finished!: number;

  @Field(() => SafeInt)
  failed!: number;

  @Field(() => DateTime)
  startedAt!: number;

  @Field(() => DateTime)
  lastHeartbeatAt!: number;

  @Field(() => WorkerStatus)
  status!: WorkerStatus;

  /** Not of the API: what it says of its kinds and handlers. */
  beat!: WorkerBeat;
}
