/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AlertMode =
  | 'AFTER_CONSECUTIVE'
  | 'DIGEST'
  | 'EVERY'
  | 'STATE_CHANGE';

export type AlertRuleInput = {
  consecutive?: number | null | undefined;
  digestMs?: number | null | undefined;
  events?: Array<string> | null | undefined;
  jobs?: Array<string> | null | undefined;
  mode?: AlertMode | null | undefined;
  mutedUntil?: string | null | undefined;
  oldestWaitOverMs?: number | null | undefined;
  queues?: Array<string> | null | undefined;
  statuses?: Array<RunStatus> | null | undefined;
  successRateBelow?: number | null | undefined;
  tags?: Array<string> | null | undefined;
  throttleMs?: number | null | undefined;
  windowMs?: number | null | undefined;
};

export type AttemptStatus =
  | 'CANCELLED'
  | 'FAILED'
  | 'LOST'
  | 'RUNNING'
  | 'SNOOZED'
  | 'SUCCEEDED'
  | 'TIMED_OUT';

export type Backoff =
  | 'EXPONENTIAL'
  | 'FIXED'
  | 'LINEAR';

export type BulkAction =
  | 'BACKFILL'
  | 'CANCEL'
  | 'DISCARD'
  | 'PURGE'
  | 'REDRIVE'
  | 'REPLAY_DELIVERIES'
  | 'RESCHEDULE'
  | 'RESTORE'
  | 'RETRY';

export type BulkStatus =
  | 'ABORTED'
  | 'FAILED'
  | 'FINISHED'
  | 'RUNNING';

export type ChannelInput = {
  enabled?: boolean | null | undefined;
  headers?: unknown;
  kind: ChannelKind;
  name: string;
  ordered?: boolean | null | undefined;
  replayFrom?: string | null | undefined;
  rules: Array<AlertRuleInput>;
  secret?: string | null | undefined;
  signatures?: Array<SignatureScheme> | null | undefined;
  to?: Array<string> | null | undefined;
  url?: string | null | undefined;
};

export type ChannelKind =
  | 'EMAIL'
  | 'SLACK'
  | 'WEBHOOK';

export type DeadLetterState =
  | 'DISCARDED'
  | 'OPEN'
  | 'REDRIVEN';

export type DeliveryFilter = {
  channelId?: string | number | null | undefined;
  createdAfter?: string | null | undefined;
  createdBefore?: string | null | undefined;
  events?: Array<string> | null | undefined;
  job?: string | null | undefined;
  runId?: string | number | null | undefined;
  statuses?: Array<DeliveryStatus> | null | undefined;
  succeeded?: boolean | null | undefined;
};

export type DeliveryGuarantee =
  | 'AT_LEAST_ONCE'
  | 'AT_MOST_ONCE';

export type DeliveryStatus =
  | 'FAILED'
  | 'PENDING'
  | 'RETRYING'
  | 'SUCCEEDED'
  | 'SUPPRESSED';

export type EnqueueInput = {
  callbackUrl?: string | null | undefined;
  delayMs?: number | null | undefined;
  expiresAt?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
  input?: unknown;
  job: string;
  priority?: number | null | undefined;
  queue?: string | null | undefined;
  retry?: RetryInput | null | undefined;
  runAt?: string | null | undefined;
  tags?: Array<string> | null | undefined;
  timeout?: TimeoutInput | null | undefined;
  uniqueKey?: string | null | undefined;
};

export type FireOutcome =
  | 'MISSED'
  | 'OVERLAPPED'
  | 'PAUSED'
  | 'PLANNED'
  | 'RAN';

export type HealthStatus =
  | 'DEGRADED'
  | 'DOWN'
  | 'OK';

export type Jitter =
  | 'EQUAL'
  | 'FULL'
  | 'NONE';

export type JobFilter = {
  enabled?: boolean | null | undefined;
  kinds?: Array<JobKind> | null | undefined;
  lastRunAfter?: string | null | undefined;
  lastRunBefore?: string | null | undefined;
  lastStatuses?: Array<RunStatus> | null | undefined;
  names?: Array<string> | null | undefined;
  priorityMax?: number | null | undefined;
  priorityMin?: number | null | undefined;
  queues?: Array<string> | null | undefined;
  search?: string | null | undefined;
  successRateBelow?: number | null | undefined;
  tags?: Array<string> | null | undefined;
};

export type JobInput = {
  defaultInput?: unknown;
  description?: string | null | undefined;
  enabled?: boolean | null | undefined;
  guarantee?: DeliveryGuarantee | null | undefined;
  inputSchema?: unknown;
  kind: JobKind;
  limits?: LimitsInput | null | undefined;
  logLevel?: LogLevel | null | undefined;
  name: string;
  priority?: number | null | undefined;
  queue?: string | null | undefined;
  retry?: RetryInput | null | undefined;
  spec?: unknown;
  tags?: Array<string> | null | undefined;
  timeout?: TimeoutInput | null | undefined;
  title?: string | null | undefined;
};

export type JobKind =
  | 'HANDLER'
  | 'HTTP'
  | 'JAVASCRIPT'
  | 'PYTHON'
  | 'SHELL'
  | 'SQL';

export type JsonMatch = {
  equals: unknown;
  path: string;
};

export type LimitsInput = {
  concurrency?: number | null | undefined;
  concurrencyKey?: string | null | undefined;
  cpuSeconds?: number | null | undefined;
  memoryMb?: number | null | undefined;
  rate?: RateInput | null | undefined;
};

export type LogLevel =
  | 'DEBUG'
  | 'ERROR'
  | 'INFO'
  | 'WARN';

export type LogStream =
  | 'LOG'
  | 'STDERR'
  | 'STDOUT';

export type MissedPolicy =
  | 'ALL'
  | 'LAST'
  | 'SKIP';

export type OverlapPolicy =
  | 'ALLOW'
  | 'CANCEL_RUNNING'
  | 'QUEUE'
  | 'SKIP';

export type RateInput = {
  limit: number;
  perMs: number;
};

export type RetryInput = {
  backoff?: Backoff | null | undefined;
  factor?: number | null | undefined;
  initialDelayMs?: number | null | undefined;
  jitter?: Jitter | null | undefined;
  maxAttempts?: number | null | undefined;
  maxDelayMs?: number | null | undefined;
};

export type Role =
  | 'ADMIN'
  | 'USER'
  | 'VIEWER';

export type RunFilter = {
  attemptMin?: number | null | undefined;
  createdAfter?: string | null | undefined;
  createdBefore?: string | null | undefined;
  createdBy?: string | null | undefined;
  deadLetter?: Array<DeadLetterState> | null | undefined;
  dueAfter?: string | null | undefined;
  dueBefore?: string | null | undefined;
  durationOverMs?: number | null | undefined;
  durationUnderMs?: number | null | undefined;
  errorContains?: string | null | undefined;
  fingerprints?: Array<string | number> | null | undefined;
  finishedAfter?: string | null | undefined;
  finishedBefore?: string | null | undefined;
  flowId?: string | number | null | undefined;
  idempotencyKey?: string | null | undefined;
  ids?: Array<string | number> | null | undefined;
  input?: Array<JsonMatch> | null | undefined;
  jobs?: Array<string> | null | undefined;
  kinds?: Array<JobKind> | null | undefined;
  operationId?: string | number | null | undefined;
  priorityMax?: number | null | undefined;
  priorityMin?: number | null | undefined;
  query?: string | null | undefined;
  queues?: Array<string> | null | undefined;
  retryOf?: string | number | null | undefined;
  scheduleId?: string | number | null | undefined;
  search?: string | null | undefined;
  startedAfter?: string | null | undefined;
  startedBefore?: string | null | undefined;
  statuses?: Array<RunStatus> | null | undefined;
  tags?: Array<string> | null | undefined;
  uniqueKey?: string | null | undefined;
  waitOverMs?: number | null | undefined;
  workerId?: string | number | null | undefined;
};

export type RunStatus =
  | 'BLOCKED'
  | 'CANCELLED'
  | 'EXPIRED'
  | 'FAILED'
  | 'QUEUED'
  | 'RETRYING'
  | 'RUNNING'
  | 'SCHEDULED'
  | 'SUCCEEDED';

export type ScheduleFilter = {
  enabled?: boolean | null | undefined;
  jobs?: Array<string> | null | undefined;
  kinds?: Array<ScheduleKind> | null | undefined;
  search?: string | null | undefined;
  timezone?: string | null | undefined;
};

