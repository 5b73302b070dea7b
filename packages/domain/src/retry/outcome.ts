import type { Json } from '@jobflow/contracts';

/** How an attempt ended, as the worker saw it: a closed set. `settle` makes the event of it. */
export type Outcome =
  | { kind: 'succeeded'; result?: Json | undefined }
  | { kind: 'failed'; error: AttemptError; retryAt?: number | undefined }
  | { kind: 'timed-out'; error: AttemptError }
  | { kind: 'lost'; error: AttemptError }
  /** Not to be tried again whatever the policy says: its workers died under it, or nobody handles it. */
  | { kind: 'dead'; reason: 'no-handler' | 'poison' | 'expired-lease'; error: AttemptError }
  | { kind: 'cancelled' }
  | { kind: 'snoozed'; until: number; reason?: string | undefined }
  /** `begun`: its handler had started. */
  | { kind: 'returned'; reason: 'drained' | 'no-handler'; notBefore: number; begun?: boolean };

export interface AttemptError {
  message: string;
  code?: string | undefined;
  stack?: string | undefined;
  /** False when the handler said so, or the error can never go away; default true. */
  retryable?: boolean | undefined;
}

/** How a run ends that may run at most once, had begun, and whose worker did not live to see its end. */
export const lostOnce = (job: string): Outcome => {
  const message = `The worker that ran it was lost or stopped, and job ${job} runs at most once`;
  return { kind: 'dead', reason: 'expired-lease', error: { code: 'WORKER_LOST', message } };
};
