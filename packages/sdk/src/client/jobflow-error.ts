/** What Jobflow refused or could not do; `code` is one of those in the header of api.graphql. */
export class JobflowError extends Error {
  override readonly name: string = 'JobflowError';
  readonly code: string;
  /** Quote it when reporting: it finds the request in the gateway's log. */
  readonly correlationId: string | undefined;
  /** The very same request may succeed later. */
  readonly retryable: boolean;
  /** BAD_USER_INPUT: what is wrong, by the path of the argument, such as `input.to`. */
  readonly fields: Readonly<Record<string, string>>;
  /** RATE_LIMITED: how long to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Everything the error carried, such as `currentStatus` and `currentRevision` of CONFLICT. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.correlationId = typeof details.correlationId === 'string' ? details.correlationId : undefined;
    this.retryable = details.retryable === true;
    this.fields = (details.fields ?? {}) as Record<string, string>;
    this.retryAfterMs = typeof details.retryAfterMs === 'number' ? details.retryAfterMs : undefined;
  }
}

/** Jobflow cannot be reached, or has answered in a way that leaves the outcome open. */
export const unavailable = (message: string, cause?: unknown): JobflowError =>
  new JobflowError('UNAVAILABLE', message, { retryable: true }, cause);

export const timedOut = (message: string, cause?: unknown): JobflowError =>
  new JobflowError('TIMEOUT', message, { retryable: true }, cause);
