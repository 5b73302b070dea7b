import { JobflowError } from './jobflow-error.js';
import type { Run, RunError, RunStatus } from './run.js';

/** The run that was waited for ended without a result: FAILED, CANCELLED or EXPIRED. */
export class RunFailedError extends JobflowError {
  override readonly name = 'RunFailedError';
  readonly runId: string;
  readonly job: string;
  readonly status: RunStatus;
  /** Why the last attempt failed; null for a run that was cancelled or expired before it failed. */
  readonly error: RunError | null;
  /** How many attempts there were. */
  readonly attempts: number;

  constructor(run: Run) {
    super('RUN_FAILED', `Run ${run.id} of ${run.job} ${ending(run)}`, { status: run.status });
    this.runId = run.id;
    this.job = run.job;
    this.status = run.status;
    this.error = run.error;
    this.attempts = run.startedAt === null && run.error === null ? 0 : run.attempt;
  }
}

function ending({ status, error, attempt, cancelReason }: Run): string {
  if (status === 'CANCELLED') return cancelReason ? `was cancelled: ${cancelReason}` : 'was cancelled';
  if (status === 'EXPIRED') return 'expired before it could start';
  const tries = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
  return `failed after ${tries}${error ? `: ${error.message}` : ''}`;
}
