import { z } from 'zod';
import { RunStatus } from './names.js';
import { RunId } from './run-events.js';

/** Asked by executors about suspect messages; answered by the active projector once its checkpoint is at or past `seq`. */
export const VerifyRequest = z.object({ ids: z.array(RunId).max(1000), seq: z.int().min(0) });
export type VerifyRequest = z.infer<typeof VerifyRequest>;
export const VerifyReply = z.union([
  z.object({
    ok: z.literal(true),
    runs: z.array(
      z.object({
        id: RunId,
        status: RunStatus,
        attempt: z.int(),
        delivery: z.int(),
        claim: z.int(),
        workerId: z.string().optional(),
        cancelRequested: z.boolean().optional(),
        /** The current claimant has been seen starting; and that it started it alone. */
        started: z.boolean().optional(),
        alone: z.boolean().optional(),
        /** How often the run has cost a worker, and the names of those that are known, oldest first. */
        losses: z.int().optional(),
        lostWorkers: z.array(z.string()).optional(),
        /** It was rescheduled: its message is not to be started, and whoever has it says so. */
        superseded: z.boolean().optional(),
        /** Its message has been dealt with: it waits to be queued anew. */
        waits: z.boolean().optional(),
      }),
    ),
  }),
  z.object({ ok: z.literal(false), reason: z.string() }),
]);
export type VerifyReply = z.infer<typeof VerifyReply>;

/** What the projector tells after each commit, and every second. */
export const CheckpointMoved = z.object({
  prev: z.object({ runs: z.int(), state: z.int() }),
  cur: z.object({ runs: z.int(), state: z.int() }),
  /** Runs with new log lines. */
  logs: z.array(RunId).max(200).optional(),
  /** More runs than fit in `logs` have new lines. */
  logsMany: z.boolean().optional(),
  /** Deliveries changed. */
  deliveries: z.boolean().optional(),
});
export type CheckpointMoved = z.infer<typeof CheckpointMoved>;
