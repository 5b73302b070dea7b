import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import { passwordFault } from '../auth/passwords.js';
import { Role } from '../auth/role.js';
import { type UserRow, userColumns } from '../auth/sign-in.js';
import type { Context } from '../context/context.js';
import { badUserInput, conflict, notFound } from '../errors/refusals.js';
import { audit } from './audit.js';
import { createUser, mostUsers } from './create-user.js';
import { emailAddress } from './email-address.js';
import { isUuid } from './is-uuid.js';
import { User, userOf } from './user.js';

@Resolver()
export class UserResolver {
  @Auth('ADMIN')
  @Query(() => [User], { nullable: true })
  async users(@Ctx() ctx: Context): Promise<User[]> {
    const rows = await ctx.db.query<UserRow>(
      `select ${userColumns} from gateway.users order by email limit ${mostUsers}`,
    );
    return rows.map(userOf);
  }

  @Auth('ADMIN')
  @Mutation(() => User, { nullable: true })
  async createUser(
    @Arg('email', () => String) email: string,
    @Arg('password', () => String) password: string,
    @Arg('role', () => Role) role: Role,
    @Ctx() ctx: Context,
  ): Promise<User> {
    const address = emailAddress(email);
    const fault = passwordFault(password);
    if (!address.ok || fault) {
      throw badUserInput({ ...(address.ok ? {} : { email: address.fault }), ...(fault ? { password: fault } : {}) });
    }
    const passwordHash = await ctx.auth.passwords.hash(password);
    const created = await createUser(ctx.db, { email: address.email, passwordHash, role, at: ctx.clock.now() });
    if (!created.ok) {
      if (created.reason === 'email-taken') throw conflict(`There is a user ${address.email} already.`);
      throw conflict(`There are ${mostUsers} users already, which is the most there can be.`);
    }
    await audit(ctx, { action: 'user.created', target: address.email, detail: { role } });
    return userOf(created.user);
  }

  @Auth('ADMIN')
  @Mutation(() => User, {
    nullable: true,
    description: 'What is missing stays. Disabling or a new password ends all sessions.',
  })
  async updateUser(
    @Arg('id', () => ID) id: string,
    @Arg('role', () => Role, { nullable: true }) role: Role | null | undefined,
    @Arg('disabled', () => Boolean, { nullable: true }) disabled: boolean | null | undefined,
    @Arg('password', () => String, { nullable: true }) password: string | null | undefined,
    @Ctx() ctx: Context,
  ): Promise<User> {
    const fault = password ? passwordFault(password) : password === '' ? 'must not be empty' : undefined;
    if (fault) throw badUserInput({ password: fault });
    if (!isUuid(id)) throw notFound('user', id);
    const hash = password ? await ctx.auth.passwords.hash(password) : null;
    const user = await ctx.db.tx(async (tx) => {
      // All admins are locked, so that two requests cannot each take the other's last one away.
      const admins = await tx.query<{ id: string }>(
        `select id from gateway.users where role = 'ADMIN' and not disabled order by id for update`,
      );
      const [row] = await tx.query<UserRow>(
        `update gateway.users set role = coalesce($2, role), disabled = coalesce($3, disabled),
           password_hash = coalesce($4, password_hash)
         where id = $1 returning ${userColumns}`,
        [id, role ?? null, disabled ?? null, hash],
      );
      if (!row) throw notFound('user', id);
      const stillAdmin = row.role === 'ADMIN' && !row.disabled;
      if (!stillAdmin && admins.every((admin) => admin.id === id) && admins.length > 0) {
        throw conflict('This is the last admin: make somebody else one first.');
      }
      const detail = {
        ...(role ? { role } : {}),
        ...(disabled != null ? { disabled } : {}),
        ...(hash ? { password: true } : {}),
      };
      await audit(ctx, { action: 'user.updated', target: row.email, detail }, tx);
      return row;
    });
    if (disabled || hash) await ctx.auth.sessions.endAll(id);
    await ctx.auth.changed();
    return userOf(user);
  }
}
