/**
 * The runs whose cancellation was heard of lately. A run that is cancelled before it starts is terminal in the fold, so
 * its message may be dropped unasked. The set is bounded: a message below `forgottenBelow` may belong to a run whose
 * cancellation was forgotten again, and is to be checked before it is started.
 */
export class CancelledRuns {
  readonly #seqs = new Map<string, number>();
  readonly #limit: number;
  forgottenBelow = 0;

  constructor(limit = 50_000) {
    this.#limit = limit;
  }

  /** `seq`: that of the cancellation in the log, or of the log's end when it was heard of. */
  add(runId: string, seq: number): void {
    const known = this.#seqs.get(runId) ?? 0;
    this.#seqs.delete(runId);
    this.#seqs.set(runId, Math.max(known, seq));
    if (this.#seqs.size <= this.#limit) return;
    for (const [oldest, oldestSeq] of this.#seqs) {
      this.#seqs.delete(oldest);
      this.forgottenBelow = Math.max(this.forgottenBelow, oldestSeq);
      break;
    }
  }

  /** Whether the run was cancelled after the message at `messageSeq` was written: a flow may have let it run again. */
  has(runId: string, messageSeq: number): boolean {
    return this.#seqs.size > 0 && (this.#seqs.get(runId) ?? -1) >= messageSeq;
  }
}
