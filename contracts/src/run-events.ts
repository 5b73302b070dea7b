import { z } from 'zod';
import { FlowCancelRequested, FlowCreated, FlowId, FlowNodeKey, FlowRetryRequested } from './flow-events.js';
import { Json } from './json.js';
import { Duration, Instant, JobKind, JobName, Key, LogLevel, Priority, QueueName, Tags } from './names.js';
import { DeliveryGuarantee, Limits, RetryPolicy, TimeoutPolicy } from './policy.js';

export const RunId = z.uuid();
/** One command over many runs. */
export const OperationId = z.uuid();

/** Everything an executor needs to carry out a run: self-contained, so that the log is the queue. */
export const RunDefinition = z.object({
  id: RunId,
  job: JobName,
  jobRevision: z.int().min(0),
  kind: JobKind,
  spec: Json.optional(),
  queue: QueueName,
  priority: Priority,
  input: Json.optional(),
  retry: RetryPolicy,
  timeout: TimeoutPolicy,
  limits: Limits.optional(),
  guarantee: DeliveryGuarantee.optional(),
  logLevel: LogLevel.optional(),
  tags: Tags.optional(),
  createdAt: Instant,
  createdBy: z.string().optional(),
  expiresAt: Instant.optional(),
  idempotencyKey: Key.optional(),
  uniqueKey: Key.optional(),
  callbackUrl: z.string().max(2048).optional(),
  scheduleId: z.string().optional(),
  /** The tick this run was made for. */
  fireAt: Instant.optional(),
  retryOf: RunId.optional(),
  /** The bulk operation that made this run. */
  operationId: OperationId.optional(),
  /** The node it is of a flow. `templated`: its input holds `{{parents.…}}`, to be filled when it is queued. */
  flow: z.object({ id: FlowId, key: FlowNodeKey, templated: z.boolean().optional() }).optional(),
  /** Of the runs it depends on, by their keys, what its spec's templates name. */
  parents: z.record(FlowNodeKey, Json).optional(),
  test: z.boolean().optional(),
  traceparent: z.string().max(64).optional(),
});
export type RunDefinition = z.infer<typeof RunDefinition>;

export const RunError = z.object({
  message: z.string(),
  /** TIMEOUT, WORKER_LOST, POISON, NO_HANDLER, OUT_OF_MEMORY, RESULT_TOO_LARGE, or the handler's own. */
  code: z.string().optional(),
  stack: z.string().optional(),
  fingerprint: z.string(),
  retryable: z.boolean(),
});
export type RunError = z.infer<typeof RunError>;

const attempt = z.int().min(1);
/** Which queueing of the run: 0 first, then one more for each retry, return or snooze. Fences late deliveries. */
const delivery = z.int().min(0);
/** The claim an attempt runs under: 0 for a fresh message, else the n of its RunClaimed. */
const claim = z.int().min(0);

export const RunQueued = z.object({
  type: z.literal('RunQueued'),
  run: RunDefinition,
  attempt,
  delivery,
  /** The publisher could not be sure to be first: check against state before starting. */
  verify: z.boolean().optional(),
  /** How often this run has cost a worker so far; absent: never. Such a run is checked and claimed before it starts. */
  losses: z.int().min(1).optional(),
  /** Since when it has been due without any worker having a handler for it. */
  waitingSince: Instant.optional(),
  /** It was refused a start by a limit before: its place in line, and whether its turn under a rate was booked. */
  limited: z.object({ since: Instant, booked: z.boolean().optional() }).optional(),
  /** How often the run had been rescheduled as far as its queuer knew: the fold tells by it who did not know the last time. */
  reschedules: z.int().min(1).optional(),
});
export const RunPlanned = z.object({
  type: z.literal('RunPlanned'),
  run: RunDefinition,
  dueAt: Instant,
  /** It waits for other runs of its flow, and after that until `dueAt`. */
  blocked: z.boolean().optional(),
});

const onAttempt = { runId: RunId, attempt, delivery, claim, workerId: z.string() };
const ended = { ...onAttempt, startedAt: Instant, finishedAt: Instant };

export const RunStarted = z.object({
  type: z.literal('RunStarted'),
  ...onAttempt,
  startedAt: Instant,
  /** Nothing else runs where it could be harmed: in a process of its own, or on a worker that does nothing else. */
  alone: z.boolean().optional(),
});
export const RunProgressed = z.object({
  type: z.literal('RunProgressed'),
  ...onAttempt,
  /** 0–100. */
  progress: z.number().min(0).max(100),
  message: z.string().max(500).optional(),
});
export const RunSucceeded = z.object({ type: z.literal('RunSucceeded'), ...ended, result: Json.optional() });
export const DeadReason = z.enum(['attempts-exhausted', 'not-retryable', 'no-handler', 'poison', 'expired-lease']);
export const RunAttemptFailed = z.object({
  type: z.literal('RunAttemptFailed'),
  ...ended,
  status: z.enum(['FAILED', 'TIMED_OUT', 'LOST']),
  error: RunError,
  next: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('retry'), at: Instant }),
    z.object({ kind: z.literal('dead'), reason: DeadReason }),
  ]),
});
/** The handler asked to be called again later; costs no attempt. */
export const RunSnoozed = z.object({
  type: z.literal('RunSnoozed'),
  ...ended,
  until: Instant,
  reason: z.string().optional(),
});
/**
 * A limit kept the run from starting, and it left its worker to wait. Costs no attempt. A rate booked its turn at
 * `until`; a concurrency limit names up to 8 of those who held its permits when it was refused: as long as all of them
 * still do, one of their ends will wake it.
 */
