import { z } from 'zod';
import { Json } from './json.js';
import { Duration, Instant, JobKind, JobName, LogLevel, Priority, QueueName, RunStatus, Tags } from './names.js';
import { DeliveryGuarantee, Limits, Rate, RetryPolicy, TimeoutPolicy } from './policy.js';

const stamped = {
  /** Counts from 1 within the entity. */
  revision: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
  createdBy: z.string().optional(),
  updatedBy: z.string().optional(),
};

/**
 * What workers registered a job with: digests of its definition in code. A job whose definition still has `hash` was not
 * edited since; a worker that brings one of the `earlier` ones is older than another that has been here.
 */
export const Registered = z.object({ hash: z.string(), earlier: z.array(z.string()).max(20) });
export type Registered = z.infer<typeof Registered>;

export const JobState = z.object({
  name: JobName,
  title: z.string().max(200),
  description: z.string().max(4000).optional(),
  kind: JobKind,
  spec: Json.optional(),
  inputSchema: Json.optional(),
  defaultInput: Json.optional(),
  queue: QueueName,
  priority: Priority,
  retry: RetryPolicy,
  timeout: TimeoutPolicy,
  limits: Limits,
  guarantee: DeliveryGuarantee,
  logLevel: LogLevel,
  enabled: z.boolean(),
  tags: Tags,
  registered: Registered.optional(),
  ...stamped,
});
export type JobState = z.infer<typeof JobState>;

export const ScheduleState = z.object({
  id: z.string(),
  name: z.string().max(200).optional(),
  job: JobName,
  kind: z.enum(['CRON', 'INTERVAL', 'ONCE', 'AFTER_JOB']),
  cron: z.string().max(200).optional(),
  everyMs: z.int().min(1).optional(),
  at: Instant.optional(),
  timezone: z.string(),
  afterJob: JobName.optional(),
  afterStatuses: z.array(RunStatus).optional(),
  input: Json.optional(),
  queue: QueueName.optional(),
  priority: Priority.optional(),
  tags: Tags,
  missed: z.enum(['SKIP', 'LAST', 'ALL']),
  maxMissed: z.int().min(1).max(10_000),
  overlap: z.enum(['ALLOW', 'SKIP', 'QUEUE', 'CANCEL_RUNNING']),
  jitterMs: Duration,
  startsAt: Instant.optional(),
  endsAt: Instant.optional(),
  enabled: z.boolean(),
  disabledReason: z.string().optional(),
  /** Ticks at or before this instant were never owed: creation, or the last resume or edit. */
  activeSince: Instant,
  ...stamped,
});
export type ScheduleState = z.infer<typeof ScheduleState>;

export const QueueState = z.object({
  name: QueueName,
  description: z.string().max(1000).optional(),
  /** The priorities that have a consumer: created before the first message of that level is published. */
  levels: z.array(Priority),
  /** Runs of these handlers and kinds are queued apart; `job` for a handler. See queue-branches.ts. */
  branches: z.array(z.object({ kind: JobKind, job: JobName.optional(), levels: z.array(Priority) })).optional(),
  paused: z.boolean(),
  pauseReason: z.string().max(1000).optional(),
  pausedAt: Instant.optional(),
  pausedBy: z.string().optional(),
  concurrency: z.int().min(1).optional(),
  concurrencyPerKey: z.int().min(1).optional(),
  rate: Rate.optional(),
  defaultPriority: Priority,
  retentionDays: z.int().min(1).max(3650),
  ...stamped,
});
export type QueueState = z.infer<typeof QueueState>;

export const AlertRule = z.object({
  jobs: z.array(JobName).optional(),
  tags: Tags.optional(),
  queues: z.array(QueueName).optional(),
  statuses: z.array(RunStatus).optional(),
  mode: z.enum(['EVERY', 'STATE_CHANGE', 'AFTER_CONSECUTIVE', 'DIGEST']),
  consecutive: z.int().min(1).optional(),
  mutedUntil: Instant.optional(),
  throttleMs: Duration.optional(),
  digestMs: Duration.optional(),
  events: z.array(z.string()).optional(),
  oldestWaitOverMs: Duration.optional(),
  successRateBelow: z.number().min(0).max(1).optional(),
  windowMs: Duration.optional(),
});
export type AlertRule = z.infer<typeof AlertRule>;

/** A channel without its secret: that is an encrypted row named `channel:<id>`. */
export const ChannelState = z.object({
  id: z.string(),
  name: z.string().min(1).max(200),
  kind: z.enum(['WEBHOOK', 'SLACK', 'EMAIL']),
  /** The webhook's URL. Refused with user info in it, so it holds no credentials. */
  url: z.string().max(2048).optional(),
  to: z.array(z.string()).optional(),
  /** Names of the extra request headers; their values are encrypted with the secret. */
  headerNames: z.array(z.string()).optional(),
  rules: z.array(AlertRule).max(100),
  signatures: z.array(z.enum(['V1', 'V1A'])),
  ordered: z.boolean(),
  enabled: z.boolean(),
  disabledReason: z.string().optional(),
  ...stamped,
});
export type ChannelState = z.infer<typeof ChannelState>;

/**
 * The last sequence of JF_RUNS_0 when somebody first met this server process: acknowledgements of messages at or
 * below it may have been forgotten. Kept once per server, under expected sequence 0.
 */
export const EpochState = z.object({ serverId: z.string(), runsSeq: z.int().min(0), notedAt: Instant });
export type EpochState = z.infer<typeof EpochState>;

export const StateEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('JobSaved'), job: JobState }),
  /** `revision`: its last. A job that is made again under the name counts on from there: runs name revisions. */
  z.object({ type: z.literal('JobDeleted'), name: JobName, revision: z.int().min(1).optional() }),
  z.object({ type: z.literal('ScheduleSaved'), schedule: ScheduleState }),
  z.object({ type: z.literal('ScheduleDeleted'), id: z.string() }),
  z.object({ type: z.literal('QueueSaved'), queue: QueueState }),
  z.object({ type: z.literal('QueueDeleted'), name: QueueName }),
  z.object({ type: z.literal('ChannelSaved'), channel: ChannelState }),
  z.object({ type: z.literal('ChannelDeleted'), id: z.string() }),
  z.object({ type: z.literal('EpochNoted'), epoch: EpochState }),
]);
export type StateEvent = z.infer<typeof StateEvent>;
export type StateKind = 'job' | 'schedule' | 'queue' | 'channel' | 'epoch';
