/** It comes again when it has waited so much longer: what it waits for may be back by then. */
const LONGER = 0.1;
const LONGEST_MS = 3_600_000;

/**
 * After how long a run comes again that no worker here could take, in ms: each return costs the log its whole definition,
 * so that what waits for days comes once an hour.
 */
export const comeAgainAfter = (waitedMs: number, leastMs: number): number =>
  Math.round(Math.min(Math.max(waitedMs * LONGER, leastMs), LONGEST_MS));