export const RunLimited = z.object({
  type: z.literal('RunLimited'),
  ...onAttempt,
  /** As `limitKeysOf` of domain spells it. */
  key: z.string().max(300),
  limit: z.enum(['concurrency', 'rate']),
  at: Instant,
  until: Instant.optional(),
  holders: z
    .array(z.object({ runId: RunId, delivery }))
    .max(8)
    .optional(),
});
/** A worker gave the run back unfinished: it drains, has no such handler, or cannot count its limits. Costs no attempt. */
export const RunReturned = z.object({
  type: z.literal('RunReturned'),
  ...onAttempt,
  /** `rescheduled`: it was put off while its message was with the worker, which had not started it. */
  reason: z.enum(['drained', 'no-handler', 'limits-unavailable', 'rescheduled']),
  at: Instant,
  /** When it may be queued again. */
  notBefore: Instant,
});
export const RunCancelRequested = z.object({
  type: z.literal('RunCancelRequested'),
  runId: RunId,
  reason: z.string().max(1000).optional(),
  operationId: OperationId.optional(),
});
/**
 * A run that waits is to be queued at another time, or with another priority; `at` in the past means now. If its message
 * is in the log, that message is void from here on, unless a worker has started it: then the start holds.
 */
export const RunRescheduled = z.object({
  type: z.literal('RunRescheduled'),
  runId: RunId,
  at: Instant,
  priority: Priority.optional(),
  operationId: OperationId.optional(),
});
/** A running attempt was stopped because of a RunCancelRequested. */
export const RunCancelled = z.object({ type: z.literal('RunCancelled'), ...ended });
/** expiresAt passed before an attempt could start. */
export const RunExpired = z.object({ type: z.literal('RunExpired'), runId: RunId, at: Instant });
/** What the run depends on has ended, but its input cannot be made from their results: it ends without an attempt. */
export const RunInputFailed = z.object({
  type: z.literal('RunInputFailed'),
  runId: RunId,
  /** The queueing that was due. */
  delivery,
  at: Instant,
  error: RunError,
});
/** Takes a run over after its message was redelivered; the expected sequence of its subject lets one win. */
export const RunClaimed = z.object({
  type: z.literal('RunClaimed'),
  runId: RunId,
  attempt,
  delivery,
  workerId: z.string(),
  /** Counts from 1 over the run's whole life. */
  n: z.int().min(1),
  /** True when the claimant itself was already running it (it came back after a server restart). */
  reclaim: z.boolean().optional(),
  /** Somebody had the message before and fell silent, without being seen starting: it may have been started. */
  redelivered: z.boolean().optional(),
});
const onLetter = { runId: RunId, operationId: OperationId.optional() };
/** A dead letter's work is done again by another run. Stored in one unit with that run's RunQueued. */
export const RunDeadLetterRedriven = z.object({
  type: z.literal('RunDeadLetterRedriven'),
  ...onLetter,
  /** The run that was made for it. */
  by: RunId,
});
/** Nobody will do a dead letter's work again. */
export const RunDeadLetterDiscarded = z.object({
  type: z.literal('RunDeadLetterDiscarded'),
  ...onLetter,
  reason: z.string().min(1).max(1000),
});
/** A discarded dead letter is to be dealt with after all. */
export const RunDeadLetterReopened = z.object({ type: z.literal('RunDeadLetterReopened'), ...onLetter });
export const ScheduleTicked = z.object({
  type: z.literal('ScheduleTicked'),
  scheduleId: z.string(),
  tick: Instant,
  outcome: z.enum(['fired', 'skipped']),
  why: z.string().optional(),
  runId: RunId.optional(),
  jitterMs: Duration.optional(),
  /**
   * Of a schedule that follows another job: the run that ended, and the sequence of its end in the run log. Such ticks
   * are recorded in the order of both, so that the last one says how far the ends have been dealt with.
   */
  after: z.object({ runId: RunId, seq: z.int().min(0) }).optional(),
  /**
   * Of a tick that was missed, where runs follow one after the other: those up to this one were missed with it, and each
   * fires when the run before it has ended.
   */
  owedUpTo: Instant.optional(),
});

export const RunEvent = z.discriminatedUnion('type', [
  RunQueued,
  RunPlanned,
  RunStarted,
  RunProgressed,
  RunSucceeded,
  RunAttemptFailed,
  RunSnoozed,
  RunLimited,
  RunReturned,
  RunCancelRequested,
  RunRescheduled,
  RunCancelled,
  RunExpired,
  RunClaimed,
  RunDeadLetterRedriven,
  RunDeadLetterDiscarded,
  RunDeadLetterReopened,
  ScheduleTicked,
  RunInputFailed,
  FlowCreated,
  FlowCancelRequested,
  FlowRetryRequested,
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
export type RunQueued = z.infer<typeof RunQueued>;
export type RunPlanned = z.infer<typeof RunPlanned>;
