import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const MAX_BYTES = 20 * 1024 * 1024;

/**
 * A log file that is moved to `<path>.1` (and that to `<path>.2`) when it is full: at most three times `maxBytes` are
 * kept. Written synchronously: nothing gathers in memory, and the last words of a process are not lost. A full disk
 * loses log lines, never the process.
 */
export class RotatingLog {
  #fd: number;
  #bytes: number;

  constructor(
    private readonly path: string,
    private readonly maxBytes = MAX_BYTES,
  ) {
    this.#fd = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#fd).size;
  }

  write(chunk: Buffer | string): void {
    try {
      this.#bytes += typeof chunk === 'string' ? writeSync(this.#fd, chunk) : writeSync(this.#fd, chunk);
      if (this.#bytes > this.maxBytes) this.#rotate();
    } catch {
      // nowhere to say it: the disk is full or the folder is gone
    }
  }

  close(): void {
    try {
      closeSync(this.#fd);
    } catch {
      // closed already
    }
  }

  #rotate(): void {
    closeSync(this.#fd);
    for (const [from, to] of [
      [`${this.path}.1`, `${this.path}.2`],
      [this.path, `${this.path}.1`],
    ] as const) {
      try {
        renameSync(from, to);
      } catch {
        // not there yet
      }
    }
    this.#fd = openSync(this.path, 'a', 0o600);
    this.#bytes = fstatSync(this.#fd).size;
  }
}
