import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Health } from './health.js';

/** Anything with an end. `stop` may be called twice, or before a start, and never rejects for reasons of its peers. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** A loop: nothing happens before `start`; after `stop` nothing happens any more. */
export interface Service extends Stoppable {
  start(): Promise<void>;
}

/** What a process is given to live with. */
export interface ServiceContext {
  name: string;
  env: NodeJS.ProcessEnv;
  logger: Logger;
  health: Health;
  metrics: Registry;
  /** Unique to this process. */
  instanceId: string;
  version: string;
  /** Ends the process in an orderly way, as a signal would, with this exit code. */
  end(why: string, exitCode: number): void;
}

/** The process cannot start, for a reason that a person can mend. The message is one sentence that says how. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

/** For the `catch` of what a service needs at its start, where the error says itself what to do. */
export function refuseToStart(cause: Error): never {
  throw new BootError(cause.message, { cause });
}
