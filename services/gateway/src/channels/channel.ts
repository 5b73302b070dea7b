import type { ChannelState, Json, AlertRule as Rule, RunStatus as Status } from '@jobflow/contracts';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { ChannelKind } from '../deliveries/delivery.js';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime, JsonScalar, SafeInt } from '../schema/scalars.js';

export const SignatureScheme = { V1: 'V1', V1A: 'V1A' } as const;
export type SignatureScheme = keyof typeof SignatureScheme;
export const AlertMode = {
  EVERY: 'EVERY',
  STATE_CHANGE: 'STATE_CHANGE',
  AFTER_CONSECUTIVE: 'AFTER_CONSECUTIVE',
  DIGEST: 'DIGEST',
} as const;
export type AlertMode = keyof typeof AlertMode;
registerEnumType(SignatureScheme, { name: 'SignatureScheme' });
registerEnumType(AlertMode, { name: 'AlertMode' });

@ObjectType()
export class AlertRule implements Rule {
  @Field(() => [String], { nullable: true })
  jobs?: Rule['jobs'];

  @Field(() => [String], { nullable: true })
  tags?: Rule['tags'];

  @Field(() => [String], { nullable: true })
  queues?: Rule['queues'];

  @Field(() => [RunStatus], { nullable: true })
  statuses?: Rule['statuses'];

  @Field(() => AlertMode)
  mode!: AlertMode;

  @Field(() => Int, { nullable: true })
  consecutive?: Rule['consecutive'];

  @Field(() => DateTime, { nullable: true })
  mutedUntil?: Rule['mutedUntil'];

  @Field(() => SafeInt, { nullable: true })
  throttleMs?: Rule['throttleMs'];

  @Field(() => SafeInt, { nullable: true })
  digestMs?: Rule['digestMs'];

  @Field(() => [String], { nullable: true })
  events?: Rule['events'];

  @Field(() => SafeInt, { nullable: true })
  oldestWaitOverMs?: Rule['oldestWaitOverMs'];

  @Field(() => Float, { nullable: true })
  successRateBelow?: Rule['successRateBelow'];

  @Field(() => SafeInt, { nullable: true })
  windowMs?: Rule['windowMs'];
}

/** A channel without its secret; `ChannelFields` adds what is redacted and what was delivered. */
@ObjectType()
export class Channel implements Pick<ChannelState, 'id' | 'name' | 'kind' | 'rules'> {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => ChannelKind)
  kind!: ChannelKind;

  @Field(() => [String], { nullable: true })
  to?: ChannelState['to'];

  @Field(() => Boolean)
  enabled!: boolean;

  @Field(() => String, { nullable: true })
  disabledReason?: ChannelState['disabledReason'];

  @Field(() => [AlertRule])
  rules!: Rule[];

  @Field(() => [SignatureScheme])
  signatures!: SignatureScheme[];

  @Field(() => Boolean)
  ordered!: boolean;

  @Field(() => Int)
  revision!: number;

  @Field(() => DateTime)
  createdAt!: number;
}

@ObjectType()
export class ChannelCreated {
  @Field(() => Channel)
  channel!: ChannelState;

  /** Shown once. */
  @Field(() => String, { nullable: true })
  secret?: string | undefined;
}

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
