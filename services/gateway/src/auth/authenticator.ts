import type { Clock } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { AccessTokens } from './access-token.js';
import { isApiKeyLike, parseApiKey, secretMatches } from './api-key-format.js';
import type { Principal } from './principal.js';
import { covers, type Role } from './role.js';

/** Who sent a credential. `fault` says in words why it proves nothing; without credential there is neither. */
export interface Authentication {
  principal?: Principal;
  fault?: string;
}

export interface Authenticator {
  /** @param authorization the header's value: `Bearer <access token or API key>` */
  authenticate(authorization: string | undefined): Promise<Authentication>;
  /** Looks everybody up anew from now on: somebody's access changed. */
  forget(): void;
  /** Writes down when keys were last used. */
  flush(): Promise<void>;
}

/** A role change, a logout or a revoked key counts everywhere within this time, even if nobody was told. */
const freshMs = 5_000;
/** While the database is down, what was last known goes on counting for this long. */
const staleMs = 60_000;
const remembered = 10_000;

interface UserRow {
  id: string;
  email: string;
  role: Role;
}

interface KeyRow {
  id: string;
  name: string;
  role: Role;
  hash: string;
  jobs: string[] | null;
  created_by: string | null;
  expires_at: Date | null;
  owner_role: Role | null;
}

export function createAuthenticator(db: Db, tokens: AccessTokens, clock: Clock): Authenticator {
  const sessions = createFreshCache<UserRow>(clock);
  const keys = createFreshCache<KeyRow>(clock);
  const used = new Map<string, number>();

  async function byToken(token: string): Promise<Authentication> {
    const claims = await tokens.read(token);
    if (!claims) return { fault: 'This access token is not valid, or has expired. Refresh it or sign in again.' };
    const user = await sessions.get(claims.sessionId, () =>
      livingSession(db, claims.sessionId, claims.userId, clock.now()),
    );
    if (!user) return { fault: 'This session has ended. Sign in again.' };
    const { id, role, email } = user;
    const { sessionId, expiresAt } = claims;
    return { principal: { id, kind: 'USER', ownerId: id, role, name: email, email, sessionId, expiresAt } };
  }

  async function byKey(text: string): Promise<Authentication> {
    const parsed = parseApiKey(text);
    const row = parsed && (await keys.get(parsed.id, () => livingKey(db, parsed.id)));
    const ended = row?.expires_at && row.expires_at.getTime() <= clock.now();
    if (!parsed || !row || ended || !secretMatches(parsed.secret, row.hash)) {
      return { fault: 'This API key is not valid, or was revoked, or has expired.' };
    }
    note(row.id);
    // A key can never do more than whoever made it may do today.
    const role = row.owner_role && !covers(row.owner_role, row.role) ? row.owner_role : row.role;
    const { id, name, jobs, created_by, expires_at } = row;
    return {
      principal: {
        id,
        kind: 'API_KEY',
        ownerId: created_by ?? id,
        role,
        name,
        ...(jobs ? { jobs } : {}),
        ...(expires_at ? { expiresAt: expires_at.getTime() } : {}),
      },
    };
  }

  function note(id: string): void {
    if (used.has(id) || used.size < remembered) used.set(id, clock.now());
  }

  return {
    async authenticate(authorization) {
      if (!authorization) return {};
      const [, credential] = /^Bearer +(\S+)$/i.exec(authorization.trim()) ?? [];
      if (!credential) return { fault: 'Send Authorization: Bearer <access token or API key>.' };
      return isApiKeyLike(credential) ? byKey(credential) : byToken(credential);
    },
    forget() {
      sessions.clear();
      keys.clear();
    },
    async flush() {
      if (used.size === 0) return;
      const batch = [...used];
      used.clear();
      await db.query(
        `update gateway.api_keys k set last_used_at = greatest(k.last_used_at, u.at)
         from unnest($1::text[], $2::timestamptz[]) as u(id, at) where k.id = u.id`,
        [batch.map(([id]) => id), batch.map(([, at]) => new Date(at))],
      );
    },
  };
}

async function livingSession(db: Db, sessionId: string, userId: string, now: number): Promise<UserRow | undefined> {
  const [row] = await db.query<UserRow>(
    `select u.id, u.email, u.role from gateway.users u
     where u.id = $1 and not u.disabled and exists (
       select 1 from gateway.refresh_tokens t where t.family = $2 and t.revoked_at is null and t.expires_at > $3)`,
    [userId, sessionId, new Date(now)],
  );
  return row;
}

async function livingKey(db: Db, id: string): Promise<KeyRow | undefined> {
  const [row] = await db.query<KeyRow>(
    `select k.id, k.name, k.role, k.hash, k.jobs, k.created_by, k.expires_at, u.role as owner_role
     from gateway.api_keys k left join gateway.users u on u.id::text = k.created_by
     where k.id = $1 and k.revoked_at is null and not coalesce(u.disabled, false)`,
    [id],
  );
  return row;
}

/** Remembers answers, the missing ones too, for `freshMs`; longer only while the source cannot be asked. */
function createFreshCache<T>(clock: Clock) {
  const entries = new Map<string, { at: number; value: T | undefined }>();
  return {
    async get(id: string, load: () => Promise<T | undefined>): Promise<T | undefined> {
      const entry = entries.get(id);
      const now = clock.now();
      if (entry && now - entry.at < freshMs) return entry.value;
      try {
        const value = await load();
        entries.delete(id);
        entries.set(id, { at: now, value });
        if (entries.size > remembered) entries.delete(entries.keys().next().value as string);
        return value;
      } catch (error) {
        if (entry?.value && now - entry.at < staleMs) return entry.value;
        throw error;
      }
    },
    clear: () => entries.clear(),
  };
}
