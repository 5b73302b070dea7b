import { callerFile } from '../isolation/caller-file.js';
import { childRole } from '../isolation/child-role.js';
import { wantsProcess } from '../isolation/wants-process.js';
import { checkHandlerCall } from './check-call.js';
import type { OptionNames } from './check-options.js';
import type { HandlerContext } from './handler-context.js';
import type { InputOf, InputSchema, InputSent, JsonSchema } from './input-schema.js';
import { checkJobOptions, JOB_OPTIONS, type JobOptions } from './job-options.js';
import type { Serialized, TYPES } from './job-types.js';

const HANDLER = Symbol.for('jobflow.handler');

export interface HandlerOptions<S extends InputSchema = InputSchema> extends JobOptions<S> {
  /**
   * `process`: every attempt runs in a Node process of its own, which loads the file that calls `defineHandler`. Limits
   * of memory or processor time imply it. What such a handler does to its process ends its attempt, never the worker. Only
   * so is code that heeds no signal ended for certain, at its hard limit or when it is cancelled.
   */
  isolation?: 'process';
  /** `import.meta.url` of the file that defines the handler: needed where another file calls `defineHandler` for it. */
  module?: string;
  /** The attempt has timed out when for so long it called neither `ctx.heartbeat` nor `ctx.progress`. */
  heartbeatMs?: number;
}

const HANDLER_OPTIONS: OptionNames<HandlerOptions> = {
  ...JOB_OPTIONS,
  isolation: true,
  module: true,
  heartbeatMs: true,
};

/** A named function that carries out runs of the job of that name. `I`: what is sent to it, `R`: what comes back. */
// biome-ignore lint/suspicious/noExplicitAny: handlers of different types live in one list
export interface Handler<I = any, R = any> {
  readonly name: string;
  readonly options: HandlerOptions;
  /** The file that defines it, as a URL; undefined if it is defined in none. */
  readonly module: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: handlers of different inputs live in one list
  readonly handle: (ctx: HandlerContext<any>) => unknown;
  readonly [TYPES]?: { input: I; result: R };
}

/**
 * Defines how runs of a job are carried out. The returned value becomes the run's result (JSON, at most 256 KiB). A
 * worker that is given the handler registers the job with these options: see `decideRegistration`.
 *
 * @throws TypeError for arguments left out, for unknown options, and for ones that could not work, naming the field
 */
export function defineHandler<S extends InputSchema = JsonSchema, R = unknown>(
  name: string,
  options: HandlerOptions<S>,
  handle: (ctx: HandlerContext<InputOf<S>>) => R,
): Handler<InputSent<S>, Serialized<Awaited<R>>> {
  checkHandlerCall(name, options, handle);
  checkJobOptions(name, options, HANDLER_OPTIONS);
  checkHandlerOptions(name, options);
  return make({ name, options, module: options.module ?? callerFile(import.meta.url), handle });
}

/** The same handler, of which it is known that loading this file defines it. Its own option wins. */
export const definedIn = (handler: Handler, module: string): Handler =>
  make({ ...handler, module: handler.options.module ?? module });

/** True for what defineHandler returned, also in another copy of this package. */
export function isHandler(value: unknown): value is Handler {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[HANDLER] === true;
}

/** True if every run of it gets a process of its own. */
export const isIsolated = ({ options }: Handler): boolean =>
  options.isolation === 'process' || wantsProcess(options.limits);

function make(handler: Handler): Handler {
  Object.defineProperty(handler, HANDLER, { value: true });
  childRole()?.handlers.set(handler.name, handler);
  return handler;
}

function checkHandlerOptions(name: string, { isolation, module, heartbeatMs }: HandlerOptions): void {
  const refuse = (what: string) => {
    throw new TypeError(`job ${JSON.stringify(name)}: ${what}`);
  };
  if (isolation !== undefined && isolation !== 'process')
    refuse(`isolation: must be 'process' or left out, not ${JSON.stringify(isolation)}`);
  if (module !== undefined && !module.startsWith('file:')) refuse('module: must be import.meta.url of a file');
  if (heartbeatMs !== undefined && !(Number.isInteger(heartbeatMs) && heartbeatMs >= 10))
    refuse('heartbeatMs: must be a whole number of milliseconds, 10 or more');
}
