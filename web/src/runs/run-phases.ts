/**
 * A run's time as phases on one axis, for the bars: per attempt the wait in the queue, the execution, and the backoff
 * until the next attempt.
 */
export interface AttemptTimes {
  number: number;
  status: string;
  dueAt: string | null;
  queuedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface RunTimes {
  createdAt: string;
  dueAt: string | null;
  queuedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  nextAttemptAt: string | null;
  status: string;
  attempts: readonly AttemptTimes[];
}

export type PhaseKind = 'wait' | 'run' | 'backoff';

export interface Phase {
  kind: PhaseKind;
  attempt: number;
  from: number;
  to: number;
  /** How the attempt ended; only for `run`. */
  status: string | undefined;
  /** True while the phase is still going on. */
  open: boolean;
}

const time = (at: string | null): number | undefined => (at === null ? undefined : Date.parse(at));

/** The phases of a run, in order, up to `now`. Instants that are missing or out of order never give a negative length. */
export function runPhases(run: RunTimes, now: number): Phase[] {
  const phases: Phase[] = [];
  const add = (kind: PhaseKind, attempt: number, from: number, until: number | undefined, status?: string) => {
    const to = Math.max(from, until ?? now);
    phases.push({ kind, attempt, from, to, status, open: until === undefined });
  };
  const attempts = [...run.attempts].sort((a, b) => a.number - b.number);
  let lastEnd: number | undefined;
  for (const attempt of attempts) {
    const started = time(attempt.startedAt);
    const queued = time(attempt.queuedAt) ?? lastEnd ?? time(run.queuedAt) ?? time(run.createdAt) ?? now;
    if (lastEnd !== undefined && queued > lastEnd) add('backoff', attempt.number - 1, lastEnd, queued);
    add('wait', attempt.number, queued, started);
    if (started === undefined) return phases;
    add('run', attempt.number, started, time(attempt.finishedAt), attempt.status);
    lastEnd = time(attempt.finishedAt);
    if (lastEnd === undefined) return phases;
  }
  const ended = time(run.finishedAt);
  if (attempts.length === 0) add('wait', 1, time(run.queuedAt) ?? Date.parse(run.createdAt), ended);
  else if (ended === undefined && lastEnd !== undefined) {
    add(run.status === 'QUEUED' ? 'wait' : 'backoff', attempts.length, lastEnd, undefined);
  }
  return phases;
}

/** Where a phase stands on an axis from `start` to `end`, in percent. */
export function placeOn(
  start: number,
  end: number,
  phase: Pick<Phase, 'from' | 'to'>,
): { left: number; width: number } {
  const span = Math.max(1, end - start);
  const left = Math.min(100, Math.max(0, ((phase.from - start) / span) * 100));
  const width = Math.min(100 - left, Math.max(0, ((phase.to - phase.from) / span) * 100));
  return { left, width };
}
