import { type Json, LogLevel } from '@jobflow/contracts';
import { z } from 'zod';

/** What the process of a JavaScript job is given, as JSON on its standard input. */
export interface ChildTask {
  code: string;
  input: Json;
  run: { id: string; job: string; attempt: number; tags: string[] };
  maxResultBytes: number;
}

/** The answer to its question for a secret, one line of JSON on its file descriptor 3. */
export type SecretAnswer = { name: string } & (
  | { value: string }
  | { error: { message: string; code: string | undefined; retryable: boolean } }
);

/**
 * What it tells, one line of JSON each, on its file descriptor 3. A job's code can write there too, so nothing is trusted to
 * be well formed.
 */
export const ChildMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('log'), level: LogLevel, message: z.string() }),
  z.object({ type: z.literal('progress'), percent: z.number(), message: z.string().optional() }),
  z.object({ type: z.literal('ask-secret'), name: z.string() }),
  // Read from JSON, so it is some.
  z.object({ type: z.literal('done'), result: z.custom<Json>().optional() }),
  z.object({
    type: z.literal('failed'),
    message: z.string(),
    stack: z.string().optional(),
    code: z.string().optional(),
    retryable: z.boolean().optional(),
  }),
  z.object({ type: z.literal('snooze'), ms: z.number().min(0), reason: z.string().optional() }),
  z.object({ type: z.literal('retry-at'), at: z.number().min(0), message: z.string().optional() }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;
