export interface WrittenBatch {
  messages: number;
  /** From when it was given until it was folded and the batch before was written. */
  tookMs: number;
  /** Somebody waits for what follows from it: a run whose permit came free, a child whose parents ended. */
  urgent: boolean;
}

/**
 * Small batches follow each other no sooner: a batch costs the same handful of statements whether it holds one message or
 * a hundred. What comes after a rest is written at once; under load it waits for so long at most.
 */
const GATHER_MS = 25;
/**
 * While so much comes, and nobody waits for what follows from it, more is gathered: a run that was queued and ended
 * meanwhile is written once instead of twice, which is half of what delayed runs cost Postgres.
 */
const BUSY_GATHER_MS = 100;
const BUSY_BATCH = 50;
/** Above it gathers by itself, while the batch before is written. */
const LARGE_BATCH = 500;

/** How long the reader gathers before the next batch, in ms; 0: not at all. */
export function restAfter({ messages, tookMs, urgent }: WrittenBatch): number {
  if (messages >= LARGE_BATCH) return 0;
  const gather = messages >= BUSY_BATCH && !urgent ? BUSY_GATHER_MS : GATHER_MS;
  return Math.max(0, gather - tookMs);
}
