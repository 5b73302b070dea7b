import { randomUUID } from 'node:crypto';
import type { Db } from '@jobflow/read-model';
import type { Role } from '../auth/role.js';
import { type UserRow, userColumns } from '../auth/sign-in.js';

/** Users are people, listed whole: more than this are refused. */
export const mostUsers = 1_000;

export interface NewUser {
  email: string;
  passwordHash: string;
  role: Role;
  at: number;
}

export type Created = { ok: true; user: UserRow } | { ok: false; reason: 'email-taken' | 'too-many' };

/** Adds a user; the email is in lower case. One that exists already is left as it is. */
export async function createUser(db: Pick<Db, 'query'>, { email, passwordHash, role, at }: NewUser): Promise<Created> {
  const [row] = await db.query<UserRow>(
    `insert into gateway.users (id, email, password_hash, role, disabled, preferences, created_at)
     select $1, $2, $3, $4, false, '{}', $5 where (select count(*) from gateway.users) < $6
     on conflict do nothing returning ${userColumns}`,
    [randomUUID(), email, passwordHash, role, new Date(at), mostUsers],
  );
  if (row) return { ok: true, user: row };
  const [taken] = await db.query('select 1 from gateway.users where lower(email) = $1', [email]);
  return { ok: false, reason: taken ? 'email-taken' : 'too-many' };
}
