import type { JobKind, RunStatus } from '@jobflow/contracts';

/**
 * What the fold knows of a run: the lean part of its row. Input, result, spec and error are not here, since no
 * transition depends on them; whoever stores the row takes them from the accepted event.
 */
export interface RunState {
  id: string;
  job: string;
  jobRevision: number;
  kind: JobKind;
  queue: string;
  priority: number;
  tags: string[];
  status: RunStatus;
  /** The current or last attempt; 0 until the run is first queued. */
  attempt: number;
  maxAttempts: number;
  /** The current queueing; −1 until the run is first queued. */
  delivery: number;
  /** The n of the latest accepted claim; 0 for none. */
  claim: number;
  /** The current claimant has been seen starting. */
  started: boolean;
  /** The current claimant started it where it could harm nothing else. */
  alone: boolean;
  /** How often this run cost a worker: one that had started it, or the very first, that may have. */
  losses: number;
  /** The names of the workers lost, oldest first, the last five; one that was never seen starting has none. */
  lostWorkers: string[];
  workerId?: string | undefined;
  createdAt: number;
  /** When it was, or is, planned for: a delay, or the end of a snooze. */
  dueAt?: number | undefined;
  queuedAt?: number | undefined;
  /** First start of the current or last attempt. */
  startedAt?: number | undefined;
  finishedAt?: number | undefined;
  expiresAt?: number | undefined;
  /** When it is to be queued again after a failed attempt or a return; absent once it is queued. */
  nextAttemptAt?: number | undefined;
  /** From queueing to start, of the current or last attempt. */
  waitMs?: number | undefined;
  /** From start to end, of the last attempt. */
  durationMs?: number | undefined;
  progress?: number | undefined;
  progressMessage?: string | undefined;
  cancelRequestedAt?: number | undefined;
  cancelReason?: string | undefined;
  test: boolean;
  callbackUrl?: string | undefined;
  retryOf?: string | undefined;
  scheduleId?: string | undefined;
  fireAt?: number | undefined;
  /** The flow it is a node of. */
  flowId?: string | undefined;
  deadLetter?: 'OPEN' | 'REDRIVEN' | 'DISCARDED' | undefined;
  /** The bulk operations that made or changed it, oldest first; the last twenty. */
  operations?: string[] | undefined;
  /** Of the last error. */
  fingerprint?: string | undefined;
  /** Why it waits although it is queued. */
  waitReason?: 'NO_HANDLER' | 'CONCURRENCY_LIMIT' | 'RATE_LIMIT' | 'LIMITS_UNAVAILABLE' | undefined;
  waitSince?: number | undefined;
  /** What it may hold permits of: see `concurrencyKeysOf`. */
  limitKeys?: string[] | undefined;
  /** The limit that refused it last, while it waits for that. */
  limitKey?: string | undefined;
  /** Its place among those who wait, from when a limit first refused it since it was last started: `place-in-line.ts`. */
  limitedSince?: number | undefined;
  /** Where the message of the current queueing is in its stream. */
  queuedSeq?: number | undefined;
  /** How often it was rescheduled. */
  reschedules?: number | undefined;
  /** The message of the current queueing is void, unless it turns out to have been started: see `reschedule-run.ts`. */
  superseded?: boolean | undefined;
  /** Counts the events that concerned this run, refused ones included: a reader with an older one is stale. */
  revision: number;
  /** Entries of the timeline. */
  timelineCount: number;
}
