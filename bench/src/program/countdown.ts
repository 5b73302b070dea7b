/** Counts what is finished, and tells when a number of them is. */
export class Countdown {
  #left = 0;
  #reached: (() => void) | undefined;

  /** Resolves when so many more have been counted from now on. */
  next(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  count(by = 1): void {
    this.#left -= by;
    if (this.#left > 0) return;
    this.#reached?.();
    this.#reached = undefined;
  }
}
