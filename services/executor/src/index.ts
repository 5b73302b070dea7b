export { type Containment, findContainment } from '@jobflow/platform';
export { type LoadedHandlers, loadHandlers } from './handlers/load-handlers.js';
export { createKinds, type KindsOptions } from './kinds/create-kinds.js';
export { type ExecutorConfig, startExecutor } from './start-executor.js';
