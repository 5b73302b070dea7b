import { isIP } from 'node:net';
import type { Json } from '@jobflow/contracts';
import { ForbiddenAddressError, resolveAllowed } from '@jobflow/platform';
import { type KindContext, type KindRunner, NoRetry } from '@jobflow/sdk';
import type pg from 'pg';
import { fillTemplates, templateScope } from '../fill-templates.js';
import { JobError } from '../job-error.js';
import { parseSpec } from '../parse-spec.js';
import { readConnectionString, type SqlTarget } from './connection-string.js';
import { RowsTooLargeError, runQuery } from './run-query.js';
import { sqlError } from './sql-error.js';
import type { SqlResult } from './sql-rows.js';
import { SqlSpec } from './sql-spec.js';

const CONNECT_MS = 10_000;

export interface SqlKindOptions {
  /** Address ranges that may be connected to although they are not public. */
  allow: readonly string[];
}

/** SQL jobs: one statement against the Postgres that a secret's connection string names. */
export function createSqlKind({ allow }: SqlKindOptions): KindRunner {
  return { kind: 'SQL', enabled: true, run: (ctx) => runSql(ctx, allow) };
}

async function runSql(ctx: KindContext, allow: readonly string[]): Promise<SqlResult> {
  const spec = await readSpec(ctx);
  const limit = AbortSignal.timeout(spec.timeoutMs);
  const startedAt = performance.now();
  try {
    const config = await clientConfig(ctx, spec.connection, allow);
    const { query: text, ...rest } = spec;
    const signal = AbortSignal.any([ctx.signal, ctx.kill, limit]);
    const result = await runQuery(config, { text, ...rest, signal });
    const more = result.truncated ? ', of more' : '';
    const what = result.columns.length > 0 ? 'rows' : 'rows changed';
    ctx.logger.info(`${result.rowCount} ${what}${more} in ${Math.round(performance.now() - startedAt)} ms`);
    return result;
  } catch (error) {
    // The run's own limits and its cancellation are told by whoever set them.
    if (ctx.signal.aborted || ctx.kill.aborted) throw error;
    if (limit.aborted) throw new JobError(`The query was not answered within ${spec.timeoutMs} ms`, 'TIMEOUT');
    throw told(error);
  }
}

function told(error: unknown): Error {
  if (error instanceof NoRetry || error instanceof JobError) return error;
  if (error instanceof ForbiddenAddressError) return new NoRetry(error.message, { code: error.code });
  if (error instanceof RowsTooLargeError) return new NoRetry(error.message, { code: 'RESULT_TOO_LARGE' });
  // Of a secret that could not be fetched, its source says what there is to say.
  if ((error as { code?: unknown }).code === 'SECRET_UNAVAILABLE') return error as Error;
  return sqlError(error);
}

async function readSpec(ctx: KindContext): Promise<SqlSpec> {
  const { params, ...rest } = (ctx.run.spec ?? {}) as Record<string, Json>;
  if (params === undefined) return parseSpec(SqlSpec, rest);
  return parseSpec(SqlSpec, { ...rest, params: fillTemplates(params, await templateScope(ctx, params)) });
}

async function clientConfig(ctx: KindContext, secret: string, allow: readonly string[]): Promise<pg.ClientConfig> {
  const read = readConnectionString(await ctx.secret(secret));
  if (!read.ok)
    throw new NoRetry(`The secret ${secret} is no connection string: it ${read.reason}`, { code: 'BAD_CONNECTION' });
  const { target } = read;
  return {
    // The address that was checked, not the name, which might lead elsewhere the next time.
    host: await resolveAllowed(target.host, allow),
    port: target.port,
    user: target.user,
    // A function, or pg would look for one in variables and files when there is none.
    password: () => target.password,
    database: target.database,
    ssl: tls(target),
    ...(target.options !== undefined && { options: target.options }),
    application_name: 'jobflow-job',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  };
}

function tls({ tls: mode, host }: SqlTarget): pg.ClientConfig['ssl'] {
  if (mode === 'off') return false;
  return { rejectUnauthorized: mode === 'verified', ...(isIP(host) === 0 && { servername: host }) };
}
