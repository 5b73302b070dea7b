import type { RunDefinition, RunEventOf } from '@jobflow/contracts';
import { defaultRetryPolicy, defaultTimeoutPolicy } from '@jobflow/contracts';
import { type Evolved, evolveRun, type RunLifeEvent } from './evolve-run.js';
import type { RunState } from './run-state.js';

/** Events for tests of one run: times count from 1000, everything else has a default. */
export const RUN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const runId = RUN_ID;

export const definition = (over: Partial<RunDefinition> = {}): RunDefinition => ({
  id: runId,
  job: 'mail.send',
  jobRevision: 1,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: { ...defaultRetryPolicy, maxAttempts: 3 },
  timeout: defaultTimeoutPolicy,
  createdAt: 1000,
  ...over,
});

interface On {
  attempt?: number;
  delivery?: number;
  claim?: number;
  workerId?: string;
}
const on = ({ attempt = 1, delivery = attempt - 1, claim = 0, workerId = 'w1' }: On) => ({
  runId,
  attempt,
  delivery,
  claim,
  workerId,
});
const ended = (o: On) => ({ ...on(o), startedAt: 2000, finishedAt: 2500 });

export const queued = (o: On = {}, over: Partial<RunDefinition> = {}): RunEventOf<'RunQueued'> => {
  const { attempt, delivery } = on(o);
  return { type: 'RunQueued', run: definition(over), attempt, delivery };
};
export const planned = (dueAt = 5000, over: Partial<RunDefinition> = {}): RunEventOf<'RunPlanned'> => ({
  type: 'RunPlanned',
  run: definition(over),
  dueAt,
});
export const started = (o: On = {}, alone = false): RunEventOf<'RunStarted'> => ({
  type: 'RunStarted',
  ...on(o),
  startedAt: 2000,
  ...(alone && { alone }),
});
export const progressed = (o: On = {}, progress = 50): RunEventOf<'RunProgressed'> => ({
  type: 'RunProgressed',
  ...on(o),
  progress,
});
export const succeeded = (o: On = {}): RunEventOf<'RunSucceeded'> => ({
  type: 'RunSucceeded',
  ...ended(o),
  result: 42,
});
export const failed = (
  o: On = {},
  next: RunEventOf<'RunAttemptFailed'>['next'] = { kind: 'retry', at: 9000 },
): RunEventOf<'RunAttemptFailed'> => ({
  type: 'RunAttemptFailed',
  ...ended(o),
  status: 'FAILED',
  error: { message: 'no', fingerprint: 'f', retryable: true },
  next,
});
export const dead = (o: On = {}) => failed(o, { kind: 'dead', reason: 'attempts-exhausted' });
/** Ended as a dead letter, by the worker that stops or by one that only found it so. */
export const buried = (why: 'expired-lease' | 'poison' | 'no-handler', o: On = {}): RunEventOf<'RunAttemptFailed'> => ({
  ...failed(o, { kind: 'dead', reason: why }),
  status: why === 'no-handler' ? 'FAILED' : 'LOST',
  error: { message: `it is over: ${why}`, fingerprint: 'f', retryable: false },
});
export const snoozed = (o: On = {}): RunEventOf<'RunSnoozed'> => ({ type: 'RunSnoozed', ...ended(o), until: 8000 });
export const returned = (
  o: On = {},
  reason: RunEventOf<'RunReturned'>['reason'] = 'drained',
  notBefore = 3000,
): RunEventOf<'RunReturned'> => ({ type: 'RunReturned', ...on(o), reason, at: 2600, notBefore });
export const limited = (
  o: On = {},
  limit: 'concurrency' | 'rate' = 'concurrency',
  over: Partial<RunEventOf<'RunLimited'>> = {},
): RunEventOf<'RunLimited'> => ({
  type: 'RunLimited',
  ...on(o),
  key: 'job:mail.send',
  limit,
  at: 2700,
  ...(limit === 'rate' && { until: 6500 }),
  ...over,
});
export const cancelRequested = (): RunEventOf<'RunCancelRequested'> => ({
  type: 'RunCancelRequested',
  runId,
  reason: 'wrong',
});
export const rescheduled = (at = 20_000, priority?: number, operationId?: string): RunEventOf<'RunRescheduled'> => ({
  type: 'RunRescheduled',
  runId,
  at,
  ...(priority !== undefined && { priority }),
  operationId,
});
export const cancelled = (o: On = {}): RunEventOf<'RunCancelled'> => ({ type: 'RunCancelled', ...ended(o) });
export const expired = (at = 7000): RunEventOf<'RunExpired'> => ({ type: 'RunExpired', runId, at });
export const claimed = (n: number, o: On = {}, reclaim = false, redelivered = false): RunEventOf<'RunClaimed'> => {
  const { attempt, delivery, workerId } = on(o);
  return {
    type: 'RunClaimed',
    runId,
    attempt,
    delivery,
    workerId,
    n,
    ...(reclaim && { reclaim }),
    ...(redelivered && { redelivered }),
  };
};

export const redriven = (operationId?: string): RunEventOf<'RunDeadLetterRedriven'> => ({
  type: 'RunDeadLetterRedriven',
  runId,
  by: '01890a5d-ac96-774b-bcce-b302099a8058',
  operationId,
});
export const discarded = (operationId?: string): RunEventOf<'RunDeadLetterDiscarded'> => ({
  type: 'RunDeadLetterDiscarded',
  runId,
  reason: 'too old',
  operationId,
});
export const reopened = (operationId?: string): RunEventOf<'RunDeadLetterReopened'> => ({
  type: 'RunDeadLetterReopened',
  runId,
  operationId,
});

export interface Told extends Evolved {
  event: RunLifeEvent;
}
/** Folds the events in order, one commit each, and keeps every verdict. */
export function tell(events: readonly RunLifeEvent[], from?: RunState): { state: RunState | undefined; told: Told[] } {
  let state = from;
  const told = events.map((event, i) => {
    const verdict = evolveRun(state, event, { at: 1000 + i, seq: i + 1, actor: 'test' });
    state = verdict.state;
    return { event, ...verdict };
  });
  return { state, told };
}

/** given these events, when the last of them is folded … */
export function when(...events: RunLifeEvent[]): Told {
  const last = tell(events).told.at(-1);
  if (!last) throw new Error('no events');
  return last;
}
