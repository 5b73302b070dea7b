import type { Json, RunDefinition, RunError } from '@jobflow/contracts';
import type { RunState, StoredEvent } from '@jobflow/domain';

/** A row of read.runs as the writer sends it; instants are epoch milliseconds. */
export interface RunRow {
  state: RunState;
  changedSeq: number;
  /** Present when the run ended in this batch. */
  endedSeq?: number;
  /** Present when the run is new in this batch. */
  definition?: RunDefinition;
  traceId?: string | undefined;
  /** What this batch tells of the run, under the sequence of the first of it. */
  timeline?: { seq: number; events: StoredEvent[] };
  /** Absent: as it is; null: none. */
  result?: { value: Json | null };
  error?: { value: RunError | null };
  /** What was made of an input with templates. */
  input?: { value: Json | null };
  /** The keys that it may hold permits of are others than before. */
  rekeyed?: boolean;
}

/** The row of a run that is new. */
export type NewRunRow = RunRow & { definition: RunDefinition };
export const isNew = (row: RunRow): row is NewRunRow => row.definition !== undefined;
