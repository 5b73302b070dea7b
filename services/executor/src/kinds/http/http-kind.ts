import { secretsIn } from '@jobflow/domain';
import { checkUrl, createSafeDispatcher, ForbiddenAddressError } from '@jobflow/platform';
import { type KindContext, type KindRunner, NoRetry, RetryAt } from '@jobflow/sdk';
import { type Dispatcher, request } from 'undici';
import { fillTemplates, templateScope } from '../fill-templates.js';
import { JobError } from '../job-error.js';
import { parseSpec } from '../parse-spec.js';
import { fillUrl } from './fill-url.js';
import { httpResult, readBody } from './http-result.js';
import { HttpSpec, isSuccess } from './http-spec.js';
import { retryAfter } from './retry-after.js';

/** Set by the connection, not by the job. */
const FORBIDDEN_HEADERS =
  /^(host|content-length|connection|keep-alive|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i;
const EXCERPT = 300;
/** Per origin: the executor's slots are the limit, not these. */
const CONNECTIONS = 10_000;

export interface HttpKindOptions {
  /** Address ranges that may be called although they are not public. */
  allow: string[];
}

/**
 * HTTP jobs: one request, checked at the URL and again at the connection, so that it cannot reach private addresses.
 * Redirects are not followed: a 3xx is an answer like any other, and fails unless the job counts it as success.
 */
export function createHttpKind({ allow }: HttpKindOptions): { runner: KindRunner; stop: () => Promise<void> } {
  const dispatcher = createSafeDispatcher({ allow, connections: CONNECTIONS });
  return {
    runner: { kind: 'HTTP', enabled: true, run: (ctx) => call(ctx, dispatcher, allow) },
    stop: () => dispatcher.destroy(),
  };
}

async function call(ctx: KindContext, dispatcher: Dispatcher, allow: string[]) {
  const spec = await readSpec(ctx);
  const checked = checkUrl(spec.url, { allow });
  if (!checked.ok) throw new NoRetry(`The job's URL ${checked.reason}`, { code: 'FORBIDDEN_ADDRESS' });
  const { method, shown } = spec;
  const limit = AbortSignal.timeout(spec.timeoutMs);
  const startedAt = performance.now();
  try {
    const response = await request(spec.url, {
      dispatcher,
      method: method as Dispatcher.HttpMethod,
      headers: spec.headers,
      ...(spec.payload !== undefined && { body: spec.payload }),
      signal: AbortSignal.any([ctx.signal, ctx.kill, limit]),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const body = await readBody(response.body);
    ctx.logger.info(
      `${method} ${shown} answered ${response.statusCode} in ${Math.round(performance.now() - startedAt)} ms`,
    );
    const result = httpResult(response.statusCode, response.headers, body, ctx.redactor);
    if (isSuccess(response.statusCode, spec.successCodes)) return result;
    throw refused(ctx, `${method} ${shown}`, response.statusCode, response.headers['retry-after'], body.bytes);
  } catch (error) {
    // The run's own limits and its cancellation are told by whoever set them.
    if (ctx.signal.aborted || error instanceof JobError || error instanceof NoRetry || error instanceof RetryAt)
      throw error;
    if (error instanceof ForbiddenAddressError) throw new NoRetry(error.message, { code: error.code });
    if (limit.aborted) throw new JobError(`${method} ${shown} was not answered within ${spec.timeoutMs} ms`, 'TIMEOUT');
    throw new JobError(`${method} ${shown} failed: ${networkReason(error)}`, networkCode(error));
  }
}

async function readSpec(ctx: KindContext) {
  const raw = (ctx.run.spec ?? {}) as Record<string, never>;
  const scope = await templateScope(ctx, raw);
  const { url, ...rest } = raw;
  const filled = fillTemplates(rest, scope) as object;
  const spec = parseSpec(HttpSpec, { ...filled, url: typeof url === 'string' ? fillUrl(url, scope) : url });
  const headers: Record<string, string> = {
    'user-agent': 'Jobflow',
    'x-jobflow-run-id': ctx.runId,
    'x-jobflow-attempt': String(ctx.attempt),
  };
  if (ctx.traceparent) headers.traceparent = ctx.traceparent;
  const { body } = spec;
  if (body !== undefined && typeof body !== 'string') headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(spec.headers)) {
    if (FORBIDDEN_HEADERS.test(name))
      throw new NoRetry(`spec.headers: ${name} cannot be set by a job`, { code: 'BAD_SPEC' });
    headers[name.toLowerCase()] = value;
  }
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return {
    ...spec,
    method: spec.method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
    payload,
    shown: shownUrl(String(url), spec.url),
  };
}

/** For logs and errors: without its query, and if there is a secret in it, as the job has it. */
function shownUrl(template: string, url: string): string {
  if (secretsIn(template).length > 0) return template.slice(0, 200);
  const parsed = URL.parse(url);
  return parsed ? `${parsed.origin}${parsed.pathname}` : url.slice(0, 200);
}

/** 408, 429 and 5xx may pass; anything else would be answered the same again. */
function refused(
  ctx: KindContext,
  what: string,
  status: number,
  after: string | string[] | undefined,
  body: Buffer,
): Error {
  const code = `HTTP_${status}`;
  const excerpt = ctx.redactor.text(body.toString('utf8')).trim().slice(0, EXCERPT);
  const message = `${what} answered ${status}${excerpt ? `: ${excerpt}` : ''}`;
  if (status !== 408 && status !== 429 && status < 500) return new NoRetry(message, { code });
  const at = retryAfter(Array.isArray(after) ? after[0] : after, Date.now());
  if (at !== undefined) {
    ctx.logger.info(`The server asks to be tried again after ${new Date(at).toISOString()}`);
    return new RetryAt(at, message, { code });
  }
  return new JobError(message, code);
}

function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message || error.name}${cause}`;
}

function networkCode(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : 'NETWORK';
}
