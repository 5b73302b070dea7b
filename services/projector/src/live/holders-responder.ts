import { type HoldersReply, HoldersRequest, live } from '@jobflow/contracts';
import type { Logger, NatsLink, Stoppable } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { ProjectionLoop } from '../projection/projection-loop.js';

const PATIENCE_MS = 5_000;
/** Some 600 KB of an answer; more runs than this under limits are left to what their workers say themselves. */
const MOST = 3_000;

const RUNS = `select id as "runId", delivery, worker_id as "workerId", limit_keys as keys from read.runs
  where status = 'RUNNING' and limit_keys is not null and worker_id is not null order by id desc limit ${MOST}`;
const QUEUES = `select queue, worker_id as "workerId", count(*)::int as count from read.runs
  where status = 'RUNNING' and queue = any($1::text[]) and worker_id is not null group by queue, worker_id`;

type Holders = Extract<HoldersReply, { ok: true }>;

/** Answers workers that found Redis empty: who held which permits at the position they name, as the log has it. */
export function respondToHolders({ nc }: NatsLink, db: Db, runs: ProjectionLoop, logger: Logger): Stoppable {
  const subscription = nc.subscribe(live.holders, {
    callback(error, message) {
      if (error) return;
      answer(message.string()).then(
        (reply) => message.respond(JSON.stringify(reply)),
        (cause: unknown) => {
          logger.warn({ err: cause }, 'a question about permits could not be answered');
          message.respond(JSON.stringify({ ok: false, reason: 'unavailable' } satisfies HoldersReply));
        },
      );
    },
  });

  async function answer(text: string): Promise<HoldersReply> {
    const request = HoldersRequest.safeParse(JSON.parse(text));
    if (!request.success) return { ok: false, reason: 'not a question about permits' };
    if (!(await runs.passed(request.data.seq, PATIENCE_MS))) return { ok: false, reason: 'lagging' };
    const [held, counted] = await Promise.all([
      db.query<Holders['runs'][number]>(RUNS),
      db.query<Holders['queues'][number]>(QUEUES, [request.data.queues]),
    ]);
    return { ok: true, runs: held, queues: counted };
  }
  return {
    async stop() {
      if (!nc.isClosed()) subscription.unsubscribe();
    },
  };
}
