import { StringDecoder } from 'node:string_decoder';
import { limits } from '@jobflow/contracts';

/** What a run's process may print, both streams together. */
export const OUTPUT_BYTES = 1024 * 1024;

/** How much of the output was taken, shared by the streams of one process. */
export interface OutputBudget {
  left: number;
  /** Called once, when it is used up. */
  onSpent: () => void;
}

/** Takes secrets out; `longest` is how many characters one occurrence takes at most. */
export interface LineRedactor {
  readonly longest: number;
  text(text: string): string;
  cutText(text: string): string;
}

/**
 * Cuts a stream into lines; one that is too long comes in pieces. Past the budget nothing more is passed on. Secrets are
 * taken out before a line is cut into pieces, so that none stands half in one and half in the next.
 */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #budget: OutputBudget;
  readonly #onLine: (line: string) => void;
  readonly #redactor: LineRedactor;
  #rest = '';

  constructor(budget: OutputBudget, onLine: (line: string) => void, redactor: LineRedactor = NOTHING_SECRET) {
    this.#budget = budget;
    this.#onLine = onLine;
    this.#redactor = redactor;
  }

  push(chunk: Buffer): void {
    if (this.#budget.left <= 0) return;
    const taken = chunk.length <= this.#budget.left ? chunk : chunk.subarray(0, this.#budget.left);
    this.#budget.left -= taken.length;
    this.#split(this.#decoder.write(taken));
    if (this.#budget.left > 0) return;
    this.end();
    this.#budget.onSpent();
  }

  end(): void {
    this.#split(this.#decoder.end());
    // Whatever was cut off here, it may have been in the middle of a secret.
    if (this.#rest) this.#pass(this.#redactor.cutText(this.#rest));
    this.#rest = '';
  }

  #split(text: string): void {
    this.#rest += text;
    let from = 0;
    for (let at = this.#rest.indexOf('\n'); at >= 0; at = this.#rest.indexOf('\n', from)) {
      this.#pass(this.#rest.slice(from, at));
      from = at + 1;
    }
    this.#rest = this.#rest.slice(from);
    // A UTF-16 unit is at most three bytes.
    const longest = Math.floor(limits.logLineBytes / 3);
    // What is held back beyond a piece is enough to see a secret whole that begins in it.
    while (this.#rest.length > longest + this.#redactor.longest) {
      this.#rest = this.#redactor.text(this.#rest);
      this.#onLine(this.#rest.slice(0, longest));
      this.#rest = this.#rest.slice(longest);
    }
  }

  #pass(line: string): void {
    const clean = this.#redactor.text(line.endsWith('\r') ? line.slice(0, -1) : line);
    const longest = Math.floor(limits.logLineBytes / 3);
    for (let at = 0; at === 0 || at < clean.length; at += longest) this.#onLine(clean.slice(at, at + longest));
  }
}

const NOTHING_SECRET: LineRedactor = { longest: 0, text: (text) => text, cutText: (text) => text };
