import type { Json, Limits, LogLevel, RetryPolicy, TimeoutPolicy } from '@jobflow/contracts';
import {
  JobName,
  Limits as LimitsSchema,
  LogLevel as LogLevelSchema,
  Priority,
  QueueName,
  Tags,
} from '@jobflow/contracts';
import { parseKeyPath } from '@jobflow/domain';
import type { InputSchema } from './input-schema.js';

/** What a job is created with if it does not exist yet. Once it does, it belongs to its operators. */
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
  /** Soft: the signal is aborted. Hard: the attempt has timed out. A number is the hard limit, in milliseconds. */
  timeout?: number | TimeoutPolicy;
  limits?: Limits;
  guarantee?: 'AT_LEAST_ONCE' | 'AT_MOST_ONCE';
  /** Lines below it are not kept. Default: INFO. */
  logLevel?: LogLevel;
  tags?: string[];
}

/** Refuses a definition that the platform would refuse later, while its author is still looking at it. */
export function checkJobOptions(name: string, options: JobOptions): void {
  const path = options.limits?.concurrencyKey;
  if (path !== undefined && !parseKeyPath(path))
    throw new TypeError(`job ${JSON.stringify(name)}: limits.concurrencyKey: ${JSON.stringify(path)} is no path`);
  const checks: [
    string,
    { safeParse(value: unknown): { success: boolean; error?: { issues: { message: string }[] } } },
    unknown,
  ][] = [
    ['name', JobName, name],
    ['queue', QueueName.optional(), options.queue],
    ['priority', Priority.optional(), options.priority],
    ['limits', LimitsSchema.optional(), options.limits],
    ['logLevel', LogLevelSchema.optional(), options.logLevel],
    ['tags', Tags.optional(), options.tags],
  ];
  for (const [field, schema, value] of checks) {
    const result = schema.safeParse(value);
    if (!result.success)
      throw new TypeError(`job ${JSON.stringify(name)}: ${field}: ${result.error?.issues[0]?.message}`);
  }
}
