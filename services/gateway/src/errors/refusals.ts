import { ApiError } from './api-error.js';

/*
 * One function per refusal; `throw notFound('job', name)` in a resolver is all it takes.
 */

export const unauthenticated = (message = 'Sign in first: send Authorization: Bearer <access token or API key>.') =>
  new ApiError('UNAUTHENTICATED', message);

export const forbidden = (message: string) => new ApiError('FORBIDDEN', message);

/**
 * @param fields what is wrong by argument path, such as `{ 'input.queue': 'must match …' }`
 * @param message defaults to the fields in words
 */
export const badUserInput = (fields: Record<string, string>, message?: string) =>
  new ApiError('BAD_USER_INPUT', message ?? inWords(fields), { fields });

/** @param what the kind of thing in words: `job`, `run`, `API key` */
export const notFound = (what: string, key: string) =>
  new ApiError('NOT_FOUND', `There is no ${what} ${JSON.stringify(key.slice(0, 200))}.`);

export const conflict = (
  message: string,
  current: { currentRevision?: number; currentStatus?: string; currentCount?: number } = {},
) => new ApiError('CONFLICT', message, current);

export const idempotencyMismatch = (key: string) =>
  new ApiError(
    'IDEMPOTENCY_MISMATCH',
    `The idempotency key ${JSON.stringify(key)} was used before with other fields. Use a new key for another request.`,
  );

export const rateLimited = (retryAfterMs: number, message?: string) =>
  new ApiError('RATE_LIMITED', message ?? `Too many requests. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`, {
    retryAfterMs: Math.ceil(retryAfterMs),
  });

export const payloadTooLarge = (message: string, fields?: Record<string, string>) =>
  new ApiError('PAYLOAD_TOO_LARGE', message, fields ? { fields } : {});

export const queueFull = (message = 'The log is at its limit: no new runs are taken until older ones have ended.') =>
  new ApiError('QUEUE_FULL', message);

export const timeout = (message: string, lagMs?: number) =>
  new ApiError('TIMEOUT', message, lagMs === undefined ? {} : { lagMs });

/** The cause is logged, never shown. */
export const unavailable = (message: string, cause?: Error) => new ApiError('UNAVAILABLE', message, {}, cause);

export const positionExpired = (message = 'This position is not in the log any more. Ask again without it.') =>
  new ApiError('POSITION_EXPIRED', message);

export const badRequest = (message: string) => new ApiError('BAD_REQUEST', message);

function inWords(fields: Record<string, string>): string {
  const parts = Object.entries(fields).map(([path, text]) => (path ? `${path}: ${text}` : text));
  return parts.length > 5 ? `${parts.slice(0, 5).join('; ')}; and ${parts.length - 5} more` : parts.join('; ');
}
