import type { Json, RunStatus, RunWebhook } from '@jobflow/contracts';
import type { Queryable } from '@jobflow/read-model';

export interface EndedRun {
  id: string;
  job: string;
  status: RunStatus;
  queue: string;
  attempt: number;
  tags: string[];
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  duration_ms: number | null;
  input: Json | null;
  result: Json | null;
  error: { message: string; code?: string; fingerprint: string } | null;
}

/** What a webhook may weigh; over that it goes without input and result. */
const MAX_BYTES = 20_000;

export async function endedRuns(db: Queryable, ids: readonly string[]): Promise<Map<string, EndedRun>> {
  const rows = await db.query<EndedRun>(
    `select id, job, status, queue, attempt, tags, created_at, started_at, finished_at, duration_ms, input, result, error
     from read.runs where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export const eventName = (status: RunStatus): RunWebhook['type'] => `run.${status.toLowerCase()}` as RunWebhook['type'];

/** The body, written once: these bytes are signed, sent and kept. */
export function runPayload(run: EndedRun, publicUrl: string): string {
  const { input, result, error } = run;
  const data = {
    runId: run.id,
    job: run.job,
    status: run.status,
    queue: run.queue,
    attempt: run.attempt,
    tags: run.tags,
    createdAt: run.created_at.toISOString(),
    ...(run.started_at && { startedAt: run.started_at.toISOString() }),
    ...(run.finished_at && { finishedAt: run.finished_at.toISOString() }),
    ...(run.duration_ms !== null && { durationMs: run.duration_ms }),
    ...(error && {
      error: {
        message: error.message.slice(0, 4_000),
        ...(error.code && { code: error.code }),
        fingerprint: error.fingerprint,
      },
    }),
    url: `${publicUrl.replace(/\/$/, '')}/runs/${run.id}`,
  };
  const envelope = { type: eventName(run.status), timestamp: (run.finished_at ?? run.created_at).toISOString() };
  const whole: RunWebhook = {
    ...envelope,
    data: { ...data, ...(input !== null && { input }), ...(result !== null && { result }) },
  };
  const body = JSON.stringify(whole);
  if (Buffer.byteLength(body) <= MAX_BYTES) return body;
  return JSON.stringify({ ...envelope, data: { ...data, thin: true } } satisfies RunWebhook);
}
