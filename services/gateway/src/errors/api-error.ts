import { GraphQLError } from 'graphql';

/** The codes clients may meet in `extensions.code`, as the header of api.graphql names them. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'IDEMPOTENCY_MISMATCH',
  'RATE_LIMITED',
  'PAYLOAD_TOO_LARGE',
  'QUEUE_FULL',
  'TIMEOUT',
  'UNAVAILABLE',
  'POSITION_EXPIRED',
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Codes after which the very same request may succeed if it is repeated. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set(['RATE_LIMITED', 'QUEUE_FULL', 'TIMEOUT', 'UNAVAILABLE']);

export const isRetryable = (code: ErrorCode): boolean => retryableCodes.has(code);

/** Facts that go along in `extensions`; each belongs to one code. */
export interface ErrorFacts {
  /** BAD_USER_INPUT: what is wrong, by the path of the argument: `{"input.cron": "…"}`. */
  fields?: Record<string, string>;
  currentRevision?: number;
  currentStatus?: string;
  currentCount?: number;
  retryAfterMs?: number;
  lagMs?: number;
}

/** An error meant for the client: its message is shown as it is. Everything else that is thrown gets masked. */
export class ApiError extends GraphQLError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}, cause?: Error) {
    super(message, {
      extensions: { code, retryable: isRetryable(code), ...facts },
      ...(cause ? { originalError: cause } : {}),
    });
    this.name = 'ApiError';
    this.code = code;
  }
}
