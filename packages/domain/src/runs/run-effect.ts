import type { NotifyRun, QueueRun, RunError } from '@jobflow/contracts';

/** A run that has no attempt left, for consumers outside. */
export interface DeadLetter {
  runId: string;
  job: string;
  queue: string;
  attempt: number;
  reason: string;
  error: RunError;
  at: number;
}

/** What must follow from an accepted event; each is decided once, in the same transaction as the row. */
export type RunEffect =
  | { kind: 'queue-run'; run: QueueRun }
  | { kind: 'notify-run'; run: NotifyRun }
  | { kind: 'dead-letter'; run: DeadLetter };
