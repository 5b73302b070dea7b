import type { Limits, Rate, RunStatus } from '@jobflow/contracts';
import { duration } from '../runs/describe-event.js';
import { queueFull, whyLimited } from './why-limited.js';

export type WaitReason =
  | 'DUE_LATER'
  | 'PARENTS'
  | 'QUEUE_PAUSED'
  | 'JOB_DISABLED'
  | 'CONCURRENCY_LIMIT'
  | 'RATE_LIMIT'
  | 'NO_WORKER'
  | 'NO_HANDLER'
  | 'BEHIND_OTHERS'
  | 'LOG_FULL'
  | 'RETRY_BACKOFF';

/** One reason why a run waits. `target`: the queue, job or run it waits for; `until`: when it ends, if that is known. */
export interface Reason {
  code: WaitReason;
  message: string;
  since?: number;
  until?: number;
  target?: string;
  actor?: string;
  ahead?: number;
}

/** What is known about a waiting run's surroundings; what is absent is taken to be no obstacle. */
export interface WaitFacts {
  now: number;
  run: {
    status: RunStatus;
    job: string;
    kind: string;
    queue: string;
    attempt: number;
    maxAttempts: number;
    dueAt?: number | undefined;
    nextAttemptAt?: number | undefined;
    queuedAt?: number | undefined;
    waitReason?: string | undefined;
    waitSince?: number | undefined;
    /** What its job says now. */
    limits?: Limits | undefined;
  };
  /** The limit that it waits for, if it waits for one: who runs under it now, and who waits before this run. */
  limit?: { key: string; running: number; waitingBefore: number } | undefined;
  /** What it depends on and has not ended: the keys of nodes in its flow, and their runs. */
  parents?: readonly { key: string; runId: string }[] | undefined;
  queue?:
    | {
        paused: boolean;
        pauseReason?: string | undefined;
        pausedAt?: number | undefined;
        pausedBy?: string | undefined;
        concurrency?: number | undefined;
        concurrencyPerKey?: number | undefined;
        rate?: Rate | undefined;
        /** Runs of it that run now. */
        running?: number | undefined;
      }
    | undefined;
  job?: { enabled: boolean; updatedAt?: number | undefined; updatedBy?: string | undefined } | undefined;
  /** Online workers that serve its queue, and those of them that can run its kind or handler. */
  workers?:
    | {
        serving: number;
        able: number;
        /** Why those that serve it cannot, as they say themselves: a switch that is off. */
        reason?: string | undefined;
        /** Why none of those that are able can count limits, and what to do about it. */
        limitsTrouble?: string | undefined;
      }
    | undefined;
  /** Queued before it, or with a higher priority, on the same queue. */
  ahead?: number | undefined;
  logFull?: boolean | undefined;
}

/** Everything that stands between a run and its start, the most telling first; empty once it runs or has ended. */
export function whyNotRunning(facts: WaitFacts): Reason[] {
  switch (facts.run.status) {
    case 'SCHEDULED':
    case 'RETRYING':
      return [...dueLater(facts), ...obstacles(facts)];
    case 'BLOCKED':
      return [...parents(facts), ...obstacles(facts)];
    case 'QUEUED':
      return [
        ...whyLimited(facts),
        ...noHandler(facts),
        ...obstacles(facts),
        ...queueFull(facts),
        ...noWorker(facts),
        ...ahead(facts),
      ];
    default:
      return [];
  }
}

function dueLater({ now, run }: WaitFacts): Reason[] {
  const until = run.nextAttemptAt ?? run.dueAt;
  if (until === undefined) return [];
  const when = until > now ? `in ${duration(until - now)}` : 'now';
  if (run.status === 'RETRYING') {
    const message = `Attempt ${run.attempt} of ${run.maxAttempts} failed; the next one is due ${when}`;
    return [{ code: 'RETRY_BACKOFF', message, until }];
  }
  return [{ code: 'DUE_LATER', message: `It is due ${when}`, until }];
}

/** Parents that are named. */
const NAMED = 5;

function parents({ parents: waiting = [] }: WaitFacts): Reason[] {
  const [first] = waiting;
  if (first === undefined) return [];
  const names = waiting.slice(0, NAMED).map(({ key }) => key);
  const more = waiting.length - names.length;
  const listed = more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
  const message =
    waiting.length === 1 ? `It waits for ${listed} to end` : `It waits for ${waiting.length} runs to end: ${listed}`;
  return [{ code: 'PARENTS', message, target: first.runId }];
}

function obstacles({ run, queue, job, logFull }: WaitFacts): Reason[] {
  const reasons: Reason[] = [];
  if (queue?.paused) {
    const why = queue.pauseReason ? `: ${queue.pauseReason}` : '';
    reasons.push({
      code: 'QUEUE_PAUSED',
      message: `Queue ${run.queue} is paused${why}`,
      target: run.queue,
      ...(queue.pausedAt !== undefined && { since: queue.pausedAt }),
      ...(queue.pausedBy !== undefined && { actor: queue.pausedBy }),
    });
  }
  if (job && !job.enabled)
    reasons.push({
      code: 'JOB_DISABLED',
      message: `Job ${run.job} is disabled`,
      target: run.job,
      ...(job.updatedAt !== undefined && { since: job.updatedAt }),
      ...(job.updatedBy !== undefined && { actor: job.updatedBy }),
    });
  if (logFull) reasons.push({ code: 'LOG_FULL', message: 'The log is full; what waits goes on once there is room' });
  return reasons;
}

const since = (run: WaitFacts['run']) => {
  const at = run.waitSince ?? run.queuedAt;
  return at === undefined ? {} : { since: at };
};
const what = (run: WaitFacts['run']) =>
  run.kind === 'HANDLER' ? `a handler for ${run.job}` : `jobs of kind ${run.kind}`;

function noHandler({ run, workers }: WaitFacts): Reason[] {
  const missing = run.waitReason === 'NO_HANDLER' || (workers && workers.serving > 0 && workers.able === 0);
  if (!missing || (workers && workers.able > 0) || workers?.serving === 0) return [];
  const has = run.kind === 'HANDLER' ? 'has' : 'runs';
  const why = workers?.reason === undefined ? '' : `: ${workers.reason}`;
  return [{ code: 'NO_HANDLER', message: `No worker ${has} ${what(run)}${why}`, target: run.job, ...since(run) }];
}

function noWorker({ run, workers }: WaitFacts): Reason[] {
  if (workers?.serving !== 0) return [];
  return [{ code: 'NO_WORKER', message: `No worker serves queue ${run.queue}`, target: run.queue, ...since(run) }];
}

function ahead({ run, ahead: count = 0 }: WaitFacts): Reason[] {
  if (count <= 0) return [];
  const message = count === 1 ? '1 run is ahead of it' : `${count} runs are ahead of it`;
  return [{ code: 'BEHIND_OTHERS', message, target: run.queue, ahead: count }];
}
