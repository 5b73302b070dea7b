import type { RunStatus } from '@jobflow/contracts';

/**
 * What a key's row says of a run that is about to be enqueued under it. `status` is the run's in the read model;
 * absent: the run is not there (yet).
 */
export type Claim =
  | { kind: 'fresh' }
  | { kind: 'existing'; runId: string; createdAt: Date; status?: RunStatus | undefined }
  | { kind: 'mismatch'; key: string };

/** A key's row as the statements answer it. */
export interface KeyRow {
  job: string;
  key: string;
  run_id: string;
  created_at: Date;
  status: RunStatus | null;
}

export const existing = (row: KeyRow): Claim => ({
  kind: 'existing',
  runId: row.run_id,
  createdAt: row.created_at,
  status: row.status ?? undefined,
});

/** Neither job names nor the separator can be confused: names have no line breaks. */
export const keyId = (job: string, key: string): string => `${job}\n${key}`;
