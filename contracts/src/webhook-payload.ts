import { z } from 'zod';
import { FlowStatus } from './flow-events.js';
import { Json } from './json.js';
import { RunStatus } from './names.js';

/** The body of a webhook: public, so it only grows. */
export const RunWebhook = z.object({
  type: z.enum([
    'run.succeeded',
    'run.failed',
    'run.cancelled',
    'run.expired',
    'flow.succeeded',
    'flow.failed',
    'flow.cancelled',
    'test',
  ]),
  /** ISO 8601 UTC: when the run or the flow ended. */
  timestamp: z.string(),
  data: z.object({
    /** Counts this job's notifications, so that a receiver can order them. */
    sequence: z.int().optional(),
    runId: z.string().optional(),
    job: z.string().optional(),
    status: z.union([RunStatus, FlowStatus]).optional(),
    /** Of a flow's end: which flow, how many nodes it has, and how many of them failed or expired. */
    flowId: z.string().optional(),
    name: z.string().optional(),
    total: z.int().optional(),
    failed: z.int().optional(),
    queue: z.string().optional(),
    attempt: z.int().optional(),
    tags: z.array(z.string()).optional(),
    createdAt: z.string().optional(),
    startedAt: z.string().optional(),
    finishedAt: z.string().optional(),
    durationMs: z.int().optional(),
    input: Json.optional(),
    result: Json.optional(),
    error: z.object({ message: z.string(), code: z.string().optional(), fingerprint: z.string() }).optional(),
    /** True when input and result were left out because the payload would exceed 20 kB; fetch the run by its id. */
    thin: z.boolean().optional(),
    url: z.string().optional(),
  }),
});
export type RunWebhook = z.infer<typeof RunWebhook>;
