import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import type { Clock } from '@jobflow/platform';
import { jwtVerify, SignJWT } from 'jose';

/** How long an access token is good. */
export const accessTokenMs = 15 * 60_000;

const issuer = 'jobflow';
const audience = 'jobflow-api';
const type = 'at+jwt';

export interface AccessClaims {
  userId: string;
  /** The refresh family the token came from: ends with it. */
  sessionId: string;
  /** Epoch ms. */
  expiresAt: number;
}

export interface AccessTokens {
  issue(userId: string, sessionId: string): Promise<{ token: string; expiresAt: number }>;
  /** The claims of a token that is ours and still good; undefined for anything else. */
  read(token: string): Promise<AccessClaims | undefined>;
}

const remembered = 5_000;

/**
 * RFC 9068 access tokens, HS256 only. The role is not in them: it is looked up, so that a change counts at once.
 * @param key at least 32 bytes
 */
export function createAccessTokens(key: Buffer, clock: Clock): AccessTokens {
  if (key.byteLength < 32) throw new Error('the JWT key must have at least 32 bytes');
  const secret = createSecretKey(key);
  const kid = createHash('sha256').update('kid').update(key).digest('hex').slice(0, 16);
  // Tokens seen good before: a client sends the same one with every request.
  const known = new Map<string, AccessClaims>();

  async function verify(token: string): Promise<AccessClaims | undefined> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        issuer,
        audience,
        typ: type,
        requiredClaims: ['sub', 'sid', 'exp', 'iat', 'jti'],
        currentDate: new Date(clock.now()),
      });
      if (protectedHeader.kid !== kid) return undefined;
      const { sub, sid, exp, iat } = payload;
      if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined || iat === undefined)
        return undefined;
      if ((exp - iat) * 1000 > accessTokenMs) return undefined;
      return { userId: sub, sessionId: sid, expiresAt: exp * 1000 };
    } catch {
      return undefined;
    }
  }

  return {
    async issue(userId, sessionId) {
      const now = Math.floor(clock.now() / 1000);
      const exp = now + accessTokenMs / 1000;
      const token = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: 'HS256', typ: type, kid })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(exp)
        .setJti(randomUUID())
        .sign(secret);
      return { token, expiresAt: exp * 1000 };
    },
    async read(token) {
      if (token.length > 2048) return undefined;
      const seen = known.get(token);
      if (seen) {
        if (seen.expiresAt > clock.now()) return seen;
        known.delete(token);
        return undefined;
      }
      const claims = await verify(token);
      if (claims) {
        known.set(token, claims);
        if (known.size > remembered) known.delete(known.keys().next().value as string);
      }
      return claims;
    },
  };
}
