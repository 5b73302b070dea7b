import { Field, ID, ObjectType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { Run } from '../runs/run.js';
import { DateTime, SafeInt } from '../schema/scalars.js';

/** Open dead letters with the same mistake. */
@ObjectType()
export class DeadLetterGroup {
  @Field(() => ID)
  fingerprint!: string;

  /** Of the newest of them. */
  @Field(() => String)
  message!: string;

  @Field(() => String)
  job!: string;

  @Field(() => SafeInt)
  count!: number;

  /** When the first and the last of them ended. */
  @Field(() => DateTime)
  firstAt!: Date;

  @Field(() => DateTime)
  lastAt!: Date;

  /** The newest of them. */
  @Field(() => Run, { complexity: 0 })
  sample!: Run;
}

@ObjectType()
export class DeadLetterGroupEdge extends edgeOf(() => DeadLetterGroup) {}

@ObjectType()
export class DeadLetterGroupConnection {
  @Field(() => [DeadLetterGroup])
  nodes!: DeadLetterGroup[];

  @Field(() => [DeadLetterGroupEdge])
  edges!: { cursor: string; node: DeadLetterGroup }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => SafeInt, { nullable: true })
  totalCount?: number | null;
}
