import { z } from 'zod';
import { Duration } from './names.js';

export const Backoff = z.enum(['EXPONENTIAL', 'LINEAR', 'FIXED']);
export const Jitter = z.enum(['NONE', 'FULL', 'EQUAL']);
export const RetryPolicy = z.object({
  maxAttempts: z.int().min(1).max(100),
  backoff: Backoff,
  initialDelayMs: Duration,
  maxDelayMs: Duration,
  factor: z.number().min(1).max(100),
  jitter: Jitter,
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 3,
  backoff: 'EXPONENTIAL',
  initialDelayMs: 1_000,
  maxDelayMs: 3_600_000,
  factor: 2,
  jitter: 'FULL',
};

export const TimeoutPolicy = z.object({ softMs: Duration.optional(), hardMs: Duration.optional() });
export type TimeoutPolicy = z.infer<typeof TimeoutPolicy>;
export const defaultTimeoutPolicy: TimeoutPolicy = { hardMs: 3_600_000 };

export const Rate = z.object({ limit: z.int().min(1), perMs: z.int().min(1) });
export type Rate = z.infer<typeof Rate>;
export const Limits = z.object({
  memoryMb: z.int().min(1).optional(),
  cpuSeconds: z.int().min(1).optional(),
  rate: Rate.optional(),
  concurrency: z.int().min(1).optional(),
  concurrencyKey: z.string().max(255).optional(),
});
export type Limits = z.infer<typeof Limits>;
export const DeliveryGuarantee = z.enum(['AT_LEAST_ONCE', 'AT_MOST_ONCE']);
