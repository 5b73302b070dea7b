import type { DependencyFailure as Failure, FlowStatus as Status } from '@jobflow/contracts';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { Run } from '../runs/run.js';
import { DateTime, SafeInt } from '../schema/scalars.js';
import { DependencyFailure, FlowStatus } from './flow-enums.js';

/** One run of a flow, and what it waits for. */
@ObjectType()
export class FlowNode {
  @Field(() => String)
  key!: string;

  @Field(() => Run, { complexity: 0 })
  run!: Run;

  /** Keys of nodes. */
  @Field(() => [String])
  dependsOn!: string[];

  @Field(() => DependencyFailure)
  onDependencyFailure!: Failure;
}

/** A graph of runs; `FlowFields` adds its nodes. */
@ObjectType()
export class Flow {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  name?: string | null | undefined;

  /** RUNNING until every node has ended. */
  @Field(() => FlowStatus)
  status!: Status;

  @Field(() => [String])
  tags!: string[];

  @Field(() => Int)
  total!: number;

  /** Nodes that have ended, in whatever way. */
  @Field(() => Int)
  done!: number;

  /** Of those, nodes that failed or expired. */
  @Field(() => Int)
  failed!: number;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  finishedAt?: Date | null | undefined;

  @Field(() => String, { nullable: true })
  createdBy?: string | null | undefined;

  /** Not of the API: its jobs, where its events are said, and how often it was retried. */
  jobs!: string[];
  queue!: string;
  retries!: number;
  cancelRequestedAt?: Date | null | undefined;
  /** Not of the API: its nodes as they were made just now, before any read model has them. */
  born?: FlowNode[];
}

@ObjectType()
export class FlowPayload {
  @Field(() => ID)
  flowId!: string;

  /** In the order of the input. */
  @Field(() => [FlowNode], { complexity: 0 })
  runs!: FlowNode[];

  @Field(() => String)
  position!: string;

  @Field(() => Flow, { complexity: 0 })
  flow!: Flow;

  @Field(() => Boolean)
  duplicate!: boolean;
}

@ObjectType()
export class FlowEdge extends edgeOf(() => Flow) {}

@ObjectType()
export class FlowConnection {
  @Field(() => [Flow])
  nodes!: Flow[];

  @Field(() => [FlowEdge])
  edges!: { cursor: string; node: Flow }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  /** Exact, or null when counting takes over 200 ms. */
  @Field(() => SafeInt, { nullable: true })
  totalCount?: number | null;
}
