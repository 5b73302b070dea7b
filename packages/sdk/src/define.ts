/*
 * The door for definitions alone: what handlers and clients of the same jobs share. Nothing here reaches NATS.
 */
export { NoRetry, RetryAt, Snooze } from './define/attempt-control.js';
export { defineHandler, type Handler, type HandlerOptions, isHandler } from './define/define-handler.js';
export { defineJob, isJob, type JobDefinition, type JobDefinitionOptions } from './define/define-job.js';
export type { HandlerContext, RunLogger } from './define/handler-context.js';
export type { InputOf, InputSchema, JsonSchema } from './define/input-schema.js';
export type { JobOptions } from './define/job-options.js';
export type { AnyJob, InputFor, ResultFor, Serialized } from './define/job-types.js';
