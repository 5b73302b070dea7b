export type { KindContext } from './attempt/attempt-context.js';
export { failAttemptOf } from './attempt/attempt-scope.js';
export * from './client.js';
export { definedIn } from './define/define-handler.js';
export * from './define.js';
export { lendPackages } from './isolation/lend-packages.js';
export { createWorker, type Worker } from './worker/create-worker.js';
export type { KindRunner } from './worker/kind-runner.js';
export type { WorkerOptions } from './worker/worker-options.js';
