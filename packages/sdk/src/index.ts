export type { KindContext } from './attempt/attempt-context.js';
export * from './client.js';
export * from './define.js';
export { createWorker, type Worker } from './worker/create-worker.js';
export type { KindRunner } from './worker/kind-runner.js';
export type { WorkerOptions } from './worker/worker-options.js';
