import type { Outcome } from '@jobflow/domain';
import { comeAgainAfter } from '../intake/come-again.js';
import type { QueuedRun } from '../intake/queued-run.js';

const SOONEST_RETURN_MS = 2_000;
/** Where another worker can carry it out, it only needs to be offered again, and it does not wait for long. */
const SOONEST_FOR_OTHERS_MS = 100;
const LATEST_FOR_OTHERS_MS = 5_000;

/**
 * Runs for which this worker has no handler. Each goes back to its queue at once, into a branch that is read by those
 * who can carry it out, and stays queued there with the reason NO_HANDLER however long that takes. Where it is met all the
 * same (the queue has too many branches, or this worker looks for what nobody can carry out) it comes again less and less
 * often; unless it is told to end what was due and met no handler for `giveUpAfterMs`. The clock of a run starts when a
 * worker first met it while it was due, and goes on wherever the run is queued again.
 */
export class HandlerlessRuns {
  readonly #giveUpAfterMs: number;

  constructor(giveUpAfterMs = Number.POSITIVE_INFINITY) {
    this.#giveUpAfterMs = giveUpAfterMs;
  }

  /** How such a run's attempt ends. @param others whether another worker can carry it out */
  outcome({ run, waitingSince }: QueuedRun, missing: string, now: number, others: boolean): Outcome {
    const waited = now - (waitingSince ?? now);
    if (!others && waited >= this.#giveUpAfterMs) {
      const message = `No worker of queue ${run.queue} has ${missing}; it waited ${Math.round(waited / 1000)} s for one`;
      return { kind: 'dead', reason: 'no-handler', error: { code: 'NO_HANDLER', message } };
    }
    const later = waitingSince === undefined ? 0 : this.#later(waited, others);
    return { kind: 'returned', reason: 'no-handler', notBefore: now + later };
  }

  #later(waited: number, others: boolean): number {
    if (others) return Math.min(comeAgainAfter(waited, SOONEST_FOR_OTHERS_MS), LATEST_FOR_OTHERS_MS);
    return Math.min(comeAgainAfter(waited, SOONEST_RETURN_MS), Math.max(50, this.#giveUpAfterMs - waited));
  }
}
