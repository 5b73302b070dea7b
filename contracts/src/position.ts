import { z } from 'zod';

/**
 * A point in the log: the last sequence of each stream that a reader of runs or definitions must have passed.
 * Clients see it as an opaque string and only send it back.
 */
export const Position = z.object({ runs: z.int().min(0), state: z.int().min(0) });
export type Position = z.infer<typeof Position>;

export const ZERO: Position = { runs: 0, state: 0 };

export const mergePositions = (a: Position, b: Position): Position => ({
  runs: Math.max(a.runs, b.runs),
  state: Math.max(a.state, b.state),
});
export const hasPassed = (reader: Position, wanted: Position): boolean =>
  reader.runs >= wanted.runs && reader.state >= wanted.state;

export const encodePosition = (p: Position): string => btoa(`1:${p.runs}:${p.state}`).replace(/=+$/, '');

/** The position a client sent back, or undefined if it is none of ours. */
export function decodePosition(text: string): Position | undefined {
  if (text.length > 64) return undefined;
  let plain: string;
  try {
    plain = atob(text);
  } catch {
    return undefined;
  }
  const match = /^1:(\d{1,15}):(\d{1,15})$/.exec(plain);
  return match ? { runs: Number(match[1]), state: Number(match[2]) } : undefined;
}
