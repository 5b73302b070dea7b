import type { DependencyFailure as Failure, FlowStatus as Status } from '@jobflow/contracts';
import { Field, ID, InputType } from 'type-graphql';
import { EnqueueInput } from '../enqueue/enqueue-input.js';
import { DateTime } from '../schema/scalars.js';
import { DependencyFailure, FlowStatus } from './flow-enums.js';

@InputType()
export class FlowNodeInput {
  /** Names the node within the flow; `{{parents.<key>.result}}` in what depends on it. */
  @Field(() => String)
  key!: string;

  @Field(() => EnqueueInput)
  enqueue!: EnqueueInput;

  /** The keys of nodes that must have ended before. */
  @Field(() => [String], { nullable: true })
  dependsOn?: string[] | null;

  /** What becomes of it when one of them did not succeed. Default: CANCEL. */
  @Field(() => DependencyFailure, { nullable: true })
  onDependencyFailure?: Failure | null;
}

@InputType()
export class FlowInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  /** Also as the Idempotency-Key header. The same key and content give the same flow with duplicate: true. */
  @Field(() => String, { nullable: true })
  idempotencyKey?: string | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  /** A signed webhook when the flow has ended. */
  @Field(() => String, { nullable: true })
  callbackUrl?: string | null;

  @Field(() => [FlowNodeInput])
  nodes!: FlowNodeInput[];
}

/** Which flows are meant; all that is given must hold, of each list any. */
@InputType()
export class FlowFilter {
  @Field(() => [ID], { nullable: true })
  ids?: string[] | null;

  /** Part of the name. */
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => [FlowStatus], { nullable: true })
  statuses?: Status[] | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => DateTime, { nullable: true })
  createdAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  createdBefore?: Date | null;
}
