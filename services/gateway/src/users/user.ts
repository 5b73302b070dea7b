import { Field, ID, ObjectType } from 'type-graphql';
import { PrincipalKind } from '../auth/principal.js';
import { Role } from '../auth/role.js';
import type { UserRow } from '../auth/sign-in.js';
import { DateTime, JsonScalar } from '../schema/scalars.js';

@ObjectType()
export class User {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  email!: string;

  @Field(() => Role)
  role!: Role;

  @Field(() => Boolean)
  disabled!: boolean;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  lastLoginAt?: Date | null;
}

export const userOf = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  role: row.role,
  disabled: row.disabled,
  createdAt: row.created_at,
  lastLoginAt: row.last_login_at,
});

@ObjectType()
export class Session {
  @Field(() => String)
  accessToken!: string;

  @Field(() => DateTime)
  expiresAt!: Date;

  @Field(() => User)
  user!: User;
}

/** Who is signed in: a person or an API key. */
@ObjectType('Principal')
export class PrincipalInfo {
  @Field(() => ID)
  id!: string;

  @Field(() => PrincipalKind)
  kind!: PrincipalKind;

  @Field(() => String, { nullable: true })
  name?: string;

  @Field(() => String, { nullable: true })
  email?: string;

  @Field(() => Role)
  role!: Role;

  @Field(() => JsonScalar, { nullable: true })
  preferences?: unknown;
}
