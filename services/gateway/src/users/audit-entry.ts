import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { DateTime, JsonScalar } from '../schema/scalars.js';

@ObjectType()
export class AuditEntry {
  @Field(() => ID)
  id!: string;

  @Field(() => DateTime)
  at!: Date;

  @Field(() => String)
  actor!: string;

  @Field(() => String)
  action!: string;

  @Field(() => String)
  target!: string;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  detail?: unknown;

  @Field(() => String, { nullable: true })
  correlationId?: string | null;

  @Field(() => String, { nullable: true })
  position?: string | null;
}

@InputType()
export class AuditFilter {
  @Field(() => String, { nullable: true })
  actor?: string | null;

  @Field(() => [String], { nullable: true })
  actions?: string[] | null;

  @Field(() => String, { nullable: true })
  target?: string | null;

  @Field(() => DateTime, { nullable: true })
  after?: Date | null;

  @Field(() => DateTime, { nullable: true })
  before?: Date | null;
}

@ObjectType()
export class AuditEdge extends edgeOf(() => AuditEntry) {}

@ObjectType()
export class AuditConnection {
  @Field(() => [AuditEntry])
  nodes!: AuditEntry[];

  @Field(() => [AuditEdge])
  edges!: { cursor: string; node: AuditEntry }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
