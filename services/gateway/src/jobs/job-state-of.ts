import {
  defaultRetryPolicy,
  defaultTimeoutPolicy,
  JobState,
  type Json,
  limits as sizes,
  type TimeoutPolicy,
} from '@jobflow/contracts';
import { compileSchema } from '@jobflow/platform/input-schema';
import { zodProblems } from '../definitions/zod-problems.js';
import { flowLimitProblems } from '../limits/flow-limits.js';
import type { JobInput, JobUpdateInput } from './job-input.js';
import { specProblems } from './spec-schemas.js';

/** What the gateway knows around a job that is being defined. */
export interface JobSurroundings {
  now: number;
  actor: string;
  /** What a queue gives to jobs that name no priority. */
  defaultPriority(queue: string): number;
}

const DEFAULT_QUEUE = 'default';

/** A new job: what the input leaves out is the default. */
export function newJob(input: JobInput, around: JobSurroundings): JobState {
  const queue = input.queue ?? DEFAULT_QUEUE;
  const base: JobState = {
    name: input.name,
    title: input.name,
    kind: input.kind,
    queue,
    priority: around.defaultPriority(queue),
    retry: defaultRetryPolicy,
    timeout: defaultTimeoutPolicy,
    limits: {},
    guarantee: 'AT_LEAST_ONCE',
    logLevel: 'INFO',
    enabled: true,
    tags: [],
    revision: 1,
    createdAt: around.now,
    updatedAt: around.now,
    createdBy: around.actor,
    updatedBy: around.actor,
  };
  return changedJob(base, input, around);
}

/** A missing field stays, null goes back to the default; lists and JSON are replaced whole, policies field by field. */
export function changedJob(
  job: JobState,
  input: JobUpdateInput,
  around: Pick<JobSurroundings, 'defaultPriority'>,
): JobState {
  const queue = or(input.queue, job.queue, DEFAULT_QUEUE);
  return {
    ...job,
    title: or(input.title || input.title === undefined ? input.title : null, job.title, job.name),
    description: or(input.description, job.description, undefined),
    kind: or(input.kind, job.kind, job.kind),
    spec: or(input.spec, job.spec, undefined),
    inputSchema: or(input.inputSchema, job.inputSchema, undefined),
    defaultInput: or(input.defaultInput, job.defaultInput, undefined),
    queue,
    priority: or(input.priority, job.priority, around.defaultPriority(queue)),
    retry: policy(input.retry, job.retry, defaultRetryPolicy),
    timeout: policy<TimeoutPolicy>(input.timeout, job.timeout, defaultTimeoutPolicy),
    limits: policy(input.limits, job.limits, {}),
    guarantee: or(input.guarantee, job.guarantee, 'AT_LEAST_ONCE'),
    logLevel: or(input.logLevel, job.logLevel, 'INFO'),
    tags: [...new Set(or(input.tags, job.tags, []))],
    enabled: or(input.enabled, job.enabled, true),
  };
}

const or = <T>(given: T | null | undefined, now: T, preset: T): T => (given === undefined ? now : (given ?? preset));

function policy<P extends object>(given: { [K in keyof P]?: P[K] | null } | null | undefined, now: P, preset: P): P {
  if (given === undefined) return now;
  if (given === null) return preset;
  const next: Record<string, unknown> = { ...(now as object) };
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined) next[key] = value ?? (preset as Record<string, unknown>)[key];
  }
  return next as P;
}

/** Everything that is wrong with a job, by path. @param allow ranges of addresses that jobs may call */
export function jobProblems(job: JobState, allow: readonly string[]): Record<string, string> {
  const parsed = JobState.safeParse(job);
  return {
    ...(parsed.success ? {} : zodProblems(parsed.error)),
    ...specProblems(job.kind, job.spec, allow),
    ...schemaProblem(job.inputSchema),
    ...sizeProblem(job.defaultInput),
    ...timeoutProblems(job.timeout),
    ...limitProblems(job),
  };
}

function schemaProblem(schema: Json | undefined): Record<string, string> {
  const compiled = schema === undefined ? undefined : compileSchema(schema);
  return compiled && !compiled.ok ? { inputSchema: compiled.reason } : {};
}

function sizeProblem(input: Json | undefined): Record<string, string> {
  const bytes = input === undefined ? 0 : Buffer.byteLength(JSON.stringify(input));
  return bytes > sizes.inputBytes
    ? { defaultInput: `is ${bytes} bytes of JSON; at most ${sizes.inputBytes} are allowed` }
    : {};
}

function timeoutProblems({ softMs, hardMs }: TimeoutPolicy): Record<string, string> {
  if (softMs === 0) return { 'timeout.softMs': 'must be at least 1' };
  if (hardMs === 0) return { 'timeout.hardMs': 'must be at least 1' };
  return softMs !== undefined && hardMs !== undefined && softMs > hardMs
    ? { 'timeout.softMs': 'must not be above hardMs' }
    : {};
}

/** What runs in a process of its own. */
const contained: ReadonlySet<JobState['kind']> = new Set(['SHELL', 'PYTHON', 'JAVASCRIPT']);

/** Limits that no executor keeps are refused, not taken and forgotten. */
function limitProblems({ kind, limits }: JobState): Record<string, string> {
  const problems = flowLimitProblems(limits, 'limits.');
  for (const name of ['memoryMb', 'cpuSeconds'] as const) {
    if (limits[name] !== undefined && !contained.has(kind))
      problems[`limits.${name}`] = `is not supported yet for jobs of kind ${kind}`;
  }
  return problems;
}
