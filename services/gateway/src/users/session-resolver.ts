import { mergePatch } from '@jobflow/domain';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import { passwordFault } from '../auth/passwords.js';
import type { Principal } from '../auth/principal.js';
import type { SignedIn } from '../auth/sign-in.js';
import { type Context, principalOf } from '../context/context.js';
import { badUserInput, forbidden } from '../errors/refusals.js';
import { JsonScalar } from '../schema/scalars.js';
import { audit } from './audit.js';
import { PrincipalInfo, Session, userOf } from './user.js';

const preferencesBytes = 32 * 1024;

@Resolver()
export class SessionResolver {
  @Query(() => PrincipalInfo)
  async me(@Ctx() ctx: Context): Promise<PrincipalInfo> {
    const principal = principalOf(ctx);
    return describe(principal, principal.kind === 'USER' ? await preferencesOf(ctx, principal) : undefined);
  }

  @Auth(null)
  @Mutation(() => Session, { nullable: true })
  async login(
    @Arg('email', () => String) email: string,
    @Arg('password', () => String) password: string,
    @Ctx() ctx: Context,
  ): Promise<Session> {
    return sessionOf(await ctx.auth.signIn.login(ctx, email, password));
  }

  @Auth(null)
  @Mutation(() => Session, { nullable: true, description: 'A new access token, for the refresh token in the cookie.' })
  async refresh(@Ctx() ctx: Context): Promise<Session> {
    return sessionOf(await ctx.auth.signIn.refresh(ctx));
  }

  @Auth('VIEWER')
  @Mutation(() => Boolean, { nullable: true })
  async logout(@Ctx() ctx: Context): Promise<boolean> {
    await ctx.auth.signIn.logout(ctx);
    return true;
  }

  @Auth('VIEWER')
  @Mutation(() => Boolean, { nullable: true, description: 'Ends all other sessions of the user.' })
  async changePassword(
    @Arg('current', () => String) current: string,
    @Arg('new', () => String) next: string,
    @Ctx() ctx: Context,
  ): Promise<boolean> {
    const user = person(ctx, 'has no password');
    const fault = passwordFault(next);
    if (fault) throw badUserInput({ new: fault });
    if (!(await ctx.auth.signIn.isOwnPassword(ctx, user.id, user.name, current))) {
      throw badUserInput({ current: 'is not your password' });
    }
    const hash = await ctx.auth.passwords.hash(next);
    await ctx.db.query('update gateway.users set password_hash = $2 where id = $1', [user.id, hash]);
    await ctx.auth.sessions.endAll(user.id, user.sessionId);
    await ctx.auth.changed();
    await audit(ctx, { action: 'user.passwordChanged', target: user.name });
    return true;
  }

  @Auth('VIEWER')
  @Mutation(() => PrincipalInfo, {
    nullable: true,
    description: 'A JSON merge patch (RFC 7396) of one’s own settings.',
  })
  async setPreferences(
    @Arg('preferences', () => JsonScalar) patch: unknown,
    @Ctx() ctx: Context,
  ): Promise<PrincipalInfo> {
    const user = person(ctx, 'has no preferences');
    if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
      throw badUserInput({ preferences: 'must be a JSON object' });
    }
    const preferences = await ctx.db.tx(async (tx) => {
      const [row] = await tx.query<{ preferences: unknown }>(
        'select preferences from gateway.users where id = $1 for update',
        [user.id],
      );
      const merged = mergePatch(row?.preferences ?? {}, patch);
      const text = JSON.stringify(merged);
      if (Buffer.byteLength(text) > preferencesBytes) {
        throw badUserInput({ preferences: `may not grow beyond ${preferencesBytes} bytes` });
      }
      await tx.query('update gateway.users set preferences = $2 where id = $1', [user.id, text]);
      return merged;
    });
    return describe(user, preferences);
  }
}

function person(ctx: Context, lacks: string): Principal {
  const principal = principalOf(ctx);
  if (principal.kind !== 'USER') throw forbidden(`An API key ${lacks}: sign in as a user.`);
  return principal;
}

async function preferencesOf(ctx: Context, { id }: Principal): Promise<unknown> {
  const [row] = await ctx.db.query<{ preferences: unknown }>('select preferences from gateway.users where id = $1', [
    id,
  ]);
  return row?.preferences ?? {};
}

function describe(principal: Principal, preferences: unknown): PrincipalInfo {
  const { id, kind, name, email, role } = principal;
  return { id, kind, name, role, ...(email ? { email } : {}), preferences };
}

const sessionOf = ({ accessToken, expiresAt, user }: SignedIn): Session => ({
  accessToken,
  expiresAt: new Date(expiresAt),
  user: userOf(user),
});
