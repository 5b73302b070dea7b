import { unwrap } from 'solid-js/store';
import { mutate } from '../api/api-client';
import type { ApiError } from '../api/api-error';
import { RunJobDocument } from '../generated/graphql';
import { toast } from '../ui/toasts';
import { freshKey } from './fresh-key';

export interface RunnableJob {
  name: string;
  title: string;
  inputSchema: unknown;
  defaultInput: unknown;
}

/** The job as it is now: a dialog must not change under the reader when the page behind it does. */
export function frozen(job: RunnableJob): RunnableJob {
  const { name, title, inputSchema, defaultInput } = unwrap(job);
  return structuredClone({ name, title, inputSchema, defaultInput });
}

/** A job that takes input is asked for it before it runs; all others run at one click. */
export function needsInput(job: RunnableJob): boolean {
  return isPresent(job.inputSchema) || isPresent(job.defaultInput);
}

const isPresent = (value: unknown) => value !== null && value !== undefined;

/**
 * Runs a job now. The key makes a repeat after a lost answer harmless: the same click never makes two runs.
 * The result is told in passing; an error too, unless `quiet`.
 */
export async function runJob(
  job: RunnableJob,
  options: { input?: unknown; key?: string; quiet?: boolean } = {},
): Promise<ApiError | undefined> {
  const idempotencyKey = options.key ?? freshKey();
  const input = { job: job.name, idempotencyKey, ...(options.input === undefined ? {} : { input: options.input }) };
  let result = await mutate(RunJobDocument, { input });
  if (!result.ok && result.error.code === 'UNAVAILABLE') result = await mutate(RunJobDocument, { input });
  const run = result.ok ? result.data.enqueue?.run : undefined;
  if (result.ok && run) {
    toast({ tone: 'ok', text: `${job.title} is queued.`, link: { href: `/runs/${run.id}`, text: 'Open the run' } });
    return undefined;
  }
  if (result.ok) return undefined;
  if (!options.quiet) toast({ tone: 'bad', text: `${job.title} was not started. ${result.error.message}` });
  return result.error;
}
