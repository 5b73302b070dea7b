import { createHash } from 'node:crypto';
import type { Context } from '../context/context.js';
import { forbidden, rateLimited, unauthenticated } from '../errors/refusals.js';
import type { RateCounter } from '../limits/rate-counter.js';
import type { Rate } from '../limits/rate-window.js';
import { audit } from '../users/audit.js';
import type { AccessTokens } from './access-token.js';
import type { Passwords } from './passwords.js';
import type { RefreshSessions } from './refresh-sessions.js';
import type { Role } from './role.js';

/*
 * Only wrong passwords count against the throttle, so people who know theirs are never held up by it. A guess is
 * looked at right before the hash is computed and counted right after: at most the few that are computed at the same
 * time get past.
 */
const perAccount: Rate = { burst: 10, everyMs: 30_000 };
const perAddress: Rate = { burst: 50, everyMs: 10_000 };

export interface SignedIn {
  accessToken: string;
  expiresAt: number;
  user: UserRow;
}

export interface UserRow {
  id: string;
  email: string;
  role: Role;
  disabled: boolean;
  created_at: Date;
  last_login_at: Date | null;
}

export interface SignInParts {
  passwords: Passwords;
  tokens: AccessTokens;
  sessions: RefreshSessions;
  counter: RateCounter;
}

export interface SignIn {
  login(ctx: Context, email: string, password: string): Promise<SignedIn>;
  refresh(ctx: Context): Promise<SignedIn>;
  logout(ctx: Context): Promise<void>;
  /** Whether this is the password of the user who is signed in; throttled like a login. */
  isOwnPassword(ctx: Context, userId: string, email: string, password: string): Promise<boolean>;
}

export const userColumns = 'id, email, role, disabled, created_at, last_login_at';

export function createSignIn({ passwords, tokens, sessions, counter }: SignInParts): SignIn {
  async function checkPassword(ctx: Context, email: string, hash: string | undefined, password: string) {
    const account = `login:account:${createHash('sha256').update(email).digest('hex').slice(0, 32)}`;
    const address = `login:address:${ctx.address}`;
    let retryAfterMs = 0;
    const verdict = await passwords.verify(hash, password.slice(0, 1024), async () => {
      const [a, b] = await Promise.all([counter.peek(account, perAccount), counter.peek(address, perAddress)]);
      retryAfterMs = Math.max(a.ok ? 0 : a.retryAfterMs, b.ok ? 0 : b.retryAfterMs);
      return retryAfterMs === 0;
    });
    if (verdict === 'refused') {
      const wait = Math.max(retryAfterMs, 1_000);
      throw rateLimited(wait, `Too many sign-ins with a wrong password. Try again in ${Math.ceil(wait / 1000)} s.`);
    }
    if (verdict) await counter.forget(account);
    else await Promise.all([counter.take(account, perAccount), counter.take(address, perAddress)]);
    return verdict;
  }

  async function signedIn(
    ctx: Context,
    user: UserRow,
    refresh: { sessionId: string; value: string; expiresAt: number },
  ) {
    const { token, expiresAt } = await tokens.issue(user.id, refresh.sessionId);
    ctx.cookie?.set(refresh.value, refresh.expiresAt);
    return { accessToken: token, expiresAt, user };
  }

  return {
    async login(ctx, givenEmail, password) {
      const email = givenEmail.trim().toLowerCase().slice(0, 320);
      const [row] = await ctx.db.query<UserRow & { password_hash: string }>(
        `select ${userColumns}, password_hash from gateway.users where lower(email) = $1`,
        [email],
      );
      const right = await checkPassword(ctx, email, row?.password_hash, password);
      if (!row || !right || row.disabled) {
        await audit(ctx, { action: 'login.failed', target: email, detail: { address: ctx.address } });
        throw unauthenticated('The email or the password is wrong.');
      }
      const now = new Date(ctx.clock.now());
      const refresh = await sessions.start(row.id);
      await ctx.db.query('update gateway.users set last_login_at = $2 where id = $1', [row.id, now]);
      const { password_hash: _, ...user } = row;
      await audit({ ...ctx, actor: row.id }, { action: 'login', target: email, detail: { address: ctx.address } });
      return signedIn(ctx, { ...user, last_login_at: now }, refresh);
    },

    async refresh(ctx) {
      if (ctx.foreignOrigin) throw forbidden('A session can only be refreshed from the dashboard’s own origin.');
      const value = ctx.cookie?.read();
      if (!value) throw unauthenticated('There is no session to refresh: sign in.');
      const rotated = await sessions.rotate(value);
      if (!rotated.ok) {
        ctx.cookie?.clear();
        if (rotated.reason === 'reused') {
          await ctx.auth.changed();
          const actor = rotated.userId ?? ctx.actor;
          await audit(
            { ...ctx, actor },
            { action: 'session.reused', target: rotated.sessionId ?? '', detail: { address: ctx.address } },
          );
        }
        throw unauthenticated('This session has ended: sign in again.');
      }
      const [user] = await ctx.db.query<UserRow>(
        `select ${userColumns} from gateway.users where id = $1 and not disabled`,
        [rotated.token.userId],
      );
      if (!user) throw unauthenticated('This session has ended: sign in again.');
      return signedIn(ctx, user, rotated.token);
    },

    async logout(ctx) {
      const sessionId = ctx.principal?.sessionId;
      if (!sessionId) throw forbidden('An API key has no session to end: revoke the key instead.');
      await sessions.end(sessionId);
      ctx.cookie?.clear();
      await ctx.auth.changed();
      await audit(ctx, { action: 'logout', target: ctx.principal?.name ?? '' });
    },

    async isOwnPassword(ctx, userId, email, password) {
      const [row] = await ctx.db.query<{ password_hash: string }>(
        'select password_hash from gateway.users where id = $1',
        [userId],
      );
      return checkPassword(ctx, email, row?.password_hash, password);
    },
  };
}
