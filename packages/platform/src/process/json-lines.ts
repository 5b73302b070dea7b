/** A result of 256 KiB takes at most six times as much when every character is escaped. */
const LINE_BYTES = 2 * 1024 * 1024;

/** Reads JSON, one value a line. A line that is no JSON is passed over; one that is too long ends the reading. */
export class JsonLines {
  readonly #onValue: (value: unknown) => void;
  readonly #onOverflow: () => void;
  #rest: Buffer[] = [];
  #bytes = 0;
  overflowed = false;

  constructor(onValue: (value: unknown) => void, onOverflow: () => void) {
    this.#onValue = onValue;
    this.#onOverflow = onOverflow;
  }

  push(chunk: Buffer): void {
    if (this.overflowed) return;
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      this.#rest.push(chunk.subarray(from, at));
      this.#read(Buffer.concat(this.#rest).toString('utf8'));
      this.#rest = [];
      this.#bytes = 0;
      from = at + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
    this.#bytes += chunk.length - from;
    if (this.#bytes <= LINE_BYTES) return;
    this.overflowed = true;
    this.#rest = [];
    this.#onOverflow();
  }

  #read(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return;
    }
    this.#onValue(value);
  }
}
