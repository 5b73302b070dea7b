import type { Json, RunStatus as Status } from '@jobflow/contracts';
import { Field, Float, InputType, Int } from 'type-graphql';
import { ChannelKind } from '../deliveries/delivery.js';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';
import { AlertMode, SignatureScheme } from './channel.js';

@InputType()
export class AlertRuleInput {
  @Field(() => [String], { nullable: true })
  jobs?: string[] | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => [String], { nullable: true })
  queues?: string[] | null;

  @Field(() => [RunStatus], { nullable: true })
  statuses?: Status[] | null;

  @Field(() => AlertMode, { nullable: true })
  mode?: AlertMode | null;

  @Field(() => Int, { nullable: true })
  consecutive?: number | null;

  @Field(() => DateTime, { nullable: true })
  mutedUntil?: Date | null;

  @Field(() => SafeInt, { nullable: true })
  throttleMs?: number | null;

  @Field(() => SafeInt, { nullable: true })
  digestMs?: number | null;

  /** System events. */
  @Field(() => [String], { nullable: true })
  events?: string[] | null;

  @Field(() => SafeInt, { nullable: true })
  oldestWaitOverMs?: number | null;

  @Field(() => Float, { nullable: true })
  successRateBelow?: number | null;

  @Field(() => SafeInt, { nullable: true })
  windowMs?: number | null;
}

@InputType()
export class ChannelInput {
  @Field(() => String)
  name!: string;

  @Field(() => ChannelKind)
  kind!: ChannelKind;

  @Field(() => String, { nullable: true })
  url?: string | null;

  @Field(() => [String], { nullable: true })
  to?: string[] | null;

  /** Left out, one is made. It must decode to 24–64 bytes. */
  @Field(() => String, { nullable: true })
  secret?: string | null;

  @Field(() => JsonScalar, { nullable: true })
  headers?: Json;

  @Field(() => [AlertRuleInput])
  rules!: AlertRuleInput[];

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null;

  @Field(() => [SignatureScheme], { nullable: true })
  signatures?: SignatureScheme[] | null;

  @Field(() => Boolean, { nullable: true })
  ordered?: boolean | null;

  @Field(() => DateTime, { nullable: true })
  replayFrom?: Date | null;
}

@InputType()
export class ChannelUpdateInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  url?: string | null;

  @Field(() => [String], { nullable: true })
  to?: string[] | null;

  @Field(() => JsonScalar, { nullable: true })
  headers?: Json;

  @Field(() => [AlertRuleInput], { nullable: true })
  rules?: AlertRuleInput[] | null;

  @Field(() => Boolean, { nullable: true })
  enabled?: boolean | null;

  @Field(() => [SignatureScheme], { nullable: true })
  signatures?: SignatureScheme[] | null;

  @Field(() => Boolean, { nullable: true })
  ordered?: boolean | null;
}
