import { z } from 'zod';
import { Instant, LogLevel, LogStream } from './names.js';
import { RunId } from './run-events.js';

/** Lines a run wrote, in order. Line numbers are given by the projector. */
export const LinesLogged = z.object({
  type: z.literal('LinesLogged'),
  runId: RunId,
  attempt: z.int().min(1),
  lines: z.array(z.object({ at: Instant, level: LogLevel, stream: LogStream, message: z.string() })),
  /** Lines lost just before these, because the run wrote more than it may. */
  dropped: z.int().min(0).optional(),
});
export type LinesLogged = z.infer<typeof LinesLogged>;
