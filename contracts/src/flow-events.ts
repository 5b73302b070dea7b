import { z } from 'zod';
import { limits } from './limits.js';
import { Duration, Instant, JobName, QueueName, Tags } from './names.js';

export const FlowId = z.uuid();
/** Names a node within its flow; `{{parents.<key>.result}}` must be able to spell it. */
export const FlowNodeKey = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, _ and -, the first a letter or digit');
/** What becomes of a node when one that it depends on does not succeed. */
export const DependencyFailure = z.enum(['CANCEL', 'RUN']);
export type DependencyFailure = z.infer<typeof DependencyFailure>;
export const FlowStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED']);
export type FlowStatus = z.infer<typeof FlowStatus>;

/** One run of a flow. Its own RunQueued or RunPlanned stands in the same atomic batch as the FlowCreated. */
export const FlowNode = z.object({
  key: FlowNodeKey,
  runId: z.uuid(),
  job: JobName,
  /** Places in `nodes`; at most 10,000 in a whole flow. */
  dependsOn: z.array(z.int().min(0)).optional(),
  /** Absent: CANCEL. */
  onDependencyFailure: DependencyFailure.optional(),
  /** It is due so long after the last one it depends on has ended. */
  delayMs: Duration.optional(),
});
export type FlowNode = z.infer<typeof FlowNode>;

export const FlowCreated = z.object({
  type: z.literal('FlowCreated'),
  id: FlowId,
  name: z.string().max(200).optional(),
  tags: Tags.optional(),
  callbackUrl: z.string().max(2048).optional(),
  idempotencyKey: z.string().max(255).optional(),
  /** On whose control subject everything about this flow is said. */
  queue: QueueName,
  createdAt: Instant,
  createdBy: z.string().optional(),
  nodes: z.array(FlowNode).min(1).max(limits.flowNodes),
});
export type FlowCreated = z.infer<typeof FlowCreated>;

/** Ends what waits, stops what runs, and lets nothing more begin. */
export const FlowCancelRequested = z.object({
  type: z.literal('FlowCancelRequested'),
  flowId: FlowId,
  reason: z.string().max(1000).optional(),
  /** All runs of the flow, for executors: they know runs, not flows. */
  runIds: z.array(z.uuid()).max(limits.flowNodes),
});
export type FlowCancelRequested = z.infer<typeof FlowCancelRequested>;

/** Nodes that failed, and those that were cancelled, are to run again. Holds only for a flow that has ended. */
export const FlowRetryRequested = z.object({
  type: z.literal('FlowRetryRequested'),
  flowId: FlowId,
  /** Counts the flow's retries from 1: only the next one holds, so that a repeated command counts once. */
  n: z.int().min(1),
});
export type FlowRetryRequested = z.infer<typeof FlowRetryRequested>;

export type FlowEvent = FlowCreated | FlowCancelRequested | FlowRetryRequested;
