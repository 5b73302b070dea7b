import { Json, LogLevel, LogStream, type RunDefinition } from '@jobflow/contracts';
import type { AttemptError } from '@jobflow/domain';
import { z } from 'zod';

/** What the process of a handler is told, one line of JSON each, on its file descriptor 3. */
export type ToChild =
  | {
      type: 'task';
      /** The file that defines the handler, as a URL. */
      module: string;
      run: RunDefinition;
      attempt: number;
    }
  /** The attempt is to end: what `ctx.signal` is aborted with. */
  | { type: 'abort'; name: string; message: string }
  /** The answer to a question for a secret. */
  | { type: 'secret'; id: number; value: string }
  | { type: 'no-secret'; id: number; error: AttemptError };

const Failure = z.object({
  message: z.string(),
  code: z.string().optional(),
  stack: z.string().optional(),
  retryable: z.boolean().optional(),
});

/** What it tells, on the same descriptor. The handler's code can write there too, so every line is checked. */
export const FromChild = z.discriminatedUnion('type', [
  z.object({ type: z.literal('log'), level: LogLevel, stream: LogStream, message: z.string() }),
  z.object({ type: z.literal('progress'), percent: z.number(), message: z.string().optional() }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('ask-secret'), id: z.int(), name: z.string() }),
  z.object({
    type: z.literal('outcome'),
    /** Lines that were not even sent. */
    unsent: z.int().min(0),
    outcome: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('succeeded'), result: Json.optional() }),
      z.object({ kind: z.literal('failed'), error: Failure, retryAt: z.number().optional() }),
      z.object({ kind: z.literal('snoozed'), until: z.number(), reason: z.string().optional() }),
    ]),
  }),
]);
export type FromChild = z.infer<typeof FromChild>;
export type ChildOutcome = Extract<FromChild, { type: 'outcome' }>['outcome'];
