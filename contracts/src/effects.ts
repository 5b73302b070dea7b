import { z } from 'zod';
import { Instant, JobName, QueueName, RunStatus, Tags } from './names.js';
import { RunId } from './run-events.js';

/** The scheduler must queue this attempt at this time. The run's row is the truth; this only tells at once. */
export const QueueRun = z.object({
  runId: RunId,
  /** Tells whose shard the run is in. */
  queue: QueueName,
  attempt: z.int().min(1),
  delivery: z.int().min(0),
  at: Instant,
});
export type QueueRun = z.infer<typeof QueueRun>;

/** The notifier must tell whoever is concerned that a run ended. */
export const NotifyRun = z.object({
  runId: RunId,
  job: JobName,
  queue: QueueName,
  tags: Tags,
  status: RunStatus,
  at: Instant,
  callbackUrl: z.string().optional(),
  test: z.boolean().optional(),
});
export type NotifyRun = z.infer<typeof NotifyRun>;

export const QueueRuns = z.object({ v: z.literal(1), id: z.string(), runs: z.array(QueueRun) });
export const NotifyRuns = z.object({ v: z.literal(1), id: z.string(), runs: z.array(NotifyRun) });
