import type { Attempt } from '../attempt/attempt.js';
import type { Claims } from '../intake/claims.js';

/** Claims again what runs here; if another worker has it, it ends here without an outcome. */
export async function reclaimAttempt(
  attempt: Attempt,
  claims: Claims,
  onTrouble: (what: string, error: unknown) => void,
): Promise<void> {
  const { run, delivery } = attempt;
  const done = Promise.withResolvers<void>();
  attempt.claiming = done.promise;
  try {
    const request = { runId: run.id, queue: run.queue, attempt: attempt.attempt, delivery, reclaim: true };
    const result = await claims.claim(request);
    if (!result.ok) return attempt.takenOver();
    attempt.claim = result.n;
    attempt.messages[0]?.claimed?.(result.n);
  } catch (error) {
    // Without the claim the run may be given to another worker, whose claim then ends this attempt.
    onTrouble('a running run could not be claimed again', error);
  } finally {
    attempt.claiming = undefined;
    done.resolve();
  }
}
