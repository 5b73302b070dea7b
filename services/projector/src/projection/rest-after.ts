/**
 * `urgent`: somebody waits for what follows, a child for its parents' ends, a run for another's permit. `patient`: nobody
 * does, and more may be gathered.
 */
export type Pace = 'urgent' | 'patient';

export interface FoldedBatch {
  messages: number;
  /** From when it was given until it was folded and the batch before was written. */
  tookMs: number;
  pace: Pace | undefined;
}

/**
 * Small batches follow each other no sooner: a batch costs the same handful of statements whether it holds one message or
 * a hundred. What comes after a rest is written at once; under load it waits for so long at most.
 */
const GATHER_MS = 25;
/** Each step of a flow waits for the fold twice. */
const URGENT_GATHER_MS = 4;
/** While much comes more is gathered: a run that was queued and ended meanwhile is written once instead of twice. */
const BUSY_GATHER_MS = 100;
const BUSY_BATCH = 50;
/** Above it gathers by itself, while the batch before is written. */
const LARGE_BATCH = 500;

/** How long the reader gathers before the next batch, in ms; 0: not at all. */
export function restAfter({ messages, tookMs, pace }: FoldedBatch): number {
  if (messages >= LARGE_BATCH) return 0;
  return Math.max(0, gatherOf(messages, pace) - tookMs);
}

function gatherOf(messages: number, pace: Pace | undefined): number {
  if (pace === 'urgent') return URGENT_GATHER_MS;
  return pace === 'patient' && messages >= BUSY_BATCH ? BUSY_GATHER_MS : GATHER_MS;
}
