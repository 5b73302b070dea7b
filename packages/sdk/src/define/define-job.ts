import type { JobKind, Json } from '@jobflow/contracts';
import { checkName } from './check-call.js';
import type { OptionNames } from './check-options.js';
import type { InputSchema, InputSent, JsonSchema } from './input-schema.js';
import { checkJobOptions, JOB_OPTIONS, type JobOptions } from './job-options.js';
import type { TYPES } from './job-types.js';

const JOB = Symbol.for('jobflow.job');

export interface JobDefinitionOptions<S extends InputSchema = InputSchema> extends JobOptions<S> {
  /** Default: HANDLER, carried out by whichever worker has a handler of that name. */
  kind?: JobKind;
  /** By kind: HTTP {method, url, headers, body}, SHELL {script, args, env}, JAVASCRIPT {code}. */
  spec?: Json;
}

const JOB_DEFINITION_OPTIONS: OptionNames<JobDefinitionOptions> = { ...JOB_OPTIONS, kind: true, spec: true };

/** A job that is to exist, without an implementation here. `I`: what is sent to it, `R`: what comes back. */
// biome-ignore lint/suspicious/noExplicitAny: jobs of different types live in one list
export interface JobDefinition<I = any, R = any> {
  readonly name: string;
  readonly options: JobDefinitionOptions;
  readonly [TYPES]?: { input: I; result: R };
}

/**
 * Declares a job that another worker, or a kind of its own, carries out. Created if it does not exist yet.
 *
 * @throws TypeError for a name left out, for unknown options, and for ones that could not work, naming the field
 */
// biome-ignore lint/suspicious/noExplicitAny: what another worker results in is the author's to know
export function defineJob<S extends InputSchema = JsonSchema, R = any>(
  name: string,
  options: JobDefinitionOptions<S> = {},
): JobDefinition<InputSent<S>, R> {
  checkName('defineJob', name);
  checkJobOptions(name, options, JOB_DEFINITION_OPTIONS);
  const job = { name, options };
  Object.defineProperty(job, JOB, { value: true });
  return job;
}

/** True for what defineJob returned, also in another copy of this package. */
export function isJob(value: unknown): value is JobDefinition {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[JOB] === true;
}
