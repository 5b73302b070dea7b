import { type Position, RUNS_STREAM, STATE_STREAM } from '@jobflow/contracts';
import type { Queryable } from '../db/db.js';

/** How far the read model is: everything at or before it can be read. */
export async function readPosition(db: Queryable): Promise<Position> {
  const rows = await db.query<{ stream: string; seq: number }>(
    'select stream, seq from read.checkpoint where stream = any($1::text[])',
    [[RUNS_STREAM, STATE_STREAM]],
  );
  const seqOf = (stream: string) => rows.find((row) => row.stream === stream)?.seq ?? 0;
  return { runs: seqOf(RUNS_STREAM), state: seqOf(STATE_STREAM) };
}