export type ScheduleInput = {
  afterJob?: string | null | undefined;
  afterStatuses?: Array<RunStatus> | null | undefined;
  at?: string | null | undefined;
  cron?: string | null | undefined;
  enabled?: boolean | null | undefined;
  endsAt?: string | null | undefined;
  everyMs?: number | null | undefined;
  input?: unknown;
  jitterMs?: number | null | undefined;
  job: string;
  kind: ScheduleKind;
  maxMissed?: number | null | undefined;
  missed?: MissedPolicy | null | undefined;
  name?: string | null | undefined;
  overlap?: OverlapPolicy | null | undefined;
  priority?: number | null | undefined;
  queue?: string | null | undefined;
  startsAt?: string | null | undefined;
  tags?: Array<string> | null | undefined;
  timezone?: string | null | undefined;
};

export type ScheduleKind =
  | 'AFTER_JOB'
  | 'CRON'
  | 'INTERVAL'
  | 'ONCE';

export type SignatureScheme =
  | 'V1'
  | 'V1A';

export type TimeoutInput = {
  hardMs?: number | null | undefined;
  softMs?: number | null | undefined;
};

export type WaitReason =
  | 'BEHIND_OTHERS'
  | 'CONCURRENCY_LIMIT'
  | 'DUE_LATER'
  | 'JOB_DISABLED'
  | 'LOG_FULL'
  | 'NO_HANDLER'
  | 'NO_WORKER'
  | 'PARENTS'
  | 'QUEUE_PAUSED'
  | 'RATE_LIMIT'
  | 'RETRY_BACKOFF';

export type WorkerStatus =
  | 'DRAINING'
  | 'OFFLINE'
  | 'ONLINE'
  | 'STOPPING';

export type OperationPartsFragment = { id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null };

export type BulkOperationsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type BulkOperationsQuery = { bulkOperations: { nodes: Array<{ id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null }> } | null };

export type BulkFailuresQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
}>;


export type BulkFailuresQuery = { bulkOperation: { id: string, failures: Array<{ id: string, index: number, code: string, message: string }> } | null };

export type BulkPreviewQueryVariables = Exact<{
  action: BulkAction;
  filter: RunFilter;
}>;


export type BulkPreviewQuery = { previewBulk: { count: number, asOf: string, undoable: boolean, sample: Array<{ id: string, input: unknown }> } | null };

export type AbortOperationMutationVariables = Exact<{
  id: string | number;
}>;


export type AbortOperationMutation = { abortBulkOperation: { id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null } | null };

export type UndoOperationMutationVariables = Exact<{
  id: string | number;
}>;


export type UndoOperationMutation = { undoBulkOperation: { id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null } | null };

export type OperationUpdatesSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type OperationUpdatesSubscription = { bulkOperationUpdates: { id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null } };

export type ChannelPartsFragment = { id: string, name: string, kind: ChannelKind, target: string, enabled: boolean, disabledReason: string | null, createdAt: string, lastDeliveryAt: string | null, lastError: string | null, successRate: number | null, rules: Array<{ jobs: Array<string> | null, queues: Array<string> | null, tags: Array<string> | null, statuses: Array<RunStatus> | null, events: Array<string> | null }> };

export type DeliveryPartsFragment = { id: string, channelId: string | null, kind: ChannelKind, target: string, runId: string | null, job: string | null, event: string, status: DeliveryStatus, reason: string | null, nextAttemptAt: string | null, createdAt: string, attempts: Array<{ number: number, at: string, url: string | null, status: number | null, durationMs: number | null, error: string | null, requestHeaders: unknown, requestBody: string | null, responseHeaders: unknown, responseBody: string | null }> };

export type ChannelsQueryVariables = Exact<{ [key: string]: never; }>;


export type ChannelsQuery = { channels: Array<{ id: string, name: string, kind: ChannelKind, target: string, enabled: boolean, disabledReason: string | null, createdAt: string, lastDeliveryAt: string | null, lastError: string | null, successRate: number | null, rules: Array<{ jobs: Array<string> | null, queues: Array<string> | null, tags: Array<string> | null, statuses: Array<RunStatus> | null, events: Array<string> | null }> }> | null };

