import { Field, ObjectType } from 'type-graphql';
import { DateTime, JsonScalar } from '../schema/scalars.js';

/** What this installation is. Signed out, only name, version, environment and time are told. */
@ObjectType()
export class SystemInfo {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  version!: string;

  @Field(() => String)
  environment!: string;

  @Field(() => DateTime)
  time!: number;

  @Field(() => String, { nullable: true, description: 'The server’s own IANA time zone.' })
  timezone?: string;

  @Field(() => String, { nullable: true })
  publicUrl?: string;

  @Field(() => JsonScalar, { nullable: true })
  limits?: Record<string, number | null>;

  @Field(() => JsonScalar, { nullable: true })
  retention?: Record<string, number | null>;

  @Field(() => Boolean, { nullable: true })
  introspection?: boolean;
}
