import {
  type JobKind,
  JobState,
  type Json,
  limits as sizes,
  specSchemas,
  type TimeoutPolicy,
  zodProblems,
} from '@jobflow/contracts';
import { flowLimitProblems } from '../limits/flow-limits.js';
import { templateProblems } from '../templates/template-problems.js';

/*
 * What can be told of a definition from itself alone. The gateway asks it of every job that is saved over the API, the SDK
 * of every job that code defines: what one refuses the other refuses.
 */

/** What is wrong with a job, by path: `{ 'limits.rate.perMs': 'must be 1 to 86400000' }`. */
export function jobProblems(job: JobState): Record<string, string> {
  const parsed = JobState.safeParse(job);
  return {
    ...(parsed.success ? {} : zodProblems(parsed.error)),
    ...(JobState.shape.kind.safeParse(job.kind).success && specProblems(job.kind, job.spec)),
    ...sizeProblem(job.defaultInput),
    ...timeoutProblems(job.timeout),
    ...limitProblems(job),
  };
}

/** What is wrong with the shape of a spec and the templates in it, by path. */
export function specProblems(kind: JobKind, spec: Json | undefined): Record<string, string> {
  const bytes = bytesOf(spec ?? {});
  if (bytes > sizes.specBytes) return { spec: `is ${bytes} bytes of JSON; at most ${sizes.specBytes} are allowed` };
  const parsed = specSchemas[kind].safeParse(spec ?? {});
  return { ...(parsed.success ? {} : zodProblems(parsed.error, 'spec')), ...templateProblems(kind, spec) };
}

function sizeProblem(input: Json | undefined): Record<string, string> {
  const bytes = input === undefined ? 0 : bytesOf(input);
  return bytes > sizes.inputBytes
    ? { defaultInput: `is ${bytes} bytes of JSON; at most ${sizes.inputBytes} are allowed` }
    : {};
}

const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

function timeoutProblems({ softMs, hardMs }: TimeoutPolicy): Record<string, string> {
  if (softMs === 0) return { 'timeout.softMs': 'must be at least 1' };
  if (hardMs === 0) return { 'timeout.hardMs': 'must be at least 1' };
  return softMs !== undefined && hardMs !== undefined && softMs > hardMs
    ? { 'timeout.softMs': 'must not be above hardMs' }
    : {};
}

/** What runs in a process of its own: always, or because it is limited so. */
const contained: ReadonlySet<JobKind> = new Set(['SHELL', 'PYTHON', 'JAVASCRIPT', 'HANDLER']);
/** What the API can say of them. */
const LARGEST = 2_147_483_647;

/** Limits that no executor keeps are refused, not taken and forgotten. */
function limitProblems({ kind, limits }: JobState): Record<string, string> {
  const problems = flowLimitProblems(limits, 'limits.');
  for (const name of ['memoryMb', 'cpuSeconds'] as const) {
    const value = limits[name];
    if (value === undefined) continue;
    if (!contained.has(kind)) problems[`limits.${name}`] = `is not supported yet for jobs of kind ${kind}`;
    else if (value > LARGEST) problems[`limits.${name}`] = `must be at most ${LARGEST}`;
  }
  return problems;
}
