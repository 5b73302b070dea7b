import { z } from 'zod';
import { QueueName } from './names.js';
import { RunId } from './run-events.js';

/**
 * Asked by a worker that found Redis empty, answered by the active projector once its checkpoint is at or past `seq`:
 * which running runs hold which permits. `queues` are those whose concurrency is limited.
 */
export const HoldersRequest = z.object({ seq: z.int().min(0), queues: z.array(QueueName).max(1000) });
export type HoldersRequest = z.infer<typeof HoldersRequest>;

export const HoldersReply = z.union([
  z.object({
    ok: z.literal(true),
    /** Running runs that carry concurrency keys: at most 3,000, the latest started. */
    runs: z.array(z.object({ runId: RunId, delivery: z.int(), workerId: z.string(), keys: z.array(z.string()) })),
    /** How many runs of each limited queue each worker runs. */
    queues: z.array(z.object({ queue: QueueName, workerId: z.string(), count: z.int() })),
  }),
  z.object({ ok: z.literal(false), reason: z.string() }),
]);
export type HoldersReply = z.infer<typeof HoldersReply>;
