import {
  defaultRetryPolicy,
  type JobState,
  type Json,
  Key,
  limits,
  Priority,
  QueueName,
  RetryPolicy,
  type RunDefinition,
  Tags,
  type TimeoutPolicy,
} from '@jobflow/contracts';

/** What a caller may say about one run; all else comes from the job. */
export interface EnqueueFields {
  input?: Json | undefined;
  idempotencyKey?: string | undefined;
  uniqueKey?: string | undefined;
  /** Not both: `delayMs` from now, or `runAt`. A time that has passed means now. */
  delayMs?: number | undefined;
  runAt?: number | undefined;
  expiresAt?: number | undefined;
  queue?: string | undefined;
  priority?: number | undefined;
  retry?: { [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined } | undefined;
  timeout?: { softMs?: number | undefined; hardMs?: number | undefined } | undefined;
  /** Added to the job's. */
  tags?: string[] | undefined;
  callbackUrl?: string | undefined;
  scheduleId?: string | undefined;
  fireAt?: number | undefined;
  retryOf?: string | undefined;
  operationId?: string | undefined;
  test?: boolean | undefined;
  traceparent?: string | undefined;
}
export interface ResolveContext {
  /** A UUIDv7. */
  id: string;
  now: number;
  actor: string;
}
/** `dueAt` is there only if the run must wait for it. `fields` names each wrong field and says what is wanted. */
export type ResolvedRun =
  | { ok: true; run: RunDefinition; dueAt?: number }
  | { ok: false; fields: Record<string, string> };

const LAST_INSTANT = 8.64e15;

/**
 * Makes the complete, self-contained definition of a run out of its job and the caller's fields.
 * Whether the job is enabled and the input fits its schema is the caller's to check.
 */
export function resolveRun(job: JobState, fields: EnqueueFields, context: ResolveContext): ResolvedRun {
  const wrong: Record<string, string> = {};
  const input = fields.input === undefined ? job.defaultInput : fields.input;
  checkInput(input, wrong);
  const dueAt = resolveDue(fields, context.now, wrong);
  checkExpiry(fields.expiresAt, Math.max(context.now, dueAt ?? 0), wrong);
  check(QueueName, fields.queue, 'queue', wrong);
  check(Priority, fields.priority, 'priority', wrong);
  check(Key, fields.idempotencyKey, 'idempotencyKey', wrong);
  check(Key, fields.uniqueKey, 'uniqueKey', wrong);
  checkUrl(fields.callbackUrl, wrong);
  const tags = fields.tags?.length ? [...new Set([...job.tags, ...fields.tags])] : job.tags;
  if (fields.tags) check(Tags, tags, 'tags', wrong);
  const retry = resolveRetry(job, fields, wrong);
  const timeout = resolveTimeout(job, fields, wrong);
  if (Object.keys(wrong).length > 0) return { ok: false, fields: wrong };

  const run: RunDefinition = {
    id: context.id,
    job: job.name,
    jobRevision: job.revision,
    kind: job.kind,
    queue: fields.queue ?? job.queue,
    priority: fields.priority ?? job.priority,
    retry,
    timeout,
    limits: job.limits,
    guarantee: job.guarantee,
    logLevel: job.logLevel,
    tags,
    createdAt: context.now,
    createdBy: context.actor,
    ...(job.spec !== undefined && { spec: job.spec }),
    ...(input !== undefined && { input }),
    ...present({
      expiresAt: fields.expiresAt,
      idempotencyKey: fields.idempotencyKey,
      uniqueKey: fields.uniqueKey,
      callbackUrl: fields.callbackUrl,
      scheduleId: fields.scheduleId,
      fireAt: fields.fireAt,
      retryOf: fields.retryOf,
      operationId: fields.operationId,
      test: fields.test,
      traceparent: fields.traceparent,
    }),
  };
  return dueAt !== undefined && dueAt > context.now ? { ok: true, run, dueAt } : { ok: true, run };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
/** Without the fields that are undefined: in JSON, absent and undefined are one. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

interface Schema {
  safeParse(value: unknown): { success: boolean; error?: { issues: { path: PropertyKey[]; message: string }[] } };
}
function check(schema: Schema, value: unknown, path: string, wrong: Record<string, string>): void {
  if (value === undefined) return;
  for (const issue of schema.safeParse(value).error?.issues ?? [])
    wrong[[path, ...issue.path].map(String).join('.')] ??= issue.message;
}

function checkInput(input: Json | undefined, wrong: Record<string, string>): void {
  if (input === undefined) return;
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > limits.inputBytes) wrong.input = `is ${bytes} bytes of JSON; at most ${limits.inputBytes} are allowed`;
}

function resolveDue(fields: EnqueueFields, now: number, wrong: Record<string, string>): number | undefined {
  const { delayMs, runAt } = fields;
  if (delayMs !== undefined && runAt !== undefined) {
    wrong.delayMs = 'give delayMs or runAt, not both';
    return undefined;
  }
  if (delayMs !== undefined && !(Number.isSafeInteger(delayMs) && delayMs >= 0 && now + delayMs <= LAST_INSTANT)) {
    wrong.delayMs = 'must be a whole number of milliseconds from 0';
    return undefined;
  }
  if (runAt !== undefined && !isInstant(runAt)) {
    wrong.runAt = 'must be a time after 1970';
    return undefined;
  }
  return delayMs === undefined ? runAt : now + delayMs;
}

const isInstant = (at: number): boolean => Number.isSafeInteger(at) && at >= 0 && at <= LAST_INSTANT;

function checkExpiry(expiresAt: number | undefined, startsAt: number, wrong: Record<string, string>): void {
  if (expiresAt === undefined) return;
  if (!isInstant(expiresAt) || expiresAt <= startsAt) wrong.expiresAt = 'must lie after the time the run may start';
}

function checkUrl(url: string | undefined, wrong: Record<string, string>): void {
  if (url === undefined) return;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) wrong.callbackUrl = 'must be an http or https URL';
  else if (parsed.username || parsed.password) wrong.callbackUrl = 'must not contain a user name or password';
  else if (url.length > 2048) wrong.callbackUrl = 'must have at most 2048 characters';
}

function resolveRetry(job: JobState, fields: EnqueueFields, wrong: Record<string, string>): RetryPolicy {
  const own = ownRetry(job);
  if (!fields.retry) return own;
  const retry = { ...own, ...present(fields.retry) };
  check(RetryPolicy, retry, 'retry', wrong);
  return retry;
}

/** What may run at most once is tried again only if that was asked for; the default policy is nobody's wish. */
function ownRetry({ guarantee, retry }: JobState): RetryPolicy {
  const keys = Object.keys(defaultRetryPolicy) as (keyof RetryPolicy)[];
  const asked = keys.some((key) => retry[key] !== defaultRetryPolicy[key]);
  return guarantee === 'AT_MOST_ONCE' && !asked ? { ...retry, maxAttempts: 1 } : retry;
}

function resolveTimeout(job: JobState, fields: EnqueueFields, wrong: Record<string, string>): TimeoutPolicy {
  if (!fields.timeout) return job.timeout;
  const timeout = { ...job.timeout, ...present(fields.timeout) };
  for (const key of ['softMs', 'hardMs'] as const) {
    const value = timeout[key];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      wrong[`timeout.${key}`] = 'must be a whole number of milliseconds from 1';
  }
  if (timeout.softMs !== undefined && timeout.hardMs !== undefined && timeout.softMs > timeout.hardMs)
    wrong['timeout.softMs'] = 'must not be above hardMs';
  return timeout;
}
