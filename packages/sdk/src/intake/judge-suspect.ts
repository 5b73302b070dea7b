import { isTerminal, type VerifyReply } from '@jobflow/contracts';
import type { Liveness } from './live-workers.js';
import type { QueuedRun } from './queued-run.js';

/** What the projector says of a run. */
export type VerifiedRun = Extract<VerifyReply, { ok: true }>['runs'][number];

export type Verdict =
  /** This queueing is over, or was replaced by a later one: acknowledge and forget. */
  | 'drop'
  /** It was rescheduled before anybody started it: say that it is let go, and forget it. */
  | 'let-go'
  /** Another worker has it and may be alive: ask again later. */
  | 'wait'
  /** Nobody has started it. */
  | 'start'
  /** It may have been started before: one worker must win it first. */
  | 'claim'
  /** It was started by a worker that is gone, may run at most once, and so must end as lost. */
  | 'lost'
  /** It cost its workers again and again, the last one while it ran alone: it must end. */
  | 'poison';

/** From so many losses a run executes alone; from one more, lost alone, it is poison. */
const ALONE_FROM = 2;
const POISON_FROM = 3;

export interface SuspectFacts {
  queued: QueuedRun;
  redelivered: boolean;
  /** The run's state at or after this message; undefined if the projector does not know it. */
  state: VerifiedRun | undefined;
  me: string;
  liveness: (workerId: string) => Liveness;
  /** This worker claimed it before, and knows that it started nothing under that claim. */
  unstarted?: boolean;
  /** It was here so long that another worker may have been given it. */
  stale?: boolean;
}

/** Decides about a message that may have been delivered before, from the state at or after its place in the log. */
export function judgeSuspect(facts: SuspectFacts): Verdict {
  const { queued, redelivered, state, me, liveness } = facts;
  if (!state || isTerminal(state.status)) return 'drop';
  if (state.attempt !== queued.attempt || state.delivery !== queued.delivery) return 'drop';
  if (state.superseded) return 'let-go';
  // What became of this message is recorded, only its acknowledgement was lost: the run waits to be queued anew.
  if (state.waits) return 'drop';
  if (state.status !== 'QUEUED' && state.status !== 'RUNNING') return 'drop';
  const holder = state.workerId;
  // Held by this very worker, but not among what it runs: it gave it up, or lost it while its loop was blocked.
  if (holder !== undefined && holder !== me && liveness(holder) !== 'dead') return 'wait';
  const begun = state.status === 'RUNNING' || (holder !== undefined && !(holder === me && facts.unstarted));
  if (begun && queued.run.guarantee === 'AT_MOST_ONCE') return 'lost';
  if (state.started && state.alone && takeoverOf(state, redelivered).losses >= POISON_FROM) return 'poison';
  const mayBeElsewhere = redelivered || facts.stale === true;
  const toBeClaimed = begun || mayBeElsewhere || queued.run.guarantee === 'AT_MOST_ONCE' || (state.losses ?? 0) > 0;
  return toBeClaimed ? 'claim' : 'start';
}

/** What taking a run over means for it, as the fold will count it. */
export interface Takeover {
  losses: number;
  /** To be said with the claim: that the message was somebody's before counts, once. */
  redelivered: boolean;
  /** It is to run where it can cost nothing else. */
  alone: boolean;
  lostWorkers: string[];
}

/** What a claim on a run in this state will make of its losses. */
export function takeoverOf(state: VerifiedRun, redelivered: boolean): Takeover {
  const { losses = 0, started = state.status === 'RUNNING', workerId, lostWorkers = [] } = state;
  const first = redelivered && !started && losses === 0;
  const after = losses + (started || first ? 1 : 0);
  const named = (started || first) && workerId !== undefined;
  return {
    losses: after,
    redelivered: first,
    alone: after >= ALONE_FROM,
    lostWorkers: named ? [...lostWorkers, workerId] : lostWorkers,
  };
}
