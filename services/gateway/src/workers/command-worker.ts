import { type WorkerCommand, WorkerCommandReply, workerCommandSubject } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { noteChange } from '../definitions/note-change.js';
import { conflict, notFound, timeout } from '../errors/refusals.js';
import { findWorker } from './list-workers.js';
import type { Worker } from './worker.js';

const ANSWER_MS = 3_000;
const VERBS = { DRAIN: 'drained', RESTART: 'restarted', SHUTDOWN: 'shutDown' } as const;

/**
 * Tells one worker what to do, and answers once it has accepted: what runs there may take long to end. The answer shows
 * the worker as it is from now on.
 */
export async function commandWorker(ctx: Context, id: string, action: WorkerCommand['action']): Promise<Worker> {
  const worker = await findWorker(ctx, id);
  if (!worker) throw notFound('worker', id);
  if (worker.status === 'OFFLINE')
    throw conflict('The worker is gone: it has stopped, or has not been heard of for 15 s.', {
      currentStatus: worker.status,
    });
  const reply = await ask(ctx, id, { action, by: ctx.actor });
  if (!reply.ok) throw conflict(`The worker refuses: ${reply.reason}.`, { currentStatus: worker.status });
  await noteChange(ctx, {
    action: `worker.${VERBS[action]}`,
    target: id,
    detail: { host: worker.host, pid: worker.pid },
  });
  return { ...worker, status: reply.status };
}

async function ask({ link, logger }: Context, id: string, command: WorkerCommand): Promise<WorkerCommandReply> {
  try {
    const reply = await link.nc.request(workerCommandSubject(id), JSON.stringify(command), { timeout: ANSWER_MS });
    return WorkerCommandReply.parse(reply.json());
  } catch (error) {
    logger.warn({ err: error, worker: id, action: command.action }, 'a worker did not answer a command');
    throw timeout(
      'The worker did not answer: its loop may be blocked by a handler, or it has just ended. Look at its last heartbeat, and try again.',
    );
  }
}
