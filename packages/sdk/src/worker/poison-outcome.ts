import type { Outcome } from '@jobflow/domain';
import type { Admitted } from '../intake/suspects.js';

/** How a run ends that cost its workers again and again. */
export function poisonOutcome({ takeover }: Admitted): Outcome {
  const { losses = 0, lostWorkers = [] } = takeover ?? {};
  const unknown = losses - lostWorkers.length;
  const names =
    unknown > 0 ? [...lostWorkers, unknown === 1 ? 'one whose name is not known' : `${unknown} more`] : lostWorkers;
  const message = `It cost ${losses} workers (${names.join(', ')}), the last while it ran alone: find out what it does to its process before it is run again`;
  return { kind: 'dead', reason: 'poison', error: { code: 'POISON', message } };
}
