import type { Json } from '@jobflow/contracts';

const TAIL_BYTES = 256 * 1024;
const TEXT_BYTES = 4 * 1024;

/** Keeps the end of what a process prints, however much it is. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #cut = false;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= TAIL_BYTES) {
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

/**
 * The result of a shell job: its last line of standard output, if that is JSON; else the end of its standard output as
 * text, at most 4 KiB of it; nothing, if it printed nothing.
 */
export function shellResult(tail: OutputTail): Json | undefined {
  const text = tail.text.trimEnd();
  if (text === '') return undefined;
  const lineAt = text.lastIndexOf('\n') + 1;
  if (lineAt > 0 || !tail.cut) {
    try {
      return JSON.parse(text.slice(lineAt)) as Json;
    } catch {
      // Not JSON: text, then.
    }
  }
  const bytes = Buffer.from(text);
  if (bytes.length <= TEXT_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(bytes.length - TEXT_BYTES)).replace(/^\ufffd+/, '');
}
