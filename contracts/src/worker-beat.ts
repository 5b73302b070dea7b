import { z } from 'zod';
import { Json } from './json.js';
import { Instant, JobKind, QueueName } from './names.js';
import type { CarriedOutAs } from './queue-branches.js';

/** What a worker tells of its trouble with limits is cut to so many characters. */
export const MOST_LIMITS_TROUBLE = 500;

/** What a worker without Redis tells as its trouble with limits; shown only if all that could run a run say so. */
export const NO_REDIS = 'no worker that could run them has Redis; give one REDIS_URL, or createWorker its option redis';

/** What a worker tells of itself every 2 s over core NATS. */
export const WorkerBeat = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  queues: z.array(z.union([QueueName, z.literal('*')])),
  handlers: z.array(z.object({ name: z.string(), inputSchema: Json.optional() })),
  kinds: z.array(z.object({ kind: JobKind, enabled: z.boolean(), reason: z.string().optional() })),
  concurrency: z.int(),
  prefetch: z.int(),
  active: z.int(),
  /** 0–1: active over concurrency. */
  load: z.number(),
  memoryMb: z.number(),
  cpuPercent: z.number(),
  finished: z.int(),
  failed: z.int(),
  startedAt: Instant,
  at: Instant,
  /** Why it cannot count limits now, and what to do about it: what is limited does not start there. Absent: it can. */
  limitsTrouble: z.string().max(MOST_LIMITS_TROUBLE).optional(),
  status: z.enum(['ONLINE', 'DRAINING', 'STOPPING', 'OFFLINE']),
});
export type WorkerBeat = z.infer<typeof WorkerBeat>;

/** Whether a worker that says so of itself takes runs of this queue. */
export const servesQueue = ({ queues }: Pick<WorkerBeat, 'queues'>, queue: string): boolean =>
  queues.includes('*') || queues.includes(queue);

/** Whether a worker that says so of itself can carry such runs out. */
export const canCarryOut = (
  { handlers, kinds }: Pick<WorkerBeat, 'handlers' | 'kinds'>,
  { kind, job }: CarriedOutAs,
): boolean =>
  kind === 'HANDLER'
    ? handlers.some(({ name }) => name === job)
    : kinds.some((known) => known.kind === kind && known.enabled);
