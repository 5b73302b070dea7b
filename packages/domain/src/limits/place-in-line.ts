/** Of whoever asks for no other. */
const USUAL = 5;
/** What a step of priority is worth: 10 goes before 1, unless that has waited nine minutes longer. */
const STEP_MS = 60_000;

const lead = (priority: number): number => (priority - USUAL) * STEP_MS;

/**
 * The place of a run among those that wait for a permit of the same key, lowest first: since when it waits, epoch ms, as
 * if it had come a minute earlier for each step of its priority. So the urgent go first, and nobody waits for ever.
 */
export const placeInLine = (since: number, priority: number): number => since - lead(priority);

/** Since when it waits, by its place. */
export const sinceOfPlace = (place: number, priority: number): number => place + lead(priority);
