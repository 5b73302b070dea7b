import { limits, SecretName } from '@jobflow/contracts';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import { requireAllJobs } from '../auth/principal.js';
import type { Context } from '../context/context.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput, conflict, notFound } from '../errors/refusals.js';
import { audit } from '../users/audit.js';
import { Secret } from './secret.js';
import { usersOfSecrets } from './secret-references.js';
import { listSecrets, mostSecrets, removeSecret, type SecretRow, saveSecret } from './secret-rows.js';

const longestDescription = 1_000;
/** Users of a secret that a refusal names. */
const namedUsers = 10;

@Resolver()
export class SecretResolver {
  /** Names only, never values. */
  @Query(() => [Secret], { nullable: true })
  async secrets(@Ctx() ctx: Context): Promise<Secret[]> {
    requireAllJobs(ctx.principal, 'list secrets');
    const [rows, store] = await Promise.all([listSecrets(ctx.db), settledState(ctx)]);
    const users = usersOfSecrets(store);
    return rows.map((row) => secretOf(row, users));
  }

  /** Adds a secret or gives one a new value, which is in use everywhere within a minute. */
  @Auth('ADMIN')
  @Mutation(() => Secret, { nullable: true })
  async setSecret(
    @Arg('name', () => String) name: string,
    @Arg('value', () => String) value: string,
    @Arg('description', () => String, { nullable: true }) description: string | null | undefined,
    @Ctx() ctx: Context,
  ): Promise<Secret> {
    requireAllJobs(ctx.principal, 'set secrets');
    const problems = secretProblems(name, value, description);
    if (Object.keys(problems).length > 0) throw badUserInput(problems);
    const store = await settledState(ctx);
    const row = await ctx.db.tx(async (tx) => {
      const saved = await saveSecret(tx, ctx.secretBox, {
        ...{ name, value, description },
        at: new Date(ctx.clock.now()),
        by: ctx.actor,
      });
      if (!saved) throw conflict(`There are ${mostSecrets} secrets already: delete one first.`);
      await audit(ctx, { action: saved.created ? 'secret.created' : 'secret.updated', target: name }, tx);
      return saved;
    });
    return secretOf(row, usersOfSecrets(store));
  }

  @Auth('ADMIN')
  @Mutation(() => Boolean, { nullable: true })
  async deleteSecret(@Arg('name', () => String) name: string, @Ctx() ctx: Context): Promise<boolean> {
    requireAllJobs(ctx.principal, 'delete secrets');
    const users = usersOfSecrets(await settledState(ctx)).get(name) ?? [];
    if (users.length > 0) throw conflict(inUse(name, users));
    await ctx.db.tx(async (tx) => {
      if (!(await removeSecret(tx, name))) throw notFound('secret', name);
      await audit(ctx, { action: 'secret.deleted', target: name }, tx);
    });
    return true;
  }
}

const secretOf = (row: SecretRow, users: Map<string, string[]>): Secret => ({
  name: row.name,
  description: row.description,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
  usedBy: users.get(row.name) ?? [],
});

function inUse(name: string, users: readonly string[]): string {
  const shown = users.slice(0, namedUsers).join(', ');
  const more = users.length > namedUsers ? ` and ${users.length - namedUsers} more` : '';
  const jobs = users.length === 1 ? 'the job' : `${users.length} jobs:`;
  return `The secret ${name} is used by ${jobs} ${shown}${more}. Change or delete them first.`;
}

/** Never says anything of the value but its size. */
function secretProblems(name: string, value: string, description: string | null | undefined): Record<string, string> {
  const problems: Record<string, string> = {};
  const named = SecretName.safeParse(name);
  if (!named.success) problems.name = named.error.issues[0]?.message ?? 'is not the name of a secret';
  const bytes = Buffer.byteLength(value);
  if (bytes === 0) problems.value = 'must not be empty';
  else if (bytes > limits.secretBytes)
    problems.value = `is ${bytes} bytes long; at most ${limits.secretBytes} are allowed`;
  else if (value.includes('\0') || !value.isWellFormed()) problems.value = 'must be text without NUL characters';
  if (description && description.length > longestDescription)
    problems.description = `must have at most ${longestDescription} characters`;
  return problems;
}
