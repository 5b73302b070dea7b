import type { LogLevel, LogStream, RunDefinition } from '@jobflow/contracts';
import type { Redactor } from '@jobflow/platform';
import { delayOf, instantOf, NoRetry, RetryAt, Snooze } from '../define/attempt-control.js';
import type { HandlerContext, RunLogger } from '../define/handler-context.js';
import type { RunLog } from './log-buffer.js';

/** What a context tells the attempt it belongs to. */
export interface ContextHost {
  readonly run: RunDefinition;
  readonly attempt: number;
  readonly softSignal: AbortSignal;
  readonly hardSignal: AbortSignal;
  readonly log: Pick<RunLog, 'write'> & Partial<Pick<RunLog, 'lost'>>;
  readonly redactor: Redactor;
  secret(name: string): Promise<string>;
  reportProgress(percent: number, message: string | undefined): void;
  heartbeat(): void;
  now(): number;
}

/** What a kind (HTTP, SHELL, …) is given besides what a handler gets. */
export interface KindContext extends HandlerContext<unknown> {
  readonly run: RunDefinition;
  /** Aborted when the attempt is over whatever it does: whatever still runs must be killed now. */
  readonly kill: AbortSignal;
  /** Takes the secrets this attempt was given out of texts; for what is cut before it is told. */
  readonly redactor: Pick<Redactor, 'text' | 'cutText' | 'longest'>;
  /** Adds a line that a process printed. */
  line(level: LogLevel, stream: LogStream, message: string): void;
  /** So many more lines were never passed on. */
  linesLost(count: number): void;
  /** The same attempt, with its input as a schema made it. */
  withInput(input: unknown): KindContext;
}

/**
 * The context of one attempt. Its parts are made when first asked for, since most short handlers want none of them, and
 * are bound, so that a handler may take them out: `({ input, logger, snooze }) => …`.
 */
export class AttemptContext implements KindContext {
  readonly #host: ContextHost;
  readonly input: unknown;
  #logger: RunLogger | undefined;

  constructor(host: ContextHost, input: unknown) {
    this.#host = host;
    this.input = input;
  }

  withInput(input: unknown): KindContext {
    return new AttemptContext(this.#host, input);
  }

  get run(): RunDefinition {
    return this.#host.run;
  }
  get runId(): string {
    return this.#host.run.id;
  }
  get job(): string {
    return this.#host.run.job;
  }
  get attempt(): number {
    return this.#host.attempt;
  }
  get tags(): readonly string[] {
    return this.#host.run.tags ?? [];
  }
  get traceparent(): string | undefined {
    return this.#host.run.traceparent;
  }
  get signal(): AbortSignal {
    return this.#host.softSignal;
  }
  get kill(): AbortSignal {
    return this.#host.hardSignal;
  }
  get logger(): RunLogger {
    this.#logger ??= makeLogger(this.#host);
    return this.#logger;
  }
  get redactor(): Redactor {
    return this.#host.redactor;
  }
  get secret() {
    const host = this.#host;
    return (name: string) => host.secret(name);
  }
  get line() {
    const host = this.#host;
    return (level: LogLevel, stream: LogStream, message: string) => host.log.write(level, stream, message);
  }
  get linesLost() {
    const host = this.#host;
    return (count: number) => host.log.lost?.(count);
  }
  get heartbeat() {
    const host = this.#host;
    return () => host.heartbeat();
  }
  get progress() {
    const host = this.#host;
    return (percent: number, message?: string) => host.reportProgress(percent, message);
  }
  get retryAt() {
    const host = this.#host;
    return (when: Date | number, message?: string): never => {
      throw new RetryAt(instantOf(when, host.now()), message);
    };
  }
  get noRetry() {
    return (message: string, code?: string): never => {
      throw new NoRetry(message, code === undefined ? undefined : { code });
    };
  }
  get snooze() {
    return (ms: number, reason?: string): never => {
      throw new Snooze(delayOf(ms, 'snooze'), reason);
    };
  }
}

function makeLogger(host: ContextHost): RunLogger {
  const at = (level: LogLevel) => (message: string, fields?: object) =>
    host.log.write(level, 'LOG', fields === undefined ? String(message) : `${message} ${fieldsText(fields)}`);
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') };
}

/** An Error's own fields are not enumerable, and a field that cannot be written must not fail the run. */
function fieldsText(fields: object): string {
  try {
    return JSON.stringify(fields, (_key, value) => {
      if (value instanceof Error) return { name: value.name, message: value.message };
      return typeof value === 'bigint' ? String(value) : value;
    });
  } catch {
    return '(fields that cannot be written as JSON)';
  }
}
