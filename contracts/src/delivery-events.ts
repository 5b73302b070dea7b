import { z } from 'zod';
import { Duration, Instant, JobName } from './names.js';
import { RunId } from './run-events.js';

export const ChannelKind = z.enum(['WEBHOOK', 'SLACK', 'EMAIL']);
export const DeliveryQueued = z.object({
  type: z.literal('DeliveryQueued'),
  id: z.uuid(),
  /** Absent for a one-off callbackUrl. */
  channelId: z.string().optional(),
  kind: ChannelKind,
  /** Redacted for people; the sender resolves the real one from the channel or the run. */
  target: z.string(),
  url: z.string().optional(),
  runId: RunId.optional(),
  job: JobName.optional(),
  /** Public event name, such as run.succeeded. */
  event: z.string(),
  /** The bytes that are signed and sent, on every attempt the same. */
  body: z.string(),
  createdAt: Instant,
});
export const DeliveryAttempted = z.object({
  type: z.literal('DeliveryAttempted'),
  id: z.uuid(),
  attempt: z.object({
    number: z.int().min(1),
    at: Instant,
    url: z.string().optional(),
    status: z.int().optional(),
    durationMs: Duration,
    error: z.string().optional(),
    /** Header values that could carry a secret are replaced by `[redacted]`. */
    requestHeaders: z.record(z.string(), z.string()).optional(),
    responseHeaders: z.record(z.string(), z.string()).optional(),
    responseBody: z.string().optional(),
  }),
  next: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('succeeded') }),
    z.object({ kind: z.literal('retry'), at: Instant }),
    z.object({ kind: z.literal('failed'), reason: z.string() }),
  ]),
});
export const DeliverySuppressed = z.object({ type: z.literal('DeliverySuppressed'), id: z.uuid(), reason: z.string() });
export const DeliveryEvent = z.discriminatedUnion('type', [DeliveryQueued, DeliveryAttempted, DeliverySuppressed]);
export type DeliveryEvent = z.infer<typeof DeliveryEvent>;
