import { z } from 'zod';

/** Job and secret names. */
export const JobName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must match [A-Za-z0-9][A-Za-z0-9._-]{0,99}');
/** Queue names are subject tokens: lower case, no dots; `~` is reserved for splitting a hot queue. */
export const QueueName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must match [a-z0-9][a-z0-9_-]{0,62}');
export const Tag = z.string().min(1).max(64);
export const Tags = z.array(Tag).max(20);
/** Idempotency and unique keys. */
export const Key = z.string().min(1).max(255);
/** 1–10, 10 first. */
export const Priority = z.int().min(1).max(10);
/** An instant: whole milliseconds since 1970 UTC. */
export const Instant = z.int().min(0);
/** A length of time in whole milliseconds. */
export const Duration = z.int().min(0);

export const JobKind = z.enum(['HTTP', 'SHELL', 'PYTHON', 'SQL', 'JAVASCRIPT', 'HANDLER']);
export type JobKind = z.infer<typeof JobKind>;
export const LogLevel = z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']);
export type LogLevel = z.infer<typeof LogLevel>;
export const LogStream = z.enum(['LOG', 'STDOUT', 'STDERR']);
export type LogStream = z.infer<typeof LogStream>;
export const RunStatus = z.enum([
  'SCHEDULED',
  'BLOCKED',
  'QUEUED',
  'RUNNING',
  'RETRYING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'EXPIRED',
]);
export type RunStatus = z.infer<typeof RunStatus>;
export const TERMINAL_STATUSES = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;
/** True once a run can change no more. */
export const isTerminal = (status: RunStatus): boolean => (TERMINAL_STATUSES as readonly string[]).includes(status);
