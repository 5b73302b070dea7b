import { parseCommit, type RunDefinition } from '@jobflow/contracts';

/** One queueing of a run, as its message says. */
export interface QueuedRun {
  run: RunDefinition;
  attempt: number;
  delivery: number;
  /** Whoever queued it could not be sure to be first. */
  verify: boolean;
  /** The run has cost workers before: it is checked and claimed before it starts. */
  losses?: number | undefined;
  /** Since when no worker had a handler for it, as far as is known. */
  waitingSince?: number | undefined;
  /** When this queueing was appended. */
  queuedAt: number;
  /** A limit refused it before. */
  limited?: { since: number; booked?: boolean | undefined } | undefined;
}

export type ReadQueuedRun = { ok: true; queued: QueuedRun } | { ok: false; reason: string };

/** Reads a message of a queue: a commit with exactly one RunQueued. */
export function readQueuedRun(data: Uint8Array): ReadQueuedRun {
  const parsed = parseCommit('run', data);
  if (!parsed.ok) return parsed;
  const [event] = parsed.commit.events;
  if (event?.type !== 'RunQueued')
    return { ok: false, reason: `a queue's message holds ${event?.type}, not RunQueued` };
  return {
    ok: true,
    queued: {
      run: event.run,
      attempt: event.attempt,
      delivery: event.delivery,
      verify: event.verify ?? false,
      losses: event.losses,
      waitingSince: event.waitingSince,
      queuedAt: parsed.commit.at,
      limited: event.limited,
    },
  };
}
