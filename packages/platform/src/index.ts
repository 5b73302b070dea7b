export type { Logger } from 'pino';
export type { Registry } from 'prom-client';
export * from './config/config-parts.js';
export { ConfigError, readConfig } from './config/read-config.js';
export { type AddressPolicy, addressPolicy } from './egress/address-policy.js';
export { checkUrl, type UrlChecked, type UrlRules } from './egress/check-url.js';
export { resolveAllowed } from './egress/resolve-allowed.js';
export {
  createSafeDispatcher,
  ForbiddenAddressError,
  type Resolve,
  type SafeDispatcherOptions,
} from './egress/safe-dispatcher.js';
export { createEventLog, type EventLogOptions } from './event-log/event-log.js';
export {
  type Appended,
  type AppendUnit,
  type EventLog,
  type LogEvent,
  LogUnavailableError,
  type UnitMessage,
} from './event-log/event-log-types.js';
export { newId, newToken } from './ids/ids.js';
export { type DeliveryInfo, deliveryInfo } from './nats/delivery-info.js';
export { ensureConsumer } from './nats/ensure-consumer.js';
export { ensureStreams } from './nats/ensure-streams.js';
export { connectNats, type NatsCredentials, type NatsLink, type NatsLinkOptions } from './nats/nats-link.js';
export {
  createOrderedReader,
  type OrderedReader,
  type OrderedReaderOptions,
  type ReadMessage,
  type Recreated,
} from './ordered-reader/ordered-reader.js';
export { type ContainedOptions, type ContainedProcess, startContained } from './process/contained-process.js';
export { type Containment, containedCommand, findContainment, type ResourceLimits } from './process/containment.js';
export { giveWay } from './process/give-way.js';
export { jobEnvironment } from './process/job-environment.js';
export { jsonAnswers } from './process/json-answers.js';
export { JsonLines } from './process/json-lines.js';
export { OUTPUT_BYTES, type OutputBudget, OutputLines } from './process/output-lines.js';
export { type ProcessContext, stopWithContext } from './process/stop-with-context.js';
export { createPullLoop } from './pull-loop/pull-loop.js';
export type {
  PullAllowance,
  PulledMessage,
  PullLevel,
  PullLoop,
  PullLoopOptions,
} from './pull-loop/pull-loop-types.js';
export { REDACTED, Redactor } from './secrets/redactor.js';
export { createSealedReader, type SealedMessage, type SealedReader, sealFor } from './secrets/sealed-message.js';
export {
  createSecretBox,
  keyIdOf,
  type SecretBox,
  SecretBoxError,
  type SecretKeys,
  type SecretPlace,
  storedSecret,
} from './secrets/secret-box.js';
export { encryptionConfig, secretKeysOf } from './secrets/secret-keys.js';
export { type Check, type CheckResult, createHealth, type Health } from './service/health.js';
export { metric } from './service/metric.js';
export { runService } from './service/run-service.js';
export { BootError, refuseToStart, type Service, type ServiceContext, type Stoppable } from './service/service.js';
export {
  ensureQueueLevel,
  type LevelReady,
  newQueue,
  type QueueLevelOptions,
  type QueuePlace,
  subjectOf,
} from './state/queue-levels.js';
export { type SaveOptions, saveState } from './state/save-state.js';
export { entityOf } from './state/state-entity.js';
export {
  type AnyState,
  createStateStore,
  type Kept,
  type StateStore,
  type StateStoreOptions,
} from './state/state-store.js';
export { type Clock, systemClock, type Timer } from './time/clock.js';
export { type TestClock, testClock } from './time/test-clock.js';
