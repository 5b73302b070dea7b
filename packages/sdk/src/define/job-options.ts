import type { Json, Limits, LogLevel, RetryPolicy, TimeoutPolicy } from '@jobflow/contracts';
import {
  JobName,
  Limits as LimitsSchema,
  LogLevel as LogLevelSchema,
  Priority,
  QueueName,
  RetryPolicy as RetrySchema,
  Tags,
  TimeoutPolicy as TimeoutSchema,
} from '@jobflow/contracts';
import { parseKeyPath } from '@jobflow/domain/limit-keys';
import { z } from 'zod';
import type { InputSchema } from './input-schema.js';

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
  /** Soft: the signal is aborted. Hard: the attempt has timed out. A number is the hard limit, in milliseconds. */
  timeout?: number | TimeoutPolicy;
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

/** A mistyped name must not be a default in disguise. */
const Retry = z.strictObject(RetrySchema.shape).partial();
const Timeout = z
  .strictObject(TimeoutSchema.shape)
  .refine(({ softMs, hardMs }) => !softMs || !hardMs || softMs <= hardMs, {
    path: ['softMs'],
    message: 'must not be longer than hardMs',
  });
const Millis = z.int().min(1);

/** Refuses a definition that the platform would refuse later, while its author is still looking at it. */
export function checkJobOptions(name: string, options: JobOptions): void {
  const path = options.limits?.concurrencyKey;
  if (path !== undefined && !parseKeyPath(path))
    throw new TypeError(`job ${JSON.stringify(name)}: limits.concurrencyKey: ${JSON.stringify(path)} is no path`);
  const { timeout } = options;
  const checks: [string, z.ZodType, unknown][] = [
    ['name', JobName, name],
    ['queue', QueueName.optional(), options.queue],
    ['priority', Priority.optional(), options.priority],
    ['retry', Retry.optional(), options.retry],
    ['timeout', typeof timeout === 'number' ? Millis : Timeout.optional(), timeout],
    ['limits', LimitsSchema.optional(), options.limits],
    ['guarantee', z.enum(['AT_LEAST_ONCE', 'AT_MOST_ONCE']).optional(), options.guarantee],
    ['logLevel', LogLevelSchema.optional(), options.logLevel],
    ['tags', Tags.optional(), options.tags],
  ];
  for (const [field, schema, value] of checks) {
    const [issue] = schema.safeParse(value).error?.issues ?? [];
    if (issue)
      throw new TypeError(`job ${JSON.stringify(name)}: ${[field, ...issue.path].join('.')}: ${issue.message}`);
  }
}
