import { live, type RunStatus, type VerifyReply, VerifyRequest } from '@jobflow/contracts';
import type { Logger, NatsLink, Stoppable } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { ProjectionLoop } from '../projection/projection-loop.js';

const PATIENCE_MS = 5_000;

interface Row {
  id: string;
  status: RunStatus;
  attempt: number;
  delivery: number;
  claim: number;
  worker_id: string | null;
  cancel_requested_at: Date | null;
  started: boolean;
  alone: boolean;
  losses: number;
  lost_workers: string[];
  superseded: boolean;
  waits: boolean;
}

/** Answers executors that must know what became of a run: from rows at or after the position they name. */
export function respondToVerify({ nc }: NatsLink, db: Db, runs: ProjectionLoop, logger: Logger): Stoppable {
  const subscription = nc.subscribe(live.verify, {
    callback(error, message) {
      if (error) return;
      answer(message.string()).then(
        (reply) => message.respond(JSON.stringify(reply)),
        (cause: unknown) => {
          logger.warn({ err: cause }, 'a question about runs could not be answered');
          message.respond(JSON.stringify({ ok: false, reason: 'unavailable' } satisfies VerifyReply));
        },
      );
    },
  });

  async function answer(text: string): Promise<VerifyReply> {
    const request = VerifyRequest.safeParse(JSON.parse(text));
    if (!request.success) return { ok: false, reason: 'not a question about runs' };
    if (!(await runs.passed(request.data.seq, PATIENCE_MS))) return { ok: false, reason: 'lagging' };
    const rows = await db.query<Row>(
      `select id, status, attempt, delivery, claim, worker_id, cancel_requested_at, started, alone, losses, lost_workers,
         superseded is true as superseded,
         status = 'QUEUED' and (next_attempt_at is not null or limit_key is not null) as waits
       from read.runs where id = any($1::uuid[])`,
      [request.data.ids],
    );
    return { ok: true, runs: rows.map(verifiedRun) };
  }
  return {
    async stop() {
      if (!nc.isClosed()) subscription.unsubscribe();
    },
  };
}

const verifiedRun = (row: Row): Extract<VerifyReply, { ok: true }>['runs'][number] => ({
  id: row.id,
  status: row.status,
  attempt: row.attempt,
  delivery: row.delivery,
  claim: row.claim,
  ...(row.worker_id !== null && { workerId: row.worker_id }),
  ...(row.cancel_requested_at !== null && { cancelRequested: true }),
  started: row.started,
  alone: row.alone,
  losses: row.losses,
  lostWorkers: row.lost_workers,
  ...(row.superseded && { superseded: true }),
  ...(row.waits && { waits: true }),
});
