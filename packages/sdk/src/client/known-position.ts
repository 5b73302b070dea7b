import { decodePosition, encodePosition, mergePositions } from '@jobflow/contracts';

/**
 * The position that everything this client wrote is at or before. Answers of calls that overlap come in any order, so
 * positions are merged; one of a format that is not known here simply replaces what was known.
 */
export class KnownPosition {
  #position: string | undefined;

  get(): string | undefined {
    return this.#position;
  }

  note(position: string): void {
    const [before, now] = [this.#position && decodePosition(this.#position), decodePosition(position)];
    this.#position = before && now ? encodePosition(mergePositions(before, now)) : position;
  }

  /** The log it belonged to is gone. */
  forget(): void {
    this.#position = undefined;
  }
}
