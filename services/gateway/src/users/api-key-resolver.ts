import { JobName } from '@jobflow/contracts';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { newApiKey } from '../auth/api-key-format.js';
import type { Principal } from '../auth/principal.js';
import { covers, Role } from '../auth/role.js';
import { type Context, principalOf } from '../context/context.js';
import { badUserInput, conflict, forbidden, notFound } from '../errors/refusals.js';
import { DateTime } from '../schema/scalars.js';
import { ApiKey, ApiKeyCreated, type ApiKeyRow, apiKeyColumns, apiKeyOf } from './api-key.js';
import { audit } from './audit.js';

/** Living keys there can be; revoked ones are listed after them, the last first, as long as there is room. */
const mostKeys = 1_000;
const keptRevokedMs = 90 * 86_400_000;

@Resolver()
export class ApiKeyResolver {
  @Query(() => [ApiKey], { nullable: true })
  async apiKeys(@Ctx() ctx: Context): Promise<ApiKey[]> {
    const principal = principalOf(ctx);
    const rows = await ctx.db.query<ApiKeyRow>(
      `select ${apiKeyColumns} from gateway.api_keys where $1::text is null or created_by = $1
       order by revoked_at desc nulls first, created_at desc, id limit ${mostKeys}`,
      [principal.role === 'ADMIN' ? null : principal.ownerId],
    );
    return rows.map(apiKeyOf);
  }

  @Mutation(() => ApiKeyCreated, { nullable: true })
  async createApiKey(
    @Arg('name', () => String) name: string,
    @Arg('role', () => Role) role: Role,
    @Arg('expiresAt', () => DateTime, { nullable: true }) expiresAt: Date | null | undefined,
    @Arg('jobs', () => [String], { nullable: true }) jobs: string[] | null | undefined,
    @Ctx() ctx: Context,
  ): Promise<ApiKeyCreated> {
    const principal = principalOf(ctx);
    const now = ctx.clock.now();
    const fields = faults(name, expiresAt, jobs, now);
    if (fields) throw badUserInput(fields);
    requireNoMore(principal, role, jobs);
    const { id, key, hash } = newApiKey();
    const row = await ctx.db.tx(async (tx) => {
      await tx.query('delete from gateway.api_keys where revoked_at < $1', [new Date(now - keptRevokedMs)]);
      const [made] = await tx.query<ApiKeyRow>(
        `insert into gateway.api_keys (id, name, role, hash, prefix, jobs, created_by, created_at, expires_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9
         where (select count(*) from gateway.api_keys where revoked_at is null) < ${mostKeys}
         returning ${apiKeyColumns}`,
        [id, name.trim(), role, hash, `jfk_${id}`, jobs ?? null, principal.ownerId, new Date(now), expiresAt ?? null],
      );
      if (!made) throw conflict(`There are ${mostKeys} API keys already: revoke one first.`);
      const detail = { name: name.trim(), role, ...(jobs ? { jobs } : {}), ...(expiresAt ? { expiresAt } : {}) };
      await audit(ctx, { action: 'apiKey.created', target: id, detail }, tx);
      return made;
    });
    return { apiKey: apiKeyOf(row), secret: key };
  }

  @Mutation(() => Boolean, { nullable: true })
  async revokeApiKey(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<boolean> {
    const principal = principalOf(ctx);
    const [row] = await ctx.db.query<{ name: string }>(
      `update gateway.api_keys set revoked_at = coalesce(revoked_at, $2)
       where id = $1 and ($3::text is null or created_by = $3) returning name`,
      [id, new Date(ctx.clock.now()), principal.role === 'ADMIN' ? null : principal.ownerId],
    );
    if (!row) throw notFound('API key', id);
    await ctx.auth.changed();
    await audit(ctx, { action: 'apiKey.revoked', target: id, detail: { name: row.name } });
    return true;
  }
}

function faults(
  name: string,
  expiresAt: Date | null | undefined,
  jobs: string[] | null | undefined,
  now: number,
): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  if (name.trim() === '' || name.length > 100) found.name = 'must have 1 to 100 characters';
  if (expiresAt && expiresAt.getTime() <= now) found.expiresAt = 'must be in the future';
  if (jobs && jobs.length === 0) found.jobs = 'must name a job; leave it out to allow all jobs';
  for (const [index, job] of (jobs ?? []).entries()) {
    if (!JobName.safeParse(job).success) found[`jobs.${index}`] = 'is not the name of a job';
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** Nobody can make a key that may do more than they may themselves. */
function requireNoMore(principal: Principal, role: Role, jobs: string[] | null | undefined): void {
  if (!covers(principal.role, role)) {
    throw forbidden(`A key cannot have the role ${role}: you have ${principal.role} yourself.`);
  }
  const own = principal.jobs;
  if (own && !(jobs ?? ['']).every((job) => own.includes(job))) {
    throw forbidden('This API key is limited to some jobs, and so must be the keys it makes.');
  }
  if (principal.expiresAt !== undefined && principal.kind === 'API_KEY') {
    throw forbidden('An API key that expires cannot make other keys.');
  }
}