export type DeliveriesQueryVariables = Exact<{
  filter?: DeliveryFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { deliveries: { nodes: Array<{ id: string, channelId: string | null, kind: ChannelKind, target: string, runId: string | null, job: string | null, event: string, status: DeliveryStatus, reason: string | null, nextAttemptAt: string | null, createdAt: string, attempts: Array<{ number: number, at: string, url: string | null, status: number | null, durationMs: number | null, error: string | null, requestHeaders: unknown, requestBody: string | null, responseHeaders: unknown, responseBody: string | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CreateChannelMutationVariables = Exact<{
  input: ChannelInput;
}>;


export type CreateChannelMutation = { createChannel: { secret: string | null, channel: { id: string, name: string, kind: ChannelKind, target: string, enabled: boolean, disabledReason: string | null, createdAt: string, lastDeliveryAt: string | null, lastError: string | null, successRate: number | null, rules: Array<{ jobs: Array<string> | null, queues: Array<string> | null, tags: Array<string> | null, statuses: Array<RunStatus> | null, events: Array<string> | null }> } } | null };

export type SetChannelEnabledMutationVariables = Exact<{
  id: string | number;
  enabled: boolean;
}>;


export type SetChannelEnabledMutation = { updateChannel: { id: string, name: string, kind: ChannelKind, target: string, enabled: boolean, disabledReason: string | null, createdAt: string, lastDeliveryAt: string | null, lastError: string | null, successRate: number | null, rules: Array<{ jobs: Array<string> | null, queues: Array<string> | null, tags: Array<string> | null, statuses: Array<RunStatus> | null, events: Array<string> | null }> } | null };

export type DeleteChannelMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteChannelMutation = { deleteChannel: boolean | null };

export type TestChannelMutationVariables = Exact<{
  id: string | number;
}>;


export type TestChannelMutation = { testChannel: { id: string, channelId: string | null, kind: ChannelKind, target: string, runId: string | null, job: string | null, event: string, status: DeliveryStatus, reason: string | null, nextAttemptAt: string | null, createdAt: string, attempts: Array<{ number: number, at: string, url: string | null, status: number | null, durationMs: number | null, error: string | null, requestHeaders: unknown, requestBody: string | null, responseHeaders: unknown, responseBody: string | null }> } | null };

export type DeadLetterGroupsQueryVariables = Exact<{
  filter?: RunFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeadLetterGroupsQuery = { deadLetterGroups: { totalCount: number | null, nodes: Array<{ message: string, job: string, count: number, firstAt: string, lastAt: string, id: string, sample: { id: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type DeadLetterCountSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type DeadLetterCountSubscription = { stats: { deadLetters: number } };

export type RedriveDeadLettersMutationVariables = Exact<{
  filter: RunFilter;
  inputPatch?: unknown;
  perSecond?: number | null | undefined;
  expectedCount?: number | null | undefined;
  asOf?: string | null | undefined;
}>;


export type RedriveDeadLettersMutation = { redriveDeadLetters: { id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null } | null };

export type DiscardDeadLettersMutationVariables = Exact<{
  filter: RunFilter;
  reason: string;
  expectedCount?: number | null | undefined;
  asOf?: string | null | undefined;
}>;


export type DiscardDeadLettersMutation = { discardDeadLetters: { id: string, action: BulkAction, status: BulkStatus, total: number, done: number, failed: number, finished: boolean, reason: string | null, createdBy: string, createdAt: string, finishedAt: string | null, undoableUntil: string | null, undoOf: string | null } | null };

export type JobCardPartsFragment = { name: string, title: string, description: string | null, kind: JobKind, queue: string, enabled: boolean, tags: Array<string>, nextRunAt: string | null, successRate: number | null, waiting: number, active: number, inputSchema: unknown, defaultInput: unknown, id: string, lastRun: { id: string, status: RunStatus, createdAt: string, startedAt: string | null, finishedAt: string | null, revision: number } | null, outcomes: Array<{ runId: string, status: RunStatus, durationMs: number | null, finishedAt: string }> };

export type JobsQueryVariables = Exact<{
  filter?: JobFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type JobsQuery = { position: string | null, jobs: { totalCount: number | null, nodes: Array<{ name: string, title: string, description: string | null, kind: JobKind, queue: string, enabled: boolean, tags: Array<string>, nextRunAt: string | null, successRate: number | null, waiting: number, active: number, inputSchema: unknown, defaultInput: unknown, id: string, lastRun: { id: string, status: RunStatus, createdAt: string, startedAt: string | null, finishedAt: string | null, revision: number } | null, outcomes: Array<{ runId: string, status: RunStatus, durationMs: number | null, finishedAt: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type JobQueryVariables = Exact<{
  name: string;
}>;


export type JobQuery = { position: string | null, job: { spec: unknown, priority: number, guarantee: DeliveryGuarantee, revision: number, createdAt: string, createdBy: string | null, updatedAt: string, updatedBy: string | null, avgDurationMs: number | null, name: string, title: string, description: string | null, kind: JobKind, queue: string, enabled: boolean, tags: Array<string>, nextRunAt: string | null, successRate: number | null, waiting: number, active: number, inputSchema: unknown, defaultInput: unknown, id: string, retry: { maxAttempts: number, backoff: Backoff, initialDelayMs: number, maxDelayMs: number, factor: number, jitter: Jitter }, timeout: { softMs: number | null, hardMs: number | null }, recentRuns: Array<{ id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null } | null }>, schedules: Array<{ id: string, name: string | null, job: string, kind: ScheduleKind, cron: string | null, description: string, everyMs: number | null, at: string | null, timezone: string, missed: MissedPolicy, overlap: OverlapPolicy, enabled: boolean, disabledReason: string | null, nextFires: Array<string>, lastFiredAt: string | null, lastRun: { id: string, status: RunStatus } | null }>, lastRun: { id: string, status: RunStatus, createdAt: string, startedAt: string | null, finishedAt: string | null, revision: number } | null, outcomes: Array<{ runId: string, status: RunStatus, durationMs: number | null, finishedAt: string }> } | null };

export type JobNamesQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type JobNamesQuery = { jobs: { nodes: Array<{ name: string, title: string, id: string }> } | null };

export type CreateJobMutationVariables = Exact<{
  input: JobInput;
}>;


export type CreateJobMutation = { createJob: { name: string } | null };

export type SetJobEnabledMutationVariables = Exact<{
  name: string;
  enabled: boolean;
}>;


export type SetJobEnabledMutation = { updateJob: { name: string, enabled: boolean, revision: number } | null };

export type DeleteJobMutationVariables = Exact<{
  name: string;
}>;


export type DeleteJobMutation = { deleteJob: boolean | null };

export type RunJobMutationVariables = Exact<{
  input: EnqueueInput;
}>;


export type RunJobMutation = { enqueue: { duplicate: boolean, run: { id: string, status: RunStatus } } | null };

export type JobRunsSubscriptionVariables = Exact<{
  filter?: RunFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type JobRunsSubscription = { runUpdates: { position: string, gap: boolean, runs: Array<{ id: string, job: string, status: RunStatus, createdAt: string, startedAt: string | null, finishedAt: string | null, revision: number }> } };

export type JobKindsQueryVariables = Exact<{ [key: string]: never; }>;


export type JobKindsQuery = { jobKinds: Array<{ kind: JobKind, enabled: boolean, reason: string | null }> | null, handlers: Array<{ name: string, workers: number, inputSchema: unknown, id: string }> | null, queues: Array<{ name: string, id: string }> | null };

export type QueuePartsFragment = { name: string, depth: number, active: number, scheduled: number, retrying: number, deadLetters: number, oldestWaitMs: number | null, paused: boolean, pauseReason: string | null, pausedAt: string | null, pausedBy: string | null, enqueuedPerMinute: number, finishedPerMinute: number, failedPerMinute: number, avgDurationMs: number | null, waitP95Ms: number | null, workers: number, id: string };

export type WorkerPartsFragment = { id: string, host: string, pid: number, version: string, queues: Array<string>, handlers: Array<string>, kinds: Array<JobKind>, concurrency: number, active: number, load: number, memoryMb: number, cpuPercent: number, finished: number, failed: number, startedAt: string, lastHeartbeatAt: string, status: WorkerStatus };

export type StatsPartsFragment = { total: number, scheduled: number, queued: number, running: number, retrying: number, succeeded: number, failed: number, cancelled: number, deadLetters: number, jobs: number, schedules: number, pausedQueues: number, workers: number, successRate: number | null, perMinute: number, avgDurationMs: number | null, windowMs: number, projectionLagMs: number };

export type HealthPartsFragment = { status: HealthStatus, checks: Array<{ code: string, status: HealthStatus, message: string, action: string | null, since: string | null, target: string | null }> };

export type MonitorQueryVariables = Exact<{ [key: string]: never; }>;


export type MonitorQuery = { stats: { total: number, scheduled: number, queued: number, running: number, retrying: number, succeeded: number, failed: number, cancelled: number, deadLetters: number, jobs: number, schedules: number, pausedQueues: number, workers: number, successRate: number | null, perMinute: number, avgDurationMs: number | null, windowMs: number, projectionLagMs: number } | null, queues: Array<{ name: string, depth: number, active: number, scheduled: number, retrying: number, deadLetters: number, oldestWaitMs: number | null, paused: boolean, pauseReason: string | null, pausedAt: string | null, pausedBy: string | null, enqueuedPerMinute: number, finishedPerMinute: number, failedPerMinute: number, avgDurationMs: number | null, waitP95Ms: number | null, workers: number, id: string }> | null, workers: Array<{ id: string, host: string, pid: number, version: string, queues: Array<string>, handlers: Array<string>, kinds: Array<JobKind>, concurrency: number, active: number, load: number, memoryMb: number, cpuPercent: number, finished: number, failed: number, startedAt: string, lastHeartbeatAt: string, status: WorkerStatus }> | null, health: { status: HealthStatus, checks: Array<{ code: string, status: HealthStatus, message: string, action: string | null, since: string | null, target: string | null }> } | null };

export type PauseQueueMutationVariables = Exact<{
  name: string;
  reason?: string | null | undefined;
}>;


export type PauseQueueMutation = { pauseQueue: { name: string, depth: number, active: number, scheduled: number, retrying: number, deadLetters: number, oldestWaitMs: number | null, paused: boolean, pauseReason: string | null, pausedAt: string | null, pausedBy: string | null, enqueuedPerMinute: number, finishedPerMinute: number, failedPerMinute: number, avgDurationMs: number | null, waitP95Ms: number | null, workers: number, id: string } | null };

export type ResumeQueueMutationVariables = Exact<{
  name: string;
}>;


export type ResumeQueueMutation = { resumeQueue: { name: string, depth: number, active: number, scheduled: number, retrying: number, deadLetters: number, oldestWaitMs: number | null, paused: boolean, pauseReason: string | null, pausedAt: string | null, pausedBy: string | null, enqueuedPerMinute: number, finishedPerMinute: number, failedPerMinute: number, avgDurationMs: number | null, waitP95Ms: number | null, workers: number, id: string } | null };

export type LiveStatsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveStatsSubscription = { stats: { total: number, scheduled: number, queued: number, running: number, retrying: number, succeeded: number, failed: number, cancelled: number, deadLetters: number, jobs: number, schedules: number, pausedQueues: number, workers: number, successRate: number | null, perMinute: number, avgDurationMs: number | null, windowMs: number, projectionLagMs: number } };

export type LiveQueuesSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveQueuesSubscription = { queueUpdates: Array<{ name: string, depth: number, active: number, scheduled: number, retrying: number, deadLetters: number, oldestWaitMs: number | null, paused: boolean, pauseReason: string | null, pausedAt: string | null, pausedBy: string | null, enqueuedPerMinute: number, finishedPerMinute: number, failedPerMinute: number, avgDurationMs: number | null, waitP95Ms: number | null, workers: number, id: string }> };

export type LiveWorkersSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveWorkersSubscription = { workerUpdates: Array<{ id: string, host: string, pid: number, version: string, queues: Array<string>, handlers: Array<string>, kinds: Array<JobKind>, concurrency: number, active: number, load: number, memoryMb: number, cpuPercent: number, finished: number, failed: number, startedAt: string, lastHeartbeatAt: string, status: WorkerStatus }> };

export type LiveHealthSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveHealthSubscription = { health: { status: HealthStatus, checks: Array<{ code: string, status: HealthStatus, message: string, action: string | null, since: string | null, target: string | null }> } };

export type RunRowPartsFragment = { id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null } | null };

export type RunHeadPartsFragment = { jobRevision: number, priority: number, progressMessage: string | null, tags: Array<string>, workerId: string | null, queuedAt: string | null, expiresAt: string | null, nextAttemptAt: string | null, idempotencyKey: string | null, uniqueKey: string | null, cancelRequestedAt: string | null, cancelReason: string | null, retryOf: string | null, retriedBy: Array<string>, deadLetter: DeadLetterState | null, scheduleId: string | null, createdBy: string | null, id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null, stack: string | null, retryable: boolean } | null, whyNotRunning: Array<{ code: WaitReason, message: string, since: string | null, until: string | null, ahead: number | null }> };

export type RunsQueryVariables = Exact<{
  filter?: RunFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RunsQuery = { runs: { totalCount: number | null, position: string, nodes: Array<{ id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type RunPageQueryVariables = Exact<{
  id: string | number;
}>;


export type RunPageQuery = { position: string | null, run: { input: unknown, result: unknown, timelineCount: number, jobRevision: number, priority: number, progressMessage: string | null, tags: Array<string>, workerId: string | null, queuedAt: string | null, expiresAt: string | null, nextAttemptAt: string | null, idempotencyKey: string | null, uniqueKey: string | null, cancelRequestedAt: string | null, cancelReason: string | null, retryOf: string | null, retriedBy: Array<string>, deadLetter: DeadLetterState | null, scheduleId: string | null, createdBy: string | null, id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, jobDefinition: { title: string, enabled: boolean, id: string } | null, timeline: Array<{ at: string, type: string, message: string, actor: string | null, attempt: number | null, position: string }>, attempts: Array<{ number: number, status: AttemptStatus, workerId: string | null, dueAt: string | null, queuedAt: string | null, startedAt: string | null, finishedAt: string | null, waitMs: number | null, durationMs: number | null, error: { message: string, code: string | null, stack: string | null, retryable: boolean } | null }>, logInfo: { lines: number, dropped: number, expiresAt: string | null }, error: { message: string, code: string | null, stack: string | null, retryable: boolean } | null, whyNotRunning: Array<{ code: WaitReason, message: string, since: string | null, until: string | null, ahead: number | null }> } | null };

export type RunLogTailQueryVariables = Exact<{
  id: string | number;
  last: number;
  beforeLine?: number | null | undefined;
  minLevel?: LogLevel | null | undefined;
}>;


export type RunLogTailQuery = { run: { id: string, logInfo: { lines: number }, logs: Array<{ line: number, at: string, level: LogLevel, stream: LogStream, attempt: number, message: string }> } | null };

export type CancelRunMutationVariables = Exact<{
  id: string | number;
  reason?: string | null | undefined;
}>;


export type CancelRunMutation = { cancelRun: { jobRevision: number, priority: number, progressMessage: string | null, tags: Array<string>, workerId: string | null, queuedAt: string | null, expiresAt: string | null, nextAttemptAt: string | null, idempotencyKey: string | null, uniqueKey: string | null, cancelRequestedAt: string | null, cancelReason: string | null, retryOf: string | null, retriedBy: Array<string>, deadLetter: DeadLetterState | null, scheduleId: string | null, createdBy: string | null, id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null, stack: string | null, retryable: boolean } | null, whyNotRunning: Array<{ code: WaitReason, message: string, since: string | null, until: string | null, ahead: number | null }> } | null };

export type RunNowMutationVariables = Exact<{
  id: string | number;
}>;


export type RunNowMutation = { rescheduleRun: { jobRevision: number, priority: number, progressMessage: string | null, tags: Array<string>, workerId: string | null, queuedAt: string | null, expiresAt: string | null, nextAttemptAt: string | null, idempotencyKey: string | null, uniqueKey: string | null, cancelRequestedAt: string | null, cancelReason: string | null, retryOf: string | null, retriedBy: Array<string>, deadLetter: DeadLetterState | null, scheduleId: string | null, createdBy: string | null, id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null, stack: string | null, retryable: boolean } | null, whyNotRunning: Array<{ code: WaitReason, message: string, since: string | null, until: string | null, ahead: number | null }> } | null };

export type RetryRunMutationVariables = Exact<{
  id: string | number;
  input?: unknown;
}>;


export type RetryRunMutation = { retryRun: { id: string } | null };

export type RunRowUpdatesSubscriptionVariables = Exact<{
  filter?: RunFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type RunRowUpdatesSubscription = { runUpdates: { position: string, gap: boolean, runs: Array<{ id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null } | null }> } };

export type NewRunsSubscriptionVariables = Exact<{
  filter?: RunFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type NewRunsSubscription = { runUpdates: { left: Array<string>, position: string, gap: boolean, runs: Array<{ id: string, createdAt: string }> } };

export type RunHeadUpdatesSubscriptionVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type RunHeadUpdatesSubscription = { runUpdates: { position: string, gap: boolean, runs: Array<{ input: unknown, result: unknown, jobRevision: number, priority: number, progressMessage: string | null, tags: Array<string>, workerId: string | null, queuedAt: string | null, expiresAt: string | null, nextAttemptAt: string | null, idempotencyKey: string | null, uniqueKey: string | null, cancelRequestedAt: string | null, cancelReason: string | null, retryOf: string | null, retriedBy: Array<string>, deadLetter: DeadLetterState | null, scheduleId: string | null, createdBy: string | null, id: string, job: string, kind: JobKind, status: RunStatus, queue: string, attempt: number, maxAttempts: number, progress: number | null, createdAt: string, dueAt: string | null, startedAt: string | null, finishedAt: string | null, durationMs: number | null, waitMs: number | null, revision: number, test: boolean, error: { message: string, code: string | null, stack: string | null, retryable: boolean } | null, whyNotRunning: Array<{ code: WaitReason, message: string, since: string | null, until: string | null, ahead: number | null }> }> } };

export type RunLogsSubscriptionVariables = Exact<{
  id: string | number;
  afterLine?: number | null | undefined;
}>;


export type RunLogsSubscription = { runLogs: { dropped: number, finished: boolean, lines: Array<{ line: number, at: string, level: LogLevel, stream: LogStream, attempt: number, message: string }> } };

export type SchedulePartsFragment = { id: string, name: string | null, job: string, kind: ScheduleKind, cron: string | null, description: string, everyMs: number | null, at: string | null, timezone: string, missed: MissedPolicy, overlap: OverlapPolicy, enabled: boolean, disabledReason: string | null, nextFires: Array<string>, lastFiredAt: string | null, lastRun: { id: string, status: RunStatus } | null };

export type SchedulesQueryVariables = Exact<{
  filter?: ScheduleFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type SchedulesQuery = { schedules: { totalCount: number | null, nodes: Array<{ id: string, name: string | null, job: string, kind: ScheduleKind, cron: string | null, description: string, everyMs: number | null, at: string | null, timezone: string, missed: MissedPolicy, overlap: OverlapPolicy, enabled: boolean, disabledReason: string | null, nextFires: Array<string>, lastFiredAt: string | null, lastRun: { id: string, status: RunStatus } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type RecentFiresQueryVariables = Exact<{
  id: string | number;
}>;


export type RecentFiresQuery = { schedule: { id: string, recentFires: Array<{ at: string, timezone: string, outcome: FireOutcome, reason: string | null, runId: string | null }> } | null };

export type NextFiresQueryVariables = Exact<{
  kind: ScheduleKind;
  cron?: string | null | undefined;
  timezone?: string | null | undefined;
}>;


export type NextFiresQuery = { nextFires: Array<string> | null };

export type CreateScheduleMutationVariables = Exact<{
  input: ScheduleInput;
}>;


export type CreateScheduleMutation = { createSchedule: { id: string, name: string | null, job: string, kind: ScheduleKind, cron: string | null, description: string, everyMs: number | null, at: string | null, timezone: string, missed: MissedPolicy, overlap: OverlapPolicy, enabled: boolean, disabledReason: string | null, nextFires: Array<string>, lastFiredAt: string | null, lastRun: { id: string, status: RunStatus } | null } | null };

export type PauseScheduleMutationVariables = Exact<{
  id: string | number;
}>;


export type PauseScheduleMutation = { pauseSchedule: { id: string, name: string | null, job: string, kind: ScheduleKind, cron: string | null, description: string, everyMs: number | null, at: string | null, timezone: string, missed: MissedPolicy, overlap: OverlapPolicy, enabled: boolean, disabledReason: string | null, nextFires: Array<string>, lastFiredAt: string | null, lastRun: { id: string, status: RunStatus } | null } | null };

export type ResumeScheduleMutationVariables = Exact<{
  id: string | number;
}>;


export type ResumeScheduleMutation = { resumeSchedule: { id: string, name: string | null, job: string, kind: ScheduleKind, cron: string | null, description: string, everyMs: number | null, at: string | null, timezone: string, missed: MissedPolicy, overlap: OverlapPolicy, enabled: boolean, disabledReason: string | null, nextFires: Array<string>, lastFiredAt: string | null, lastRun: { id: string, status: RunStatus } | null } | null };

export type DeleteScheduleMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteScheduleMutation = { deleteSchedule: boolean | null };

export type SessionPartsFragment = { accessToken: string, expiresAt: string, user: { id: string, email: string, role: Role } };

export type LoginMutationVariables = Exact<{
  email: string;
  password: string;
}>;


export type LoginMutation = { login: { accessToken: string, expiresAt: string, user: { id: string, email: string, role: Role } } | null };

export type RefreshMutationVariables = Exact<{ [key: string]: never; }>;


export type RefreshMutation = { refresh: { accessToken: string, expiresAt: string, user: { id: string, email: string, role: Role } } | null };

export type LogoutMutationVariables = Exact<{ [key: string]: never; }>;


export type LogoutMutation = { logout: boolean | null };

export type ChangePasswordMutationVariables = Exact<{
  current: string;
  new: string;
}>;


export type ChangePasswordMutation = { changePassword: boolean | null };

export type SystemQueryVariables = Exact<{ [key: string]: never; }>;


export type SystemQuery = { system: { name: string, version: string, environment: string } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const OperationPartsFragmentDoc = new TypedDocumentString(`
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}
    `, {"fragmentName":"OperationParts"}) as unknown as TypedDocumentString<OperationPartsFragment, unknown>;
export const ChannelPartsFragmentDoc = new TypedDocumentString(`
    fragment ChannelParts on Channel {
  id
  name
  kind
  target
  enabled
  disabledReason
  createdAt
  lastDeliveryAt
  lastError
  successRate
  rules {
    jobs
    queues
    tags
    statuses
    events
  }
}
    `, {"fragmentName":"ChannelParts"}) as unknown as TypedDocumentString<ChannelPartsFragment, unknown>;
export const DeliveryPartsFragmentDoc = new TypedDocumentString(`
    fragment DeliveryParts on Delivery {
  id
  channelId
  kind
  target
  runId
  job
  event
  status
  reason
  nextAttemptAt
  createdAt
  attempts {
    number
    at
    url
    status
    durationMs
    error
    requestHeaders
    requestBody
    responseHeaders
    responseBody
  }
}
    `, {"fragmentName":"DeliveryParts"}) as unknown as TypedDocumentString<DeliveryPartsFragment, unknown>;
export const JobCardPartsFragmentDoc = new TypedDocumentString(`
    fragment JobCardParts on Job {
  id: name
  name
  title
  description
  kind
  queue
  enabled
  tags
  nextRunAt
  successRate
  waiting
  active
  inputSchema
  defaultInput
  lastRun {
    id
    status
    createdAt
    startedAt
    finishedAt
    revision
  }
  outcomes(last: 20) {
    runId
    status
    durationMs
    finishedAt
  }
}
    `, {"fragmentName":"JobCardParts"}) as unknown as TypedDocumentString<JobCardPartsFragment, unknown>;
export const QueuePartsFragmentDoc = new TypedDocumentString(`
    fragment QueueParts on Queue {
  id: name
  name
  depth
  active
  scheduled
  retrying
  deadLetters
  oldestWaitMs
  paused
  pauseReason
  pausedAt
  pausedBy
  enqueuedPerMinute
  finishedPerMinute
  failedPerMinute
  avgDurationMs
  waitP95Ms
  workers
}
    `, {"fragmentName":"QueueParts"}) as unknown as TypedDocumentString<QueuePartsFragment, unknown>;
export const WorkerPartsFragmentDoc = new TypedDocumentString(`
    fragment WorkerParts on Worker {
  id
  host
  pid
  version
  queues
  handlers
  kinds
  concurrency
  active
  load
  memoryMb
  cpuPercent
  finished
  failed
  startedAt
  lastHeartbeatAt
  status
}
    `, {"fragmentName":"WorkerParts"}) as unknown as TypedDocumentString<WorkerPartsFragment, unknown>;
export const StatsPartsFragmentDoc = new TypedDocumentString(`
    fragment StatsParts on Stats {
  total
  scheduled
  queued
  running
  retrying
  succeeded
  failed
  cancelled
  deadLetters
  jobs
  schedules
  pausedQueues
  workers
  successRate
  perMinute
  avgDurationMs
  windowMs
  projectionLagMs
}
    `, {"fragmentName":"StatsParts"}) as unknown as TypedDocumentString<StatsPartsFragment, unknown>;
export const HealthPartsFragmentDoc = new TypedDocumentString(`
    fragment HealthParts on Health {
  status
  checks {
    code
    status
    message
    action
    since
    target
  }
}
    `, {"fragmentName":"HealthParts"}) as unknown as TypedDocumentString<HealthPartsFragment, unknown>;
export const RunRowPartsFragmentDoc = new TypedDocumentString(`
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}
    `, {"fragmentName":"RunRowParts"}) as unknown as TypedDocumentString<RunRowPartsFragment, unknown>;
export const RunHeadPartsFragmentDoc = new TypedDocumentString(`
    fragment RunHeadParts on Run {
  ...RunRowParts
  jobRevision
  priority
  progressMessage
  tags
  workerId
  queuedAt
  expiresAt
  nextAttemptAt
  idempotencyKey
  uniqueKey
  cancelRequestedAt
  cancelReason
  retryOf
  retriedBy
  deadLetter
  scheduleId
  createdBy
  error {
    message
    code
    stack
    retryable
  }
  whyNotRunning {
    code
    message
    since
    until
    ahead
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}`, {"fragmentName":"RunHeadParts"}) as unknown as TypedDocumentString<RunHeadPartsFragment, unknown>;
export const SchedulePartsFragmentDoc = new TypedDocumentString(`
    fragment ScheduleParts on Schedule {
  id
  name
  job
  kind
  cron
  description
  everyMs
  at
  timezone
  missed
  overlap
  enabled
  disabledReason
  nextFires(count: 5)
  lastFiredAt
  lastRun {
    id
    status
  }
}
    `, {"fragmentName":"ScheduleParts"}) as unknown as TypedDocumentString<SchedulePartsFragment, unknown>;
export const SessionPartsFragmentDoc = new TypedDocumentString(`
    fragment SessionParts on Session {
  accessToken
  expiresAt
  user {
    id
    email
    role
  }
}
    `, {"fragmentName":"SessionParts"}) as unknown as TypedDocumentString<SessionPartsFragment, unknown>;
export const BulkOperationsDocument = new TypedDocumentString(`
    query BulkOperations($first: Int) {
  bulkOperations(first: $first) {
    nodes {
      ...OperationParts
    }
  }
}
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}`) as unknown as TypedDocumentString<BulkOperationsQuery, BulkOperationsQueryVariables>;
export const BulkFailuresDocument = new TypedDocumentString(`
    query BulkFailures($id: ID!, $first: Int) {
  bulkOperation(id: $id) {
    id
    failures(first: $first) {
      id
      index
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<BulkFailuresQuery, BulkFailuresQueryVariables>;
export const BulkPreviewDocument = new TypedDocumentString(`
    query BulkPreview($action: BulkAction!, $filter: RunFilter!) {
  previewBulk(action: $action, filter: $filter) {
    count
    asOf
    undoable
    sample {
      id
      input
    }
  }
}
    `) as unknown as TypedDocumentString<BulkPreviewQuery, BulkPreviewQueryVariables>;
export const AbortOperationDocument = new TypedDocumentString(`
    mutation AbortOperation($id: ID!) {
  abortBulkOperation(id: $id) {
    ...OperationParts
  }
}
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}`) as unknown as TypedDocumentString<AbortOperationMutation, AbortOperationMutationVariables>;
export const UndoOperationDocument = new TypedDocumentString(`
    mutation UndoOperation($id: ID!) {
  undoBulkOperation(id: $id) {
    ...OperationParts
  }
}
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}`) as unknown as TypedDocumentString<UndoOperationMutation, UndoOperationMutationVariables>;
export const OperationUpdatesDocument = new TypedDocumentString(`
    subscription OperationUpdates($id: ID!) {
  bulkOperationUpdates(id: $id) {
    ...OperationParts
  }
}
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}`) as unknown as TypedDocumentString<OperationUpdatesSubscription, OperationUpdatesSubscriptionVariables>;
export const ChannelsDocument = new TypedDocumentString(`
    query Channels {
  channels {
    ...ChannelParts
  }
}
    fragment ChannelParts on Channel {
  id
  name
  kind
  target
  enabled
  disabledReason
  createdAt
  lastDeliveryAt
  lastError
  successRate
  rules {
    jobs
    queues
    tags
    statuses
    events
  }
}`) as unknown as TypedDocumentString<ChannelsQuery, ChannelsQueryVariables>;
export const DeliveriesDocument = new TypedDocumentString(`
    query Deliveries($filter: DeliveryFilter, $first: Int, $after: String) {
  deliveries(filter: $filter, first: $first, after: $after) {
    nodes {
      ...DeliveryParts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment DeliveryParts on Delivery {
  id
  channelId
  kind
  target
  runId
  job
  event
  status
  reason
  nextAttemptAt
  createdAt
  attempts {
    number
    at
    url
    status
    durationMs
    error
    requestHeaders
    requestBody
    responseHeaders
    responseBody
  }
}`) as unknown as TypedDocumentString<DeliveriesQuery, DeliveriesQueryVariables>;
export const CreateChannelDocument = new TypedDocumentString(`
    mutation CreateChannel($input: ChannelInput!) {
  createChannel(input: $input) {
    secret
    channel {
      ...ChannelParts
    }
  }
}
    fragment ChannelParts on Channel {
  id
  name
  kind
  target
  enabled
  disabledReason
  createdAt
  lastDeliveryAt
  lastError
  successRate
  rules {
    jobs
    queues
    tags
    statuses
    events
  }
}`) as unknown as TypedDocumentString<CreateChannelMutation, CreateChannelMutationVariables>;
export const SetChannelEnabledDocument = new TypedDocumentString(`
    mutation SetChannelEnabled($id: ID!, $enabled: Boolean!) {
  updateChannel(id: $id, input: {enabled: $enabled}) {
    ...ChannelParts
  }
}
    fragment ChannelParts on Channel {
  id
  name
  kind
  target
  enabled
  disabledReason
  createdAt
  lastDeliveryAt
  lastError
  successRate
  rules {
    jobs
    queues
    tags
    statuses
    events
  }
}`) as unknown as TypedDocumentString<SetChannelEnabledMutation, SetChannelEnabledMutationVariables>;
export const DeleteChannelDocument = new TypedDocumentString(`
    mutation DeleteChannel($id: ID!) {
  deleteChannel(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteChannelMutation, DeleteChannelMutationVariables>;
export const TestChannelDocument = new TypedDocumentString(`
    mutation TestChannel($id: ID!) {
  testChannel(id: $id) {
    ...DeliveryParts
  }
}
    fragment DeliveryParts on Delivery {
  id
  channelId
  kind
  target
  runId
  job
  event
  status
  reason
  nextAttemptAt
  createdAt
  attempts {
    number
    at
    url
    status
    durationMs
    error
    requestHeaders
    requestBody
    responseHeaders
    responseBody
  }
}`) as unknown as TypedDocumentString<TestChannelMutation, TestChannelMutationVariables>;
export const DeadLetterGroupsDocument = new TypedDocumentString(`
    query DeadLetterGroups($filter: RunFilter, $first: Int, $after: String) {
  deadLetterGroups(filter: $filter, first: $first, after: $after) {
    totalCount
    nodes {
      id: fingerprint
      message
      job
      count
      firstAt
      lastAt
      sample {
        id
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<DeadLetterGroupsQuery, DeadLetterGroupsQueryVariables>;
export const DeadLetterCountDocument = new TypedDocumentString(`
    subscription DeadLetterCount {
  stats {
    deadLetters
  }
}
    `) as unknown as TypedDocumentString<DeadLetterCountSubscription, DeadLetterCountSubscriptionVariables>;
export const RedriveDeadLettersDocument = new TypedDocumentString(`
    mutation RedriveDeadLetters($filter: RunFilter!, $inputPatch: JSON, $perSecond: Int, $expectedCount: SafeInt, $asOf: DateTime) {
  redriveDeadLetters(
    filter: $filter
    inputPatch: $inputPatch
    perSecond: $perSecond
    expectedCount: $expectedCount
    asOf: $asOf
  ) {
    ...OperationParts
  }
}
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}`) as unknown as TypedDocumentString<RedriveDeadLettersMutation, RedriveDeadLettersMutationVariables>;
export const DiscardDeadLettersDocument = new TypedDocumentString(`
    mutation DiscardDeadLetters($filter: RunFilter!, $reason: String!, $expectedCount: SafeInt, $asOf: DateTime) {
  discardDeadLetters(
    filter: $filter
    reason: $reason
    expectedCount: $expectedCount
    asOf: $asOf
  ) {
    ...OperationParts
  }
}
    fragment OperationParts on BulkOperation {
  id
  action
  status
  total
  done
  failed
  finished
  reason
  createdBy
  createdAt
  finishedAt
  undoableUntil
  undoOf
}`) as unknown as TypedDocumentString<DiscardDeadLettersMutation, DiscardDeadLettersMutationVariables>;
export const JobsDocument = new TypedDocumentString(`
    query Jobs($filter: JobFilter, $first: Int, $after: String) {
  position
  jobs(filter: $filter, first: $first, after: $after, sort: {by: NAME}) {
    totalCount
    nodes {
      ...JobCardParts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment JobCardParts on Job {
  id: name
  name
  title
  description
  kind
  queue
  enabled
  tags
  nextRunAt
  successRate
  waiting
  active
  inputSchema
  defaultInput
  lastRun {
    id
    status
    createdAt
    startedAt
    finishedAt
    revision
  }
  outcomes(last: 20) {
    runId
    status
    durationMs
    finishedAt
  }
}`) as unknown as TypedDocumentString<JobsQuery, JobsQueryVariables>;
export const JobDocument = new TypedDocumentString(`
    query Job($name: String!) {
  position
  job(name: $name) {
    ...JobCardParts
    spec
    priority
    retry {
      maxAttempts
      backoff
      initialDelayMs
      maxDelayMs
      factor
      jitter
    }
    timeout {
      softMs
      hardMs
    }
    guarantee
    revision
    createdAt
    createdBy
    updatedAt
    updatedBy
    avgDurationMs
    recentRuns(first: 20) {
      ...RunRowParts
    }
    schedules(first: 20) {
      ...ScheduleParts
    }
  }
}
    fragment JobCardParts on Job {
  id: name
  name
  title
  description
  kind
  queue
  enabled
  tags
  nextRunAt
  successRate
  waiting
  active
  inputSchema
  defaultInput
  lastRun {
    id
    status
    createdAt
    startedAt
    finishedAt
    revision
  }
  outcomes(last: 20) {
    runId
    status
    durationMs
    finishedAt
  }
}
fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}
fragment ScheduleParts on Schedule {
  id
  name
  job
  kind
  cron
  description
  everyMs
  at
  timezone
  missed
  overlap
  enabled
  disabledReason
  nextFires(count: 5)
  lastFiredAt
  lastRun {
    id
    status
  }
}`) as unknown as TypedDocumentString<JobQuery, JobQueryVariables>;
export const JobNamesDocument = new TypedDocumentString(`
    query JobNames($first: Int) {
  jobs(first: $first, sort: {by: NAME}) {
    nodes {
      id: name
      name
      title
    }
  }
}
    `) as unknown as TypedDocumentString<JobNamesQuery, JobNamesQueryVariables>;
export const CreateJobDocument = new TypedDocumentString(`
    mutation CreateJob($input: JobInput!) {
  createJob(input: $input) {
    name
  }
}
    `) as unknown as TypedDocumentString<CreateJobMutation, CreateJobMutationVariables>;
export const SetJobEnabledDocument = new TypedDocumentString(`
    mutation SetJobEnabled($name: String!, $enabled: Boolean!) {
  updateJob(name: $name, input: {enabled: $enabled}) {
    name
    enabled
    revision
  }
}
    `) as unknown as TypedDocumentString<SetJobEnabledMutation, SetJobEnabledMutationVariables>;
export const DeleteJobDocument = new TypedDocumentString(`
    mutation DeleteJob($name: String!) {
  deleteJob(name: $name)
}
    `) as unknown as TypedDocumentString<DeleteJobMutation, DeleteJobMutationVariables>;
export const RunJobDocument = new TypedDocumentString(`
    mutation RunJob($input: EnqueueInput!) {
  enqueue(input: $input) {
    duplicate
    run {
      id
      status
    }
  }
}
    `) as unknown as TypedDocumentString<RunJobMutation, RunJobMutationVariables>;
export const JobRunsDocument = new TypedDocumentString(`
    subscription JobRuns($filter: RunFilter, $after: String) {
  runUpdates(filter: $filter, after: $after) {
    runs {
      id
      job
      status
      createdAt
      startedAt
      finishedAt
      revision
    }
    position
    gap
  }
}
    `) as unknown as TypedDocumentString<JobRunsSubscription, JobRunsSubscriptionVariables>;
export const JobKindsDocument = new TypedDocumentString(`
    query JobKinds {
  jobKinds {
    kind
    enabled
    reason
  }
  handlers {
    id: name
    name
    workers
    inputSchema
  }
  queues {
    id: name
    name
  }
}
    `) as unknown as TypedDocumentString<JobKindsQuery, JobKindsQueryVariables>;
export const MonitorDocument = new TypedDocumentString(`
    query Monitor {
  stats {
    ...StatsParts
  }
  queues {
    ...QueueParts
  }
  workers {
    ...WorkerParts
  }
  health {
    ...HealthParts
  }
}
    fragment QueueParts on Queue {
  id: name
  name
  depth
  active
  scheduled
  retrying
  deadLetters
  oldestWaitMs
  paused
  pauseReason
  pausedAt
  pausedBy
  enqueuedPerMinute
  finishedPerMinute
  failedPerMinute
  avgDurationMs
  waitP95Ms
  workers
}
fragment WorkerParts on Worker {
  id
  host
  pid
  version
  queues
  handlers
  kinds
  concurrency
  active
  load
  memoryMb
  cpuPercent
  finished
  failed
  startedAt
  lastHeartbeatAt
  status
}
fragment StatsParts on Stats {
  total
  scheduled
  queued
  running
  retrying
  succeeded
  failed
  cancelled
  deadLetters
  jobs
  schedules
  pausedQueues
  workers
  successRate
  perMinute
  avgDurationMs
  windowMs
  projectionLagMs
}
fragment HealthParts on Health {
  status
  checks {
    code
    status
    message
    action
    since
    target
  }
}`) as unknown as TypedDocumentString<MonitorQuery, MonitorQueryVariables>;
export const PauseQueueDocument = new TypedDocumentString(`
    mutation PauseQueue($name: String!, $reason: String) {
  pauseQueue(name: $name, reason: $reason) {
    ...QueueParts
  }
}
    fragment QueueParts on Queue {
  id: name
  name
  depth
  active
  scheduled
  retrying
  deadLetters
  oldestWaitMs
  paused
  pauseReason
  pausedAt
  pausedBy
  enqueuedPerMinute
  finishedPerMinute
  failedPerMinute
  avgDurationMs
  waitP95Ms
  workers
}`) as unknown as TypedDocumentString<PauseQueueMutation, PauseQueueMutationVariables>;
export const ResumeQueueDocument = new TypedDocumentString(`
    mutation ResumeQueue($name: String!) {
  resumeQueue(name: $name) {
    ...QueueParts
  }
}
    fragment QueueParts on Queue {
  id: name
  name
  depth
  active
  scheduled
  retrying
  deadLetters
  oldestWaitMs
  paused
  pauseReason
  pausedAt
  pausedBy
  enqueuedPerMinute
  finishedPerMinute
  failedPerMinute
  avgDurationMs
  waitP95Ms
  workers
}`) as unknown as TypedDocumentString<ResumeQueueMutation, ResumeQueueMutationVariables>;
export const LiveStatsDocument = new TypedDocumentString(`
    subscription LiveStats {
  stats {
    ...StatsParts
  }
}
    fragment StatsParts on Stats {
  total
  scheduled
  queued
  running
  retrying
  succeeded
  failed
  cancelled
  deadLetters
  jobs
  schedules
  pausedQueues
  workers
  successRate
  perMinute
  avgDurationMs
  windowMs
  projectionLagMs
}`) as unknown as TypedDocumentString<LiveStatsSubscription, LiveStatsSubscriptionVariables>;
export const LiveQueuesDocument = new TypedDocumentString(`
    subscription LiveQueues {
  queueUpdates {
    ...QueueParts
  }
}
    fragment QueueParts on Queue {
  id: name
  name
  depth
  active
  scheduled
  retrying
  deadLetters
  oldestWaitMs
  paused
  pauseReason
  pausedAt
  pausedBy
  enqueuedPerMinute
  finishedPerMinute
  failedPerMinute
  avgDurationMs
  waitP95Ms
  workers
}`) as unknown as TypedDocumentString<LiveQueuesSubscription, LiveQueuesSubscriptionVariables>;
export const LiveWorkersDocument = new TypedDocumentString(`
    subscription LiveWorkers {
  workerUpdates {
    ...WorkerParts
  }
}
    fragment WorkerParts on Worker {
  id
  host
  pid
  version
  queues
  handlers
  kinds
  concurrency
  active
  load
  memoryMb
  cpuPercent
  finished
  failed
  startedAt
  lastHeartbeatAt
  status
}`) as unknown as TypedDocumentString<LiveWorkersSubscription, LiveWorkersSubscriptionVariables>;
export const LiveHealthDocument = new TypedDocumentString(`
    subscription LiveHealth {
  health {
    ...HealthParts
  }
}
    fragment HealthParts on Health {
  status
  checks {
    code
    status
    message
    action
    since
    target
  }
}`) as unknown as TypedDocumentString<LiveHealthSubscription, LiveHealthSubscriptionVariables>;
export const RunsDocument = new TypedDocumentString(`
    query Runs($filter: RunFilter, $first: Int, $after: String) {
  runs(filter: $filter, first: $first, after: $after) {
    totalCount
    position
    nodes {
      ...RunRowParts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}`) as unknown as TypedDocumentString<RunsQuery, RunsQueryVariables>;
export const RunPageDocument = new TypedDocumentString(`
    query RunPage($id: ID!) {
  position
  run(id: $id) {
    ...RunHeadParts
    input
    result
    jobDefinition {
      id: name
      title
      enabled
    }
    timelineCount
    timeline(last: 200) {
      at
      type
      message
      actor
      attempt
      position
    }
    attempts(last: 50) {
      number
      status
      workerId
      dueAt
      queuedAt
      startedAt
      finishedAt
      waitMs
      durationMs
      error {
        message
        code
        stack
        retryable
      }
    }
    logInfo {
      lines
      dropped
      expiresAt
    }
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}
fragment RunHeadParts on Run {
  ...RunRowParts
  jobRevision
  priority
  progressMessage
  tags
  workerId
  queuedAt
  expiresAt
  nextAttemptAt
  idempotencyKey
  uniqueKey
  cancelRequestedAt
  cancelReason
  retryOf
  retriedBy
  deadLetter
  scheduleId
  createdBy
  error {
    message
    code
    stack
    retryable
  }
  whyNotRunning {
    code
    message
    since
    until
    ahead
  }
}`) as unknown as TypedDocumentString<RunPageQuery, RunPageQueryVariables>;
export const RunLogTailDocument = new TypedDocumentString(`
    query RunLogTail($id: ID!, $last: Int!, $beforeLine: Int, $minLevel: LogLevel) {
  run(id: $id) {
    id
    logInfo {
      lines
    }
    logs(last: $last, beforeLine: $beforeLine, minLevel: $minLevel) {
      line
      at
      level
      stream
      attempt
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RunLogTailQuery, RunLogTailQueryVariables>;
export const CancelRunDocument = new TypedDocumentString(`
    mutation CancelRun($id: ID!, $reason: String) {
  cancelRun(id: $id, reason: $reason) {
    ...RunHeadParts
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}
fragment RunHeadParts on Run {
  ...RunRowParts
  jobRevision
  priority
  progressMessage
  tags
  workerId
  queuedAt
  expiresAt
  nextAttemptAt
  idempotencyKey
  uniqueKey
  cancelRequestedAt
  cancelReason
  retryOf
  retriedBy
  deadLetter
  scheduleId
  createdBy
  error {
    message
    code
    stack
    retryable
  }
  whyNotRunning {
    code
    message
    since
    until
    ahead
  }
}`) as unknown as TypedDocumentString<CancelRunMutation, CancelRunMutationVariables>;
export const RunNowDocument = new TypedDocumentString(`
    mutation RunNow($id: ID!) {
  rescheduleRun(id: $id) {
    ...RunHeadParts
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}
fragment RunHeadParts on Run {
  ...RunRowParts
  jobRevision
  priority
  progressMessage
  tags
  workerId
  queuedAt
  expiresAt
  nextAttemptAt
  idempotencyKey
  uniqueKey
  cancelRequestedAt
  cancelReason
  retryOf
  retriedBy
  deadLetter
  scheduleId
  createdBy
  error {
    message
    code
    stack
    retryable
  }
  whyNotRunning {
    code
    message
    since
    until
    ahead
  }
}`) as unknown as TypedDocumentString<RunNowMutation, RunNowMutationVariables>;
export const RetryRunDocument = new TypedDocumentString(`
    mutation RetryRun($id: ID!, $input: JSON) {
  retryRun(id: $id, input: $input) {
    id
  }
}
    `) as unknown as TypedDocumentString<RetryRunMutation, RetryRunMutationVariables>;
export const RunRowUpdatesDocument = new TypedDocumentString(`
    subscription RunRowUpdates($filter: RunFilter, $after: String) {
  runUpdates(filter: $filter, after: $after) {
    runs {
      ...RunRowParts
    }
    position
    gap
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}`) as unknown as TypedDocumentString<RunRowUpdatesSubscription, RunRowUpdatesSubscriptionVariables>;
export const NewRunsDocument = new TypedDocumentString(`
    subscription NewRuns($filter: RunFilter, $after: String) {
  runUpdates(filter: $filter, after: $after) {
    runs {
      id
      createdAt
    }
    left
    position
    gap
  }
}
    `) as unknown as TypedDocumentString<NewRunsSubscription, NewRunsSubscriptionVariables>;
export const RunHeadUpdatesDocument = new TypedDocumentString(`
    subscription RunHeadUpdates($id: ID!, $after: String) {
  runUpdates(filter: {ids: [$id]}, after: $after) {
    runs {
      ...RunHeadParts
      input
      result
    }
    position
    gap
  }
}
    fragment RunRowParts on Run {
  id
  job
  kind
  status
  queue
  attempt
  maxAttempts
  progress
  createdAt
  dueAt
  startedAt
  finishedAt
  durationMs
  waitMs
  revision
  test
  error {
    message
    code
  }
}
fragment RunHeadParts on Run {
  ...RunRowParts
  jobRevision
  priority
  progressMessage
  tags
  workerId
  queuedAt
  expiresAt
  nextAttemptAt
  idempotencyKey
  uniqueKey
  cancelRequestedAt
  cancelReason
  retryOf
  retriedBy
  deadLetter
  scheduleId
  createdBy
  error {
    message
    code
    stack
    retryable
  }
  whyNotRunning {
    code
    message
    since
    until
    ahead
  }
}`) as unknown as TypedDocumentString<RunHeadUpdatesSubscription, RunHeadUpdatesSubscriptionVariables>;
export const RunLogsDocument = new TypedDocumentString(`
    subscription RunLogs($id: ID!, $afterLine: Int) {
  runLogs(runId: $id, afterLine: $afterLine) {
    lines {
      line
      at
      level
      stream
      attempt
      message
    }
    dropped
    finished
  }
}
    `) as unknown as TypedDocumentString<RunLogsSubscription, RunLogsSubscriptionVariables>;
export const SchedulesDocument = new TypedDocumentString(`
    query Schedules($filter: ScheduleFilter, $first: Int, $after: String) {
  schedules(filter: $filter, first: $first, after: $after) {
    totalCount
    nodes {
      ...ScheduleParts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ScheduleParts on Schedule {
  id
  name
  job
  kind
  cron
  description
  everyMs
  at
  timezone
  missed
  overlap
  enabled
  disabledReason
  nextFires(count: 5)
  lastFiredAt
  lastRun {
    id
    status
  }
}`) as unknown as TypedDocumentString<SchedulesQuery, SchedulesQueryVariables>;
export const RecentFiresDocument = new TypedDocumentString(`
    query RecentFires($id: ID!) {
  schedule(id: $id) {
    id
    recentFires(count: 10) {
      at
      timezone
      outcome
      reason
      runId
    }
  }
}
    `) as unknown as TypedDocumentString<RecentFiresQuery, RecentFiresQueryVariables>;
export const NextFiresDocument = new TypedDocumentString(`
    query NextFires($kind: ScheduleKind!, $cron: String, $timezone: String) {
  nextFires(kind: $kind, cron: $cron, timezone: $timezone, count: 5)
}
    `) as unknown as TypedDocumentString<NextFiresQuery, NextFiresQueryVariables>;
export const CreateScheduleDocument = new TypedDocumentString(`
    mutation CreateSchedule($input: ScheduleInput!) {
  createSchedule(input: $input) {
    ...ScheduleParts
  }
}
    fragment ScheduleParts on Schedule {
  id
  name
  job
  kind
  cron
  description
  everyMs
  at
  timezone
  missed
  overlap
  enabled
  disabledReason
  nextFires(count: 5)
  lastFiredAt
  lastRun {
    id
    status
  }
}`) as unknown as TypedDocumentString<CreateScheduleMutation, CreateScheduleMutationVariables>;
export const PauseScheduleDocument = new TypedDocumentString(`
    mutation PauseSchedule($id: ID!) {
  pauseSchedule(id: $id) {
    ...ScheduleParts
  }
}
    fragment ScheduleParts on Schedule {
  id
  name
  job
  kind
  cron
  description
  everyMs
  at
  timezone
  missed
  overlap
  enabled
  disabledReason
  nextFires(count: 5)
  lastFiredAt
  lastRun {
    id
    status
  }
}`) as unknown as TypedDocumentString<PauseScheduleMutation, PauseScheduleMutationVariables>;
export const ResumeScheduleDocument = new TypedDocumentString(`
    mutation ResumeSchedule($id: ID!) {
  resumeSchedule(id: $id) {
    ...ScheduleParts
  }
}
    fragment ScheduleParts on Schedule {
  id
  name
  job
  kind
  cron
  description
  everyMs
  at
  timezone
  missed
  overlap
  enabled
  disabledReason
  nextFires(count: 5)
  lastFiredAt
  lastRun {
    id
    status
  }
}`) as unknown as TypedDocumentString<ResumeScheduleMutation, ResumeScheduleMutationVariables>;
export const DeleteScheduleDocument = new TypedDocumentString(`
    mutation DeleteSchedule($id: ID!) {
  deleteSchedule(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteScheduleMutation, DeleteScheduleMutationVariables>;
export const LoginDocument = new TypedDocumentString(`
    mutation Login($email: String!, $password: String!) {
  login(email: $email, password: $password) {
    ...SessionParts
  }
}
    fragment SessionParts on Session {
  accessToken
  expiresAt
  user {
    id
    email
    role
  }
}`) as unknown as TypedDocumentString<LoginMutation, LoginMutationVariables>;
export const RefreshDocument = new TypedDocumentString(`
    mutation Refresh {
  refresh {
    ...SessionParts
  }
}
    fragment SessionParts on Session {
  accessToken
  expiresAt
  user {
    id
    email
    role
  }
}`) as unknown as TypedDocumentString<RefreshMutation, RefreshMutationVariables>;
export const LogoutDocument = new TypedDocumentString(`
    mutation Logout {
  logout
}
    `) as unknown as TypedDocumentString<LogoutMutation, LogoutMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
    mutation ChangePassword($current: String!, $new: String!) {
  changePassword(current: $current, new: $new)
}
    `) as unknown as TypedDocumentString<ChangePasswordMutation, ChangePasswordMutationVariables>;
export const SystemDocument = new TypedDocumentString(`
    query System {
  system {
    name
    version
    environment
  }
}
    `) as unknown as TypedDocumentString<SystemQuery, SystemQueryVariables>;