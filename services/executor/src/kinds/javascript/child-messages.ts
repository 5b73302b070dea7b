import type { Json, LogLevel } from '@jobflow/contracts';

/** What the process of a JavaScript job is given, as one line of JSON on its standard input. */
export interface ChildTask {
  code: string;
  input: Json;
  run: { id: string; job: string; attempt: number; tags: string[] };
  maxResultBytes: number;
}

/** What it tells, one line of JSON each, on its file descriptor 3. */
export type ChildMessage =
  | { type: 'log'; level: LogLevel; message: string }
  | { type: 'progress'; percent: number; message?: string }
  | { type: 'done'; result?: Json }
  | { type: 'failed'; message: string; stack?: string; code?: string; retryable?: boolean }
  | { type: 'snooze'; ms: number; reason?: string }
  | { type: 'retry-at'; at: number; message?: string };
