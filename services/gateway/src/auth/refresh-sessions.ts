import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';

/*
 * A sign-in is a family of refresh tokens, each used once:
 *
 *   start ──► token 1 ──used──► token 2 ──used──► token 3 …
 *                 └── used again: somebody has a copy, so the whole family is revoked
 */

const idleMs = 14 * 86_400_000;
const wholeMs = 90 * 86_400_000;

export interface RefreshToken {
  sessionId: string;
  userId: string;
  /** `<id>.<secret>`, for the cookie. */
  value: string;
  expiresAt: number;
}

export type Rotated =
  | { ok: true; token: RefreshToken }
  | { ok: false; reason: 'unknown' | 'expired' | 'revoked' | 'reused'; userId?: string; sessionId?: string };

interface Row {
  id: string;
  family: string;
  user_id: string;
  hash: string;
  expires_at: Date;
  used_at: Date | null;
  revoked_at: Date | null;
}

export interface RefreshSessions {
  start(userId: string): Promise<RefreshToken>;
  rotate(value: string): Promise<Rotated>;
  /** Ends one sign-in. */
  end(sessionId: string): Promise<void>;
  /** Ends all sign-ins of a user, but for one. */
  endAll(userId: string, except?: string): Promise<void>;
  /** Deletes what has expired; the table holds living sessions only. */
  sweep(): Promise<void>;
}

export function createRefreshSessions(db: Db, clock: Clock): RefreshSessions {
  const insert = async (
    q: Pick<Db, 'query'>,
    sessionId: string,
    userId: string,
    until: number,
  ): Promise<RefreshToken> => {
    const id = randomUUID();
    const secret = randomBytes(32).toString('base64url');
    const now = clock.now();
    const expiresAt = Math.min(now + idleMs, until);
    await q.query(
      `insert into gateway.refresh_tokens (id, family, user_id, hash, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [id, sessionId, userId, hashOf(secret), new Date(now), new Date(expiresAt)],
    );
    return { sessionId, userId, value: `${id}.${secret}`, expiresAt };
  };

  async function rotate(value: string): Promise<Rotated> {
    const [, id, secret] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(value) ?? [];
    if (!id || !secret) return { ok: false, reason: 'unknown' };
    return db.tx(async (tx): Promise<Rotated> => {
      const [row] = await tx.query<Row>(
        `select id, family, user_id, hash, expires_at, used_at, revoked_at
         from gateway.refresh_tokens where id = $1 for update`,
        [id],
      );
      if (!row || !same(row.hash, hashOf(secret))) return { ok: false, reason: 'unknown' };
      const whose = { userId: row.user_id, sessionId: row.family };
      const now = clock.now();
      if (row.revoked_at) return { ok: false, reason: 'revoked', ...whose };
      if (row.used_at) {
        await revoke(tx, 'family = $2', [row.family]);
        return { ok: false, reason: 'reused', ...whose };
      }
      if (row.expires_at.getTime() <= now) return { ok: false, reason: 'expired', ...whose };
      await tx.query('update gateway.refresh_tokens set used_at = $2 where id = $1', [id, new Date(now)]);
      return { ok: true, token: await insert(tx, row.family, row.user_id, startOf(row.family) + wholeMs) };
    });
  }

  const revoke = (q: Pick<Db, 'query'>, where: string, params: unknown[]) =>
    q.query(`update gateway.refresh_tokens set revoked_at = $1 where revoked_at is null and ${where}`, [
      new Date(clock.now()),
      ...params,
    ]);

  return {
    start: (userId) => insert(db, newSessionId(clock.now()), userId, clock.now() + wholeMs),
    rotate,
    async end(sessionId) {
      await revoke(db, 'family = $2', [sessionId]);
    },
    async endAll(userId, except) {
      await revoke(db, 'user_id = $2 and family is distinct from $3', [userId, except ?? null]);
    },
    async sweep() {
      await db.query('delete from gateway.refresh_tokens where expires_at < $1', [new Date(clock.now() - 86_400_000)]);
    },
  };
}

/** A session's id begins with its start (48 bits of epoch ms), so that its whole life needs no row of its own. */
function newSessionId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUID().slice(13)}`;
}

const startOf = (sessionId: string): number => Number.parseInt(sessionId.slice(0, 8) + sessionId.slice(9, 13), 16);

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
