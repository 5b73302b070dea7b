export { natsConfig, USERS_FILE, usersConfig } from './backing/nats-config.js';
export {
  type BackingName,
  type BackingOptions,
  type BackingServices,
  startBackingServices,
} from './backing/start-backing-services.js';
export type { Log } from './log.js';
export { PlainError } from './plain-error.js';
export { type Platform, type PlatformOptions, startPlatform } from './platform/start-platform.js';
export type { ManagedProcess } from './process/managed-process.js';
