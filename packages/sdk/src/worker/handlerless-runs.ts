import type { Outcome } from '@jobflow/domain';
import type { QueuedRun } from '../intake/queued-run.js';

const FIRST_RETURN_MS = 2_000;
const LONGEST_RETURN_MS = 10_000;

/**
 * Runs for which this worker has no handler. Each goes back to its queue, where a worker that has one may take it; one
 * that was due and met none for `giveUpAfterMs` ends as a dead letter. The clock of a run starts when a worker first met
 * it while it was due, and goes on wherever the run is queued again. How often this worker gave it back, so that it comes
 * less and less often, is remembered of at most 100,000 runs.
 */
export class HandlerlessRuns {
  readonly #giveUpAfterMs: number;
  readonly #limit: number;
  readonly #seen = new Map<string, { since: number; returns: number }>();

  constructor(giveUpAfterMs: number, limit = 100_000) {
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#limit = limit;
  }

  /** How such a run's attempt ends. */
  outcome({ run, waitingSince }: QueuedRun, missing: string, now: number): Outcome {
    const seen = this.#seen.get(run.id) ?? { since: waitingSince ?? now, returns: 0 };
    if (now - seen.since >= this.#giveUpAfterMs) {
      this.#seen.delete(run.id);
      const waited = Math.round((now - seen.since) / 1000);
      const message = `No worker of queue ${run.queue} has ${missing}; it waited ${waited} s for one`;
      return { kind: 'dead', reason: 'no-handler', error: { code: 'NO_HANDLER', message } };
    }
    this.#remember(run.id, { since: seen.since, returns: seen.returns + 1 });
    const backoff = Math.min(FIRST_RETURN_MS * 2 ** seen.returns, LONGEST_RETURN_MS);
    const notBefore = Math.min(now + backoff, Math.max(now + 50, seen.since + this.#giveUpAfterMs));
    return { kind: 'returned', reason: 'no-handler', notBefore };
  }

  #remember(runId: string, seen: { since: number; returns: number }): void {
    this.#seen.set(runId, seen);
    if (this.#seen.size <= this.#limit) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      break;
    }
  }
}
