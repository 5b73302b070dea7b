import type { RunChanges } from './changed-runs.js';
import type { Run } from './run.js';

/** What a subscriber was told is remembered for this many runs. */
const REMEMBERED = 10_000;

/**
 * What one subscriber has been told, so that nothing is told twice: rows may be newer than the tick that led to them,
 * and are then found again by the next; and a run that left stays away while it changes on.
 */
export class SeenRuns {
  /** The last change told, by run; negative once it was told to have left. */
  readonly #told = new Map<string, number>();

  /** What of these changes is news. */
  news({ changed, left }: RunChanges): { runs: Run[]; left: string[]; skipped: number } {
    const runs: Run[] = [];
    let skipped = 0;
    for (const change of changed) {
      const told = this.#told.get(change.run.id);
      if (told !== undefined && told >= change.changedSeq) continue;
      runs.push(change.run);
      skipped += change.skipped;
      this.#tell(change.run.id, change.changedSeq);
    }
    const gone = left.filter(({ id }) => (this.#told.get(id) ?? 1) > 0).map(({ id }) => id);
    for (const { id, changedSeq } of left) this.#tell(id, -changedSeq);
    return { runs, left: gone, skipped };
  }

  #tell(id: string, change: number): void {
    this.#told.delete(id);
    if (this.#told.size >= REMEMBERED) this.#told.delete(this.#told.keys().next().value as string);
    this.#told.set(id, change);
  }
}
