import type { Json } from '@jobflow/contracts';
import type { BulkActionName, BulkStatusName } from '@jobflow/read-model';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { Run } from '../runs/run.js';
import { FacetCount } from '../runs/run-details.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { BulkAction, BulkStatus } from './bulk-enums.js';

/** The dry run of a bulk operation. */
@ObjectType()
export class BulkPreview {
  /** Runs that the filter means and the action applies to. */
  @Field(() => SafeInt)
  count!: number;

  @Field(() => DateTime)
  asOf!: Date;

  @Field(() => [FacetCount])
  byStatus!: FacetCount[];

  /** The newest of them. */
  @Field(() => [Run], { complexity: 0 })
  sample!: Run[];

  @Field(() => Boolean)
  undoable!: boolean;
}

@ObjectType()
export class BulkFailure {
  /** Which of the operation's runs, counted from 1. */
  @Field(() => Int)
  index!: number;

  @Field(() => ID)
  id!: string;

  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;
}

@ObjectType()
export class BulkOperation {
  @Field(() => ID)
  id!: string;

  @Field(() => BulkAction)
  action!: BulkActionName;

  @Field(() => BulkStatus)
  status!: BulkStatusName;

  @Field(() => SafeInt)
  total!: number;

  @Field(() => SafeInt)
  done!: number;

  @Field(() => SafeInt)
  failed!: number;

  @Field(() => Boolean)
  finished!: boolean;

  /** Read at or after it to see all that was done so far. */
  @Field(() => String, { nullable: true })
  position?: string | undefined;

  @Field(() => JsonScalar, { nullable: true })
  filter?: Json | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => String)
  createdBy!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  finishedAt?: Date | null;

  /** Null when it cannot be undone, or not any more. */
  @Field(() => DateTime, { nullable: true })
  undoableUntil?: Date | undefined;

  @Field(() => ID, { nullable: true })
  undoOf?: string | null;
}

@ObjectType()
export class BulkOperationEdge extends edgeOf(() => BulkOperation) {}

@ObjectType()
export class BulkOperationConnection {
  @Field(() => [BulkOperation])
  nodes!: BulkOperation[];

  @Field(() => [BulkOperationEdge])
  edges!: { cursor: string; node: BulkOperation }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
