import { type EventLog, ensureQueueLevel, type NatsLink, type StateStore, saveState } from '@jobflow/platform';
import type { Logger } from 'pino';
import type { Handler } from '../define/define-handler.js';
import type { JobDefinition } from '../define/define-job.js';
import { jobStateOf } from '../define/job-state.js';
import { decideRegistration, type RegisterMode } from './decide-registration.js';

const ACTOR = 'system:worker';
/** Somebody else saved the job meanwhile: look again. Whoever loses so often leaves it to the others. */
const TRIES = 3;
const SEEN_WITHIN_MS = 1_000;

export interface RegisterJobsParts {
  link: NatsLink;
  store: StateStore;
  log: EventLog;
  logger: Logger;
  now: () => number;
  mode?: RegisterMode;
}

/**
 * Creates the jobs that do not exist yet, and brings those that nobody has edited to their definition in code. Only at
 * a worker's start: `decideRegistration` says which definition counts.
 *
 * @throws TypeError for an input schema that cannot be compiled: nobody could enqueue a run of that job
 */
export async function registerJobs(
  jobs: readonly (Handler | JobDefinition)[],
  parts: RegisterJobsParts,
): Promise<void> {
  if (parts.mode === 'never') return;
  for (const job of jobs) {
    for (let tries = 1; tries <= TRIES; tries++) if (await register(job, parts)) break;
  }
}

/** False if the job changed meanwhile. */
async function register({ name, options }: Handler | JobDefinition, parts: RegisterJobsParts): Promise<boolean> {
  const { link, store, log, logger, now, mode = 'newer' } = parts;
  if (mode === 'never') return true;
  const expectSeq = store.seqOf('job', name);
  const kept = store.jobs.get(name)?.state;
  const decided = decideRegistration(jobStateOf(name, options, now(), ACTOR), kept, expectSeq > 0, mode);
  switch (decided.kind) {
    case 'current':
    case 'deleted':
      return true;
    case 'older':
      logger.info({ job: name }, 'the job follows a newer definition of its handler than this worker has');
      return true;
    case 'theirs':
      logger.warn(
        { job: name, differs: decided.differs, updatedBy: kept?.updatedBy },
        `the job was edited, so what its handler says now is not applied to it: ${decided.differs.join(', ')}`,
      );
      return true;
    case 'save':
      break;
    default:
      return decided satisfies never;
  }
  const { job } = decided;
  // The compiler is loaded by the first that has a schema.
  const schema = job.inputSchema && (await import('@jobflow/platform/input-schema')).compileSchema(job.inputSchema);
  if (schema && !schema.ok) {
    const told = `job ${JSON.stringify(name)}: inputSchema: ${schema.reason}`;
    // How long it takes is the machine's as well: the next start tries again.
    if (!schema.tooSlow) throw new TypeError(told);
    logger.error({ job: name, reason: told }, 'a job could not be registered');
    return true;
  }
  const by = { actor: ACTOR };
  const place = { queue: job.queue, priority: job.priority, run: { kind: job.kind, job: name } };
  const level = await ensureQueueLevel(link, store, log, place, { createQueue: true, by });
  if (!level.ok) {
    logger.error({ job: name, queue: job.queue, reason: level.reason }, 'a job could not be registered');
    return true;
  }
  const saved = await saveState(log, store, { type: 'JobSaved', job }, { expectSeq, by });
  if (saved.ok) logger.info({ job: name, revision: job.revision }, 'registered the job of a handler');
  else if (saved.reason === 'full') logger.error({ job: name, reason: 'full' }, 'a job could not be registered');
  else await seen(store, name, expectSeq);
  return saved.ok || saved.reason === 'full';
}

/** Until the store has what came between, so that the next look sees it. */
async function seen(store: StateStore, name: string, before: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const off = store.onChange((kind, id) => kind === 'job' && id === name && resolve());
  const timer = setTimeout(resolve, SEEN_WITHIN_MS);
  if (store.seqOf('job', name) === before) await promise;
  clearTimeout(timer);
  off();
}
