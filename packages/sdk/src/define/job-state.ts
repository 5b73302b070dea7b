import { defaultRetryPolicy, defaultTimeoutPolicy, type JobState, type Json } from '@jobflow/contracts';
import type { JobDefinitionOptions } from './define-job.js';
import { toJsonSchema } from './input-schema.js';

/** The job that a handler or a definition stands for, as it is created if there is none of that name. */
export function jobStateOf(name: string, options: JobDefinitionOptions, now: number, actor: string): JobState {
  const { title, description, kind = 'HANDLER', spec, input, defaultInput, timeout, limits = {} } = options;
  const timeouts = typeof timeout === 'number' ? { hardMs: timeout } : { ...defaultTimeoutPolicy, ...timeout };
  return {
    name,
    title: title ?? name,
    ...(description !== undefined && { description }),
    kind,
    ...(spec !== undefined && { spec }),
    ...(input !== undefined && { inputSchema: toJsonSchema(input) as Json }),
    ...(defaultInput !== undefined && { defaultInput }),
    queue: options.queue ?? 'default',
    priority: options.priority ?? 5,
    retry: { ...defaultRetryPolicy, ...given(options.retry) },
    timeout: given(timeouts),
    limits,
    guarantee: options.guarantee ?? 'AT_LEAST_ONCE',
    logLevel: options.logLevel ?? 'INFO',
    enabled: true,
    tags: options.tags ?? [],
    revision: 1,
    createdAt: now,
    updatedAt: now,
    createdBy: actor,
    updatedBy: actor,
  };
}

/** Without the fields that are undefined. */
const given = <T extends object>(fields: T = {} as T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
