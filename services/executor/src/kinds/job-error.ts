/** A job's work failed, as opposed to the code that carries it out: no stack, since it would show only our own. */
export class JobError extends Error {
  override readonly name = 'JobError';
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    delete this.stack;
  }
}
