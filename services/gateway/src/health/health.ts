import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../schema/scalars.js';
import { HealthStatus } from './system-health.js';

registerEnumType(HealthStatus, { name: 'HealthStatus' });

@ObjectType()
export class HealthCheck {
  @Field(() => String)
  code!: string;

  @Field(() => HealthStatus)
  status!: HealthStatus;

  @Field(() => String)
  message!: string;

  @Field(() => String, { nullable: true })
  action?: string;

  @Field(() => DateTime, { nullable: true })
  since?: number;

  @Field(() => String, { nullable: true })
  target?: string;
}

/** What is wrong now, in words. */
@ObjectType()
export class Health {
  @Field(() => HealthStatus)
  status!: HealthStatus;

  @Field(() => [HealthCheck])
  checks!: HealthCheck[];

  @Field(() => String, { nullable: true })
  position?: string;
}
