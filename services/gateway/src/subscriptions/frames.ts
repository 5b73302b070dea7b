import type { FormattedExecutionResult } from 'graphql';

type Result = IteratorResult<FormattedExecutionResult, void>;

/**
 * The frames of one subscription. Ending them aborts the source first: a generator that waits for its next event would
 * otherwise not notice before that event came.
 */
export class Frames implements AsyncGenerator<FormattedExecutionResult, void, void> {
  readonly #inner: AsyncGenerator<FormattedExecutionResult, void, void>;
  readonly #ended: AbortController;

  constructor(inner: AsyncGenerator<FormattedExecutionResult, void, void>, ended: AbortController) {
    this.#inner = inner;
    this.#ended = ended;
  }

  next(): Promise<Result> {
    return this.#inner.next();
  }

  return(): Promise<Result> {
    this.#ended.abort();
    return this.#inner.return();
  }

  throw(error: unknown): Promise<Result> {
    this.#ended.abort();
    return this.#inner.throw(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
