/** A failure that a person can act on: its message is one sentence, printed alone, without a stack. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
