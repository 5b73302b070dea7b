import { concurrencyKeysOf } from '../limits/limit-keys.js';
import type { EventMeta, RunLifeEvent } from './evolve-run.js';
import type { RunState } from './run-state.js';

/** Of an execution that has not begun: of a new run, and of one that begins anew. */
export const NOT_BEGUN = {
  claim: 0,
  queuedSeq: undefined,
  superseded: undefined,
  started: false,
  alone: false,
  losses: 0,
  lostWorkers: [],
  workerId: undefined,
  queuedAt: undefined,
  startedAt: undefined,
  finishedAt: undefined,
  nextAttemptAt: undefined,
  waitMs: undefined,
  durationMs: undefined,
  progress: undefined,
  progressMessage: undefined,
  cancelRequestedAt: undefined,
  cancelReason: undefined,
  deadLetter: undefined,
  fingerprint: undefined,
  waitReason: undefined,
  waitSince: undefined,
  limitKey: undefined,
  limitedSince: undefined,
} as const satisfies Partial<RunState>;

/** The first state of a run, if this event begins one. */
export function beginRun(event: RunLifeEvent, meta: EventMeta): RunState | undefined {
  if (event.type !== 'RunQueued' && event.type !== 'RunPlanned') return undefined;
  const { run } = event;
  const queuedNow = event.type === 'RunQueued';
  const blocked = event.type === 'RunPlanned' && event.blocked === true;
  return {
    ...NOT_BEGUN,
    id: run.id,
    job: run.job,
    jobRevision: run.jobRevision,
    kind: run.kind,
    queue: run.queue,
    priority: run.priority,
    tags: run.tags ?? [],
    status: queuedNow ? 'QUEUED' : blocked ? 'BLOCKED' : 'SCHEDULED',
    attempt: queuedNow ? event.attempt : 0,
    maxAttempts: Math.max(run.retry.maxAttempts, queuedNow ? event.attempt : 1),
    delivery: queuedNow ? event.delivery : -1,
    createdAt: run.createdAt,
    // A tick is due at its time, whenever the scheduler came to it.
    dueAt: queuedNow ? run.fireAt : blocked && event.dueAt <= run.createdAt ? undefined : event.dueAt,
    queuedAt: queuedNow ? meta.at : undefined,
    expiresAt: run.expiresAt,
    test: run.test ?? false,
    callbackUrl: run.callbackUrl,
    retryOf: run.retryOf,
    scheduleId: run.scheduleId,
    fireAt: run.fireAt,
    flowId: run.flow?.id,
    operations: run.operationId === undefined ? undefined : [run.operationId],
    limitKeys: concurrencyKeysOf(run),
    queuedSeq: queuedNow ? meta.seq : undefined,
    reschedules: undefined,
    revision: 1,
    timelineCount: 1,
  };
}
