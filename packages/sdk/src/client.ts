/*
 * The door for programs that enqueue and do not work: nothing here reaches NATS.
 */
export type { CallOptions, ClientOptions, Fetch } from './client/client-options.js';
export {
  type Client,
  createClient,
  type Enqueued,
  type EnqueuedFlow,
  type EnqueuedMany,
  type FlowOptions,
} from './client/create-client.js';
export type {
  EnqueueItem,
  EnqueueOptions,
  FlowNode,
  RetryOptions,
  RunOptions,
  Templated,
} from './client/enqueue-input.js';
export type { Flow, FlowStatus } from './client/flow.js';
export { JobflowError } from './client/jobflow-error.js';
export type { Run, RunError, RunStatus } from './client/run.js';
export { RunFailedError } from './client/run-failed-error.js';
export type { LogLine, LogLines } from './client/run-logs.js';
export type { FollowOptions, RunFilter, RunUpdates } from './client/run-updates.js';
export type { WaitOptions } from './client/run-waiter.js';
