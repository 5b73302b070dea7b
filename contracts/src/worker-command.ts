import { z } from 'zod';

/** What a worker may be told to do: a request on its own subject, answered once it is accepted. */
export const WorkerCommand = z.object({
  /** DRAIN: finish what runs, take nothing more. RESTART: that, then end and come back. SHUTDOWN: that, then end. */
  action: z.enum(['DRAIN', 'RESTART', 'SHUTDOWN']),
  /** Who asked. */
  by: z.string().max(200),
});
export type WorkerCommand = z.infer<typeof WorkerCommand>;

export const WorkerCommandReply = z.union([
  z.object({ ok: z.literal(true), status: z.enum(['DRAINING', 'STOPPING']) }),
  z.object({ ok: z.literal(false), reason: z.string() }),
]);
export type WorkerCommandReply = z.infer<typeof WorkerCommandReply>;
