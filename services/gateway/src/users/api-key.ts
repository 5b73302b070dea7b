import { Field, ID, ObjectType } from 'type-graphql';
import { Role } from '../auth/role.js';
import { DateTime } from '../schema/scalars.js';

@ObjectType()
export class ApiKey {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Role)
  role!: Role;

  @Field(() => String, { description: 'The part of the key that is no secret, to tell keys apart.' })
  prefix!: string;

  @Field(() => [String], { nullable: true, description: 'The only jobs the key may use; null: all.' })
  jobs?: string[] | null;

  @Field(() => String, { nullable: true })
  createdBy?: string | null;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  lastUsedAt?: Date | null;

  @Field(() => DateTime, { nullable: true })
  expiresAt?: Date | null;

  @Field(() => DateTime, { nullable: true })
  revokedAt?: Date | null;
}

@ObjectType()
export class ApiKeyCreated {
  @Field(() => ApiKey)
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The key itself. It is shown this once.' })
  secret!: string;
}

export interface ApiKeyRow {
  id: string;
  name: string;
  role: Role;
  prefix: string;
  jobs: string[] | null;
  created_by: string | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

export const apiKeyColumns =
  'id, name, role, prefix, jobs, created_by, created_at, last_used_at, expires_at, revoked_at';

export const apiKeyOf = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  role: row.role,
  prefix: row.prefix,
  jobs: row.jobs,
  createdBy: row.created_by,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
});
