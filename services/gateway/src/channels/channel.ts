import type { ChannelState, AlertRule as Rule } from '@jobflow/contracts';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { ChannelKind } from '../deliveries/delivery.js';
import { RunStatus } from '../runs/run-enums.js';
import { DateTime, SafeInt } from '../schema/scalars.js';

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
