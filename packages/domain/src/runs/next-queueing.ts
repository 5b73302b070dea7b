import type { RunState } from './run-state.js';

type Waiting = Pick<RunState, 'status' | 'attempt' | 'delivery' | 'dueAt' | 'nextAttemptAt'>;

/** Which queueing of the run comes next, if the run can be queued at all. */
export function nextQueueing(run: Pick<RunState, 'status' | 'attempt' | 'delivery'>) {
  switch (run.status) {
    case 'RETRYING':
      return { attempt: run.attempt + 1, delivery: run.delivery + 1 };
    case 'SCHEDULED':
    case 'BLOCKED':
    case 'QUEUED':
      return { attempt: Math.max(run.attempt, 1), delivery: run.delivery + 1 };
    default:
      return undefined;
  }
}

/** When the run is to be queued next, or undefined if its message is in the log already or it has ended. */
export function queueAt(run: Waiting): number | undefined {
  switch (run.status) {
    case 'SCHEDULED':
      return run.nextAttemptAt ?? run.dueAt;
    case 'RETRYING':
    case 'QUEUED':
      return run.nextAttemptAt;
    default:
      return undefined;
  }
}
