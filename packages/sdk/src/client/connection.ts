import { limits } from '@jobflow/contracts';
import type { CallOptions, ClientOptions, Credentials, Fetch } from './client-options.js';
import { checkClientOptions, credentialsOf, traceHeader } from './client-options.js';
import { readEvents } from './event-stream.js';
import { JobflowError, timedOut } from './jobflow-error.js';
import { KnownPosition } from './known-position.js';
import { pause } from './pause.js';
import { errorOf, type GraphqlAnswer, type Operation, postOperation, readAnswer } from './post-operation.js';
import { type Repeatable, repeatDelay } from './repeat-delay.js';

const TIMEOUT_MS = 60_000;
/** One try of a call; a gateway that takes longer has lost it: it has said by then that the log did not answer. */
const TRY_MS = limits.appendMs + 5_000;

export type Data = Record<string, unknown>;

/** A client's way to the gateway: credentials, positions, repetitions. Every call ends with it. */
export class Connection {
  readonly url: string;
  readonly position = new KnownPosition();
  readonly #fetch: Fetch;
  readonly #credentials: Credentials;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #traceparent: ClientOptions['traceparent'];
  readonly #closed = new AbortController();

  constructor(options: ClientOptions) {
    this.url = checkClientOptions(options);
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#credentials = credentialsOf(options);
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#retries = options.retries ?? Number.POSITIVE_INFINITY;
    this.#traceparent = options.traceparent;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  close(): void {
    this.#closed.abort(new JobflowError('CLOSED', 'This client was closed'));
  }

  /** Sends an operation, again if need be and where that is safe. @throws JobflowError, or the signal's reason */
  async call(operation: Operation, repeatable: Repeatable, options: CallOptions = {}): Promise<Data> {
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const late = new AbortController();
    const signal = this.#signalOf(options.signal, late.signal);
    const trace = traceHeader(options.traceparent ?? this.#trace());
    const began = performance.now();
    let failures = 1;
    let last: JobflowError | undefined;
    const gaveUp = () =>
      last
        ? lastOf(last, failures, performance.now() - began)
        : timedOut(`Jobflow at ${this.url} did not answer within ${timeoutMs} ms`);
    const timer = setTimeout(() => late.abort(gaveUp()), timeoutMs);
    try {
      for (let anew = false; ; failures++) {
        signal.throwIfAborted();
        try {
          return await this.#once(operation, trace, anew, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof JobflowError)) throw error;
          last = error;
          const renews = this.#renews(error, anew);
          anew = error.code === 'UNAUTHENTICATED';
          if (renews) continue;
          const delayMs = repeatDelay(error, repeatable, failures, Math.random());
          if (delayMs === undefined) throw error;
          if (failures > this.#retries) throw gaveUp();
          await pause(delayMs, signal);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The frames of a subscription over one connection, until it ends. @throws JobflowError, or the signal's reason */
  async *subscribe(operation: Operation, anew: boolean, signal: AbortSignal): AsyncGenerator<Data, void, undefined> {
    const gone = new AbortController();
    const wanted = this.#signalOf(signal);
    const until = AbortSignal.any([wanted, gone.signal]);
    try {
      const headers = { ...(await this.#headers(anew)), accept: 'text/event-stream' };
      const response = await postOperation(this.#fetch, this.url, operation, headers, until);
      if (!/text\/event-stream/.test(response.headers.get('content-type') ?? '')) {
        await readAnswer(response, until);
        throw new JobflowError('BAD_REQUEST', 'This Jobflow answers subscriptions without a stream of events');
      }
      for await (const text of readEvents(response, () => gone.abort(), wanted)) {
        const { data, errors } = JSON.parse(text) as GraphqlAnswer;
        if (errors?.[0]) throw errorOf(errors[0]);
        if (data) yield data;
      }
    } finally {
      gone.abort();
    }
  }

  /** Whether the same call may succeed at once: with another token, or without a position of a log that is gone. */
  #renews(error: JobflowError, renewed: boolean): boolean {
    if (error.code === 'UNAUTHENTICATED') return this.#credentials.renewable && !renewed;
    if (error.code !== 'POSITION_EXPIRED' || this.position.get() === undefined) return false;
    this.position.forget();
    return true;
  }

  get renewable(): boolean {
    return this.#credentials.renewable;
  }

  #trace(): string | undefined {
    return typeof this.#traceparent === 'function' ? this.#traceparent() : this.#traceparent;
  }

  async #once(operation: Operation, trace: Record<string, string>, anew: boolean, signal: AbortSignal): Promise<Data> {
    const slow = new AbortController();
    const timer = setTimeout(() => slow.abort(), TRY_MS);
    try {
      const until = AbortSignal.any([signal, slow.signal]);
      const headers = { ...(await this.#headers(anew)), ...trace };
      const response = await postOperation(this.#fetch, this.url, operation, headers, until);
      const { data, extensions } = await readAnswer(response, until);
      const position = extensions?.position ?? response.headers.get('x-jobflow-position');
      if (typeof position === 'string') this.position.note(position);
      return data as Data;
    } catch (error) {
      if (slow.signal.aborted && !signal.aborted) {
        throw timedOut(`Jobflow at ${this.url} did not answer within ${TRY_MS} ms`, error);
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #headers(anew: boolean): Promise<Record<string, string>> {
    const position = this.position.get();
    return {
      accept: 'application/json',
      authorization: await this.#credentials.authorization(anew),
      ...(position !== undefined && { 'x-jobflow-position': position }),
    };
  }

  #signalOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
    return AbortSignal.any([this.#closed.signal, ...signals.filter((signal) => signal !== undefined)]);
  }
}

/** The last reason of a call that was given up, and how much was tried. */
function lastOf(error: JobflowError, tries: number, ms: number): JobflowError {
  if (tries === 1) return error;
  const tried = `${error.message}; tried ${tries} times in ${(ms / 1_000).toFixed(1)} s`;
  return new JobflowError(error.code, tried, error.details, error.cause);
}
