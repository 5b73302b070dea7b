import { isDeepStrictEqual } from 'node:util';
import { defaultRetryPolicy, defaultTimeoutPolicy, type JobState, type TimeoutPolicy } from '@jobflow/contracts';
import { jobProblems as ownProblems, parentsIn } from '@jobflow/domain';
import { compileSchema, schemaProblems } from '@jobflow/platform/input-schema';
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
  const own = ownProblems(job);
  // One that is too large is not looked into.
  const { defaultInput } = own.defaultInput === undefined ? job : {};
  return {
    ...own,
    ...specProblems(job.kind, job.spec, allow),
    ...inputProblems({ inputSchema: job.inputSchema, defaultInput }),
  };
}

/**
 * What is wrong with the schema, else what it refuses of what "Run now" sends; where that holds templates over parents,
 * only a flow's node can tell.
 */
function inputProblems({
  inputSchema,
  defaultInput,
}: Pick<JobState, 'inputSchema' | 'defaultInput'>): Record<string, string> {
  const compiled = inputSchema === undefined ? undefined : compileSchema(inputSchema);
  if (compiled && !compiled.ok) return { inputSchema: compiled.reason };
  if (defaultInput === undefined || parentsIn(defaultInput).length > 0) return {};
  const problems = Object.entries(schemaProblems({ inputSchema }, defaultInput));
  return Object.fromEntries(problems.map(([path, problem]) => [path.replace(/^input/, 'defaultInput'), problem]));
}

/**
 * What is wrong with a job after a change that is the change's: what it touched, and what is wrong only since. A job that
 * was made some other way, with something that is refused here, can still be switched off, but not on again.
 */
export function changeProblems(before: JobState, after: JobState, allow: readonly string[]): Record<string, string> {
  const problems = jobProblems(after, allow);
  if (becomesAnother(before, after)) return problems;
  const known = jobProblems(before, allow);
  const fields = Object.keys(after) as (keyof JobState)[];
  const touched = new Set<string>(fields.filter((key) => !isDeepStrictEqual(before[key], after[key])));
  return Object.fromEntries(
    Object.entries(problems).filter(
      ([path, problem]) => touched.has(path.split('.', 1)[0] ?? path) || known[path] !== problem,
    ),
  );
}

/** Whether a change makes runs of what made none, or none of this kind: then all of the job is judged as if it were new. */
export const becomesAnother = (before: JobState, after: JobState): boolean =>
  (after.enabled && !before.enabled) || after.kind !== before.kind;
