export interface PathStep {
  status: string;
  at: string | null;
  current: boolean;
}

interface PathTimes {
  status: string;
  createdAt: string;
  queuedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  dueAt: string | null;
  attempt: number;
  nextAttemptAt: string | null;
  /** In order. */
  attempts: readonly { queuedAt: string | null }[];
}

const terminal = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']);

/**
 * The states a run went through, shortened to what a person wants to read: planned (if it was), queued, retrying (if
 * it did), running, and the end or the present.
 */
export function statePath(run: PathTimes): PathStep[] {
  const steps: PathStep[] = [];
  // `queuedAt` moves with every attempt; the path begins with the first.
  const queuedAt = run.attempts[0]?.queuedAt ?? run.queuedAt;
  const planned = run.dueAt !== null && Date.parse(run.dueAt) - Date.parse(run.createdAt) > 500;
  if (planned && run.status !== 'SCHEDULED') steps.push(step('SCHEDULED', run.createdAt));
  if (queuedAt !== null && run.status !== 'QUEUED') steps.push(step('QUEUED', queuedAt));
  if (run.attempt > 1 && run.status !== 'RETRYING') steps.push(step('RETRYING', null));
  if (run.startedAt !== null && run.status !== 'RUNNING') steps.push(step('RUNNING', run.startedAt));
  steps.push({ status: run.status, at: presentAt(run), current: true });
  return steps;
}

const step = (status: string, at: string | null): PathStep => ({ status, at, current: false });

function presentAt(run: PathTimes): string | null {
  if (terminal.has(run.status)) return run.finishedAt;
  if (run.status === 'RUNNING') return run.startedAt;
  if (run.status === 'QUEUED') return run.queuedAt ?? run.createdAt;
  if (run.status === 'RETRYING') return run.nextAttemptAt;
  return run.dueAt ?? run.createdAt;
}
