import type { HandlerContext } from './handler-context.js';
import type { InputOf, InputSchema, InputSent, JsonSchema } from './input-schema.js';
import { checkJobOptions, type JobOptions } from './job-options.js';
import type { Serialized, TYPES } from './job-types.js';

const HANDLER = Symbol.for('jobflow.handler');

/** A named function that carries out runs of the job of that name. `I`: what is sent to it, `R`: what comes back. */
// biome-ignore lint/suspicious/noExplicitAny: handlers of different types live in one list
export interface Handler<I = any, R = any> {
  readonly name: string;
  readonly options: JobOptions;
  // biome-ignore lint/suspicious/noExplicitAny: handlers of different inputs live in one list
  readonly handle: (ctx: HandlerContext<any>) => unknown;
  readonly [TYPES]?: { input: I; result: R };
}

/**
 * Defines how runs of a job are carried out. The returned value becomes the run's result (JSON, at most 256 KiB). A
 * worker that is given the handler registers the job with these options: see `decideRegistration`.
 */
export function defineHandler<S extends InputSchema = JsonSchema, R = unknown>(
  name: string,
  options: JobOptions<S>,
  handle: (ctx: HandlerContext<InputOf<S>>) => R,
): Handler<InputSent<S>, Serialized<Awaited<R>>> {
  checkJobOptions(name, options);
  if (typeof handle !== 'function') throw new TypeError(`job ${JSON.stringify(name)}: its handler is not a function`);
  const handler = { name, options, handle };
  Object.defineProperty(handler, HANDLER, { value: true });
  return handler;
}

/** True for what defineHandler returned, also in another copy of this package. */
export function isHandler(value: unknown): value is Handler {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[HANDLER] === true;
}
