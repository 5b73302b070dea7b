/** A handler's process ended without an outcome. It has no stack, since that would show only our own code. */
export class ProcessFailure extends Error {
  override readonly name = 'ProcessFailure';
  constructor(
    message: string,
    /** OUT_OF_MEMORY, CPU_TIME_EXCEEDED, EXIT_n, or the name of a signal. */
    readonly code: string,
  ) {
    super(message);
    delete this.stack;
  }
}
