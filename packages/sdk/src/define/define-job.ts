import type { JobKind, Json } from '@jobflow/contracts';
import { JobKind as JobKindSchema } from '@jobflow/contracts';
import type { InputSchema, JsonSchema } from './input-schema.js';
import { checkJobOptions, type JobOptions } from './job-options.js';

const JOB = Symbol.for('jobflow.job');

export interface JobDefinitionOptions<S extends InputSchema = InputSchema> extends JobOptions<S> {
  /** Default: HANDLER, carried out by whichever worker has a handler of that name. */
  kind?: JobKind;
  /** By kind: HTTP {method, url, headers, body}, SHELL {script, args, env}, JAVASCRIPT {code}. */
  spec?: Json;
}

/** A job that is to exist, without an implementation here. */
export interface JobDefinition {
  readonly name: string;
  readonly options: JobDefinitionOptions;
}

/** Declares a job that another worker, or a kind of its own, carries out. Created if it does not exist yet. */
export function defineJob<S extends InputSchema = JsonSchema>(
  name: string,
  options: JobDefinitionOptions<S> = {},
): JobDefinition {
  checkJobOptions(name, options);
  if (options.kind !== undefined) JobKindSchema.parse(options.kind);
  const job = { name, options };
  Object.defineProperty(job, JOB, { value: true });
  return job;
}

/** True for what defineJob returned, also in another copy of this package. */
export function isJob(value: unknown): value is JobDefinition {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[JOB] === true;
}
