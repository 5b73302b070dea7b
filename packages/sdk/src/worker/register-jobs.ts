import { type EventLog, ensureQueueLevel, type NatsLink, type StateStore, saveState } from '@jobflow/platform';
import type { Logger } from 'pino';
import type { Handler } from '../define/define-handler.js';
import type { JobDefinition } from '../define/define-job.js';
import { jobStateOf } from './job-state.js';

const ACTOR = 'system:worker';

export interface RegisterJobsParts {
  link: NatsLink;
  store: StateStore;
  log: EventLog;
  logger: Logger;
  now: () => number;
}

/**
 * Creates the jobs that do not exist yet. What exists, or was deleted, belongs to its operators and is left alone; of
 * workers that start together one creates the job.
 */
export async function registerJobs(
  jobs: readonly (Handler | JobDefinition)[],
  parts: RegisterJobsParts,
): Promise<void> {
  const { link, store, log, logger, now } = parts;
  for (const { name, options } of jobs) {
    if (store.seqOf('job', name) > 0) continue;
    const job = jobStateOf(name, options, now(), ACTOR);
    const level = await ensureQueueLevel(link, store, log, job.queue, job.priority, {
      createQueue: true,
      by: { actor: ACTOR },
    });
    if (!level.ok) {
      logger.error({ job: name, queue: job.queue, reason: level.reason }, 'a job could not be created');
      continue;
    }
    const saved = await saveState(log, store, { type: 'JobSaved', job }, { expectSeq: 0, by: { actor: ACTOR } });
    if (saved.ok) logger.info({ job: name }, 'created the job of a handler');
    else if (saved.reason === 'full') logger.error({ job: name, reason: 'full' }, 'a job could not be created');
  }
}
