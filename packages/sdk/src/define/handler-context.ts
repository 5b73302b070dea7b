/** Writes lines into the run's log. Fields are appended to the message as JSON. */
export interface RunLogger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** What a handler is given for one attempt of one run. Its functions may be taken out of it and passed around. */
export interface HandlerContext<I> {
  readonly input: I;
  readonly runId: string;
  readonly job: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly tags: readonly string[];
  /** W3C traceparent of whoever enqueued the run. */
  readonly traceparent: string | undefined;
  /**
   * Aborted at the soft time limit, when the run is cancelled or taken over, and once a worker that stops has waited for
   * `drainMs`.
   */
  readonly signal: AbortSignal;
  readonly logger: RunLogger;
  /**
   * The value of a secret. Whatever the attempt tells from now on (its log, progress, result, error) shows it as `***`.
   * Rejects for good if there is none of that name (SECRET_MISSING), and for another try if no gateway answers.
   */
  secret(name: string): Promise<string>;
  /** 0–100, and what is being done. Told at most five times a second, the newest wins. */
  progress(percent: number, message?: string): void;
  /** Says that the handler is at work although it has nothing to tell: see the option `heartbeatMs`. */
  heartbeat(): void;
  /** Fails the attempt; the next one starts at that Date, or in that many milliseconds. Throws. */
  retryAt(when: Date | number, message?: string): never;
  /** Fails the run for good. Throws. */
  noRetry(message: string, code?: string): never;
  /** Ends this try without failing; the handler is called again in so many milliseconds. Costs no attempt. Throws. */
  snooze(ms: number, reason?: string): never;
}
