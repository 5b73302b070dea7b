import type { Json } from '@jobflow/contracts';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { edgeOf } from '../paging/edge-of.js';
import { PageInfo } from '../paging/page-info.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';

export const ChannelKind = { WEBHOOK: 'WEBHOOK', SLACK: 'SLACK', EMAIL: 'EMAIL' } as const;
export type ChannelKind = keyof typeof ChannelKind;
export const DeliveryStatus = {
  PENDING: 'PENDING',
  RETRYING: 'RETRYING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  SUPPRESSED: 'SUPPRESSED',
} as const;
export type DeliveryStatus = keyof typeof DeliveryStatus;
registerEnumType(ChannelKind, { name: 'ChannelKind' });
registerEnumType(DeliveryStatus, { name: 'DeliveryStatus' });

type Maybe<T> = T | null | undefined;

@ObjectType()
export class DeliveryAttempt {
  @Field(() => Int)
  number!: number;

  @Field(() => DateTime)
  at!: number | Date;

  @Field(() => String, { nullable: true })
  url?: Maybe<string>;

  @Field(() => Int, { nullable: true })
  status?: Maybe<number>;

  @Field(() => SafeInt, { nullable: true })
  durationMs?: Maybe<number>;

  @Field(() => String, { nullable: true })
  error?: Maybe<string>;

  /** Values that could carry a secret are redacted. */
  @Field(() => JsonScalar, { nullable: true })
  requestHeaders?: Maybe<Json>;

  @Field(() => String, { nullable: true })
  requestBody?: Maybe<string>;

  @Field(() => JsonScalar, { nullable: true })
  responseHeaders?: Maybe<Json>;

  @Field(() => String, { nullable: true })
  responseBody?: Maybe<string>;
}

@ObjectType()
export class Delivery {
  @Field(() => ID)
  id!: string;

  @Field(() => ID, { nullable: true })
  channelId?: Maybe<string>;

  @Field(() => ChannelKind)
  kind!: ChannelKind;

  @Field(() => String)
  target!: string;

  @Field(() => ID, { nullable: true })
  runId?: Maybe<string>;

  @Field(() => String, { nullable: true })
  job?: Maybe<string>;

  @Field(() => String)
  event!: string;

  @Field(() => DeliveryStatus)
  status!: DeliveryStatus;

  @Field(() => String, { nullable: true })
  reason?: Maybe<string>;

  @Field(() => [DeliveryAttempt])
  attempts!: DeliveryAttempt[];

  @Field(() => DateTime, { nullable: true })
  nextAttemptAt?: Maybe<Date | number>;

  @Field(() => DateTime)
  createdAt!: Date | number;
}

@ObjectType()
export class DeliveryEdge extends edgeOf(() => Delivery) {}

@ObjectType()
export class DeliveryConnection {
  @Field(() => [Delivery])
  nodes!: Delivery[];

  @Field(() => [DeliveryEdge])
  edges!: { cursor: string; node: Delivery }[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@InputType()
export class DeliveryFilter {
  @Field(() => ID, { nullable: true })
  channelId?: string | null;

  @Field(() => ID, { nullable: true })
  runId?: string | null;

  @Field(() => String, { nullable: true })
  job?: string | null;

  @Field(() => Boolean, { nullable: true })
  succeeded?: boolean | null;

  @Field(() => [DeliveryStatus], { nullable: true })
  statuses?: DeliveryStatus[] | null;

  @Field(() => [String], { nullable: true })
  events?: string[] | null;

  @Field(() => DateTime, { nullable: true })
  createdAfter?: Date | null;

  @Field(() => DateTime, { nullable: true })
  createdBefore?: Date | null;
}
