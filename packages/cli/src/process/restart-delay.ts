/** A process that has done its work for this long has recovered: its next death counts as the first. */
const RECOVERED_AFTER_MS = 5_000;

const FIRST_MS = 500;
const MAX_MS = 10_000;

/**
 * How many deaths in a row the latest is: those of a process that dies at its start, or as soon as it is ready. Time spent
 * on starting is no sign of recovery.
 * @param readyForMs how long it was ready before it died; undefined if it never was
 */
export const deathsInARow = (before: number, readyForMs: number | undefined): number =>
  readyForMs !== undefined && readyForMs >= RECOVERED_AFTER_MS ? 1 : before + 1;

/** How long to wait before starting again after the nth death in a row: at once, then 0.5, 1, 2 … 10 seconds. */
export const restartDelay = (deaths: number): number =>
  deaths <= 1 ? 0 : Math.min(MAX_MS, FIRST_MS * 2 ** (deaths - 2));
