import { LogLevel } from '@jobflow/contracts';
import { z } from 'zod';
import type { ChildMessage } from './child-messages.js';

/** A result of 256 KiB takes at most six times as much when every character is escaped. */
const LINE_BYTES = 2 * 1024 * 1024;

const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('log'), level: LogLevel, message: z.string() }),
  z.object({ type: z.literal('progress'), percent: z.number(), message: z.string().optional() }),
  z.object({ type: z.literal('done'), result: z.unknown().optional() }),
  z.object({
    type: z.literal('failed'),
    message: z.string(),
    stack: z.string().optional(),
    code: z.string().optional(),
    retryable: z.boolean().optional(),
  }),
  z.object({ type: z.literal('snooze'), ms: z.number().min(0), reason: z.string().optional() }),
  z.object({ type: z.literal('retry-at'), at: z.number().min(0), message: z.string().optional() }),
]);

/** Reads what a job's process tells. Its code can write there too, so nothing is trusted to be well formed or small. */
export class MessageLines {
  readonly #onMessage: (message: ChildMessage) => void;
  readonly #onOverflow: () => void;
  #rest: Buffer[] = [];
  #bytes = 0;
  overflowed = false;

  constructor(onMessage: (message: ChildMessage) => void, onOverflow: () => void) {
    this.#onMessage = onMessage;
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
    let raw: unknown;
    try {
      raw = JSON.parse(line);
    } catch {
      return;
    }
    const parsed = Message.safeParse(raw);
    if (parsed.success) this.#onMessage(parsed.data as ChildMessage);
  }
}
