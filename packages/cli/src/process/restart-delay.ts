/** A process that was up for this long has recovered: its next death starts from the beginning. */
export const RECOVERED_AFTER_MS = 30_000;

const FIRST_MS = 500;
const MAX_MS = 10_000;

/** How long to wait before starting again after the nth death in a row: at once, then 0.5, 1, 2 … 10 seconds. */
export const restartDelay = (deathsInARow: number): number =>
  deathsInARow <= 1 ? 0 : Math.min(MAX_MS, FIRST_MS * 2 ** (deathsInARow - 2));
