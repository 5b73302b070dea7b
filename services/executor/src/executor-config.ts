import { JobKind, QueueName } from '@jobflow/contracts';
import { cidrs, connectionConfig, list } from '@jobflow/platform';
import { z } from 'zod';

const KINDS = new Set<string>(JobKind.options);

const kinds = z
  .string()
  .transform((text, ctx): JobKind[] => {
    const names = text.split(',').flatMap((name) => name.trim().toUpperCase() || []);
    for (const name of names) {
      if (!KINDS.has(name)) ctx.addIssue({ code: 'custom', message: `holds ${name}, which is no kind of job` });
    }
    return names.filter((name): name is JobKind => KINDS.has(name));
  })
  .describe(`a comma-separated list of ${JobKind.options.join(', ')}`);

const milliseconds = z.coerce.number('is no number').int().min(0).describe('milliseconds');

/** What an executor reads from its environment. */
export const executorConfig = {
  NATS_URL: connectionConfig.NATS_URL,
  REDIS_URL: connectionConfig.REDIS_URL.optional(),
  JOBFLOW_HANDLERS: z.string().optional().describe('a directory of handler files'),
  JOBFLOW_CONCURRENCY: z.coerce
    .number('is no number')
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe('a whole number from 1 to 10,000'),
  JOBFLOW_PYTHON: z.string().optional().describe('the Python interpreter; default: python3 on PATH'),
  JOBFLOW_KINDS: kinds.default(['HTTP', 'JAVASCRIPT', 'HANDLER']),
  JOBFLOW_ALLOW_CIDRS: cidrs.default([]),
  JOBFLOW_NO_HANDLER_AFTER_MS: milliseconds.optional(),
  JOBFLOW_DRAIN_MS: milliseconds.default(30_000),
  JOBFLOW_QUEUES: list.pipe(z.array(QueueName)).describe('a comma-separated list of queues').optional(),
} as const;
