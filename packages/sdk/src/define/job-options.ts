import type { Json, Limits, LogLevel, RetryPolicy, TimeoutPolicy } from '@jobflow/contracts';
import {
  Limits as LimitsSchema,
  RetryPolicy as RetrySchema,
  TimeoutPolicy as TimeoutSchema,
  zodProblems,
} from '@jobflow/contracts';
import { jobProblems } from '@jobflow/domain/job-problems';
import { z } from 'zod';
import { checkOptions, type OptionNames } from './check-options.js';
import type { HandlerOptions } from './define-handler.js';
import type { JobDefinitionOptions } from './define-job.js';
import type { InputSchema } from './input-schema.js';
import { jobStateOf } from './job-state.js';

/** What a job is registered with. Once somebody edits it, it belongs to its operators, and code no longer changes it. */
export interface JobOptions<S extends InputSchema = InputSchema> {
  title?: string;
  description?: string;
  /** A zod schema, or a JSON Schema. */
  input?: S;
  /** What "Run now" sends. */
  defaultInput?: Json;
  /** Default: `default`. */
  queue?: string;
  /** 1–10, 10 first. Default: 5. */
  priority?: number;
  retry?: Partial<RetryPolicy>;
  /**
   * Soft: the signal is aborted. Hard: the attempt has timed out. A number is the hard limit, in milliseconds.
   *
   * A handler in the worker's own process that heeds no signal cannot be stopped: past the hard limit its slot and its
   * permits are free for others, also for its own next attempt, while its code may go on. `isolation: 'process'` kills it.
   */
  timeout?: number | TimeoutPolicy;
  /** Of memory and processor time: imply a process of its own. Of concurrency: counts attempts, see `timeout`. */
  limits?: Limits;
  /**
   * AT_MOST_ONCE: once it has begun it never begins again, whatever becomes of its worker, but for a `retry` other than
   * the default one, which says so. Default: AT_LEAST_ONCE.
   */
  guarantee?: 'AT_LEAST_ONCE' | 'AT_MOST_ONCE';
  /** Lines below it are not kept. Default: INFO. */
  logLevel?: LogLevel;
  tags?: string[];
}

export const JOB_OPTIONS: OptionNames<JobOptions> = {
  ...{ title: true, description: true, input: true, defaultInput: true, queue: true, priority: true, retry: true },
  ...{ timeout: true, limits: true, guarantee: true, logLevel: true, tags: true },
};

const POLICIES = { retry: RetrySchema.partial(), timeout: TimeoutSchema, limits: LimitsSchema };
const Policies = z.object(POLICIES).partial();

/**
 * Refuses a definition that the platform would refuse later, while its author is still looking at it. Whether an input
 * schema can be compiled is found out by the worker that registers the job: the compiler costs more than a handler.
 */
export function checkJobOptions(
  name: string,
  options: JobDefinitionOptions,
  names: OptionNames<JobDefinitionOptions> | OptionNames<HandlerOptions>,
): void {
  const whose = `job ${JSON.stringify(name)}`;
  const refuse = (at: string, problem: string) => {
    throw new TypeError(`${whose}: ${at}: ${problem}`);
  };
  checkOptions(whose, options, names);
  const { retry, timeout, limits } = options;
  const policies = { retry, limits, ...(typeof timeout !== 'number' && { timeout }) };
  const { error } = Policies.safeParse(policies);
  for (const [at, problem] of Object.entries(error ? zodProblems(error) : {})) refuse(at, problem);
  for (const [policy, given] of Object.entries(policies))
    if (given) checkOptions(whose, given, POLICIES[policy as keyof typeof POLICIES].shape, `${policy}.`);
  const { input: _, ...plain } = options;
  for (const [at, problem] of Object.entries(jobProblems(jobStateOf(name, plain, 0, '')))) refuse(at, problem);
}
