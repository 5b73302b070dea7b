const TAIL_BYTES = 256 * 1024;

/** Keeps the end of what a process prints, however much it is. */
export class OutputTail {
  readonly #most: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #cut = false;

  constructor(most = TAIL_BYTES) {
    this.#most = most;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= this.#most) {
      this.#bytes -= this.#chunks.shift()?.length ?? 0;
      this.#cut = true;
    }
  }

  /** True if `text` is not all there was. */
  get cut(): boolean {
    return this.#cut;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
