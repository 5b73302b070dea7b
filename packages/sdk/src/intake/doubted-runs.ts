/**
 * The runs whose rescheduling was heard of lately. A message of one may be void, and is checked before it is started. The
 * set is bounded: once something was forgotten, whatever came before the newest that is known is doubtful as well, since
 * a message may be void that was queued after the reschedule, by someone who did not know of it yet.
 */
export class DoubtedRuns {
  readonly #runs = new Set<string>();
  readonly #limit: number;
  forgottenBelow = 0;

  constructor(limit = 50_000) {
    this.#limit = limit;
  }

  /** `seq`: that of the reschedule in the log. */
  add(runId: string, seq: number): void {
    this.#runs.delete(runId);
    this.#runs.add(runId);
    if (this.#runs.size <= this.#limit) return;
    for (const oldest of this.#runs) {
      this.#runs.delete(oldest);
      this.forgottenBelow = seq;
      break;
    }
  }

  /** Is the message of this run at this place in the log to be checked before it is started? */
  has(runId: string, seq: number): boolean {
    return seq < this.forgottenBelow || (this.#runs.size > 0 && this.#runs.has(runId));
  }
}
