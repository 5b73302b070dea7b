import type { JobKind } from '@jobflow/contracts';
import { connectNats, findContainment, type ServiceContext, type Stoppable } from '@jobflow/platform';
import { createWorker } from '@jobflow/sdk';
import { RESTART_EXIT_CODE, SHUTDOWN_EXIT_CODE } from './exit-codes.js';
import { loadHandlers } from './handlers/load-handlers.js';
import { createKinds } from './kinds/create-kinds.js';
import { type FoundPython, findPython } from './kinds/python/find-python.js';
import { sweepRunDirectories } from './process/run-directory.js';

export interface ExecutorConfig {
  NATS_URL: string;
  REDIS_URL?: string | undefined;
  JOBFLOW_HANDLERS?: string | undefined;
  JOBFLOW_CONCURRENCY: number;
  JOBFLOW_KINDS: readonly JobKind[];
  JOBFLOW_ALLOW_CIDRS: string[];
  JOBFLOW_NO_HANDLER_AFTER_MS?: number | undefined;
  JOBFLOW_DRAIN_MS: number;
  JOBFLOW_QUEUES?: string[] | undefined;
}

/** Kinds whose jobs may start whatever they like. */
const IN_PROCESSES: readonly JobKind[] = ['SHELL', 'PYTHON'];

/** Starts an executor: a worker with the kinds of its configuration and the handlers of its directory. */
export async function startExecutor(config: ExecutorConfig, context: ServiceContext): Promise<Stoppable[]> {
  const { logger, metrics, health, env, instanceId, version } = context;
  const link = await connectNats(config.NATS_URL, { name: instanceId, logger });
  const containment = await findContainment();
  await sweepRunDirectories();
  if (config.JOBFLOW_KINDS.some((kind) => IN_PROCESSES.includes(kind)) && !containment.namespace) {
    logger.warn(
      'processes of jobs get no PID namespace of their own here: one that leaves its process group outlives its run, and can read this process’s environment; run the executor as root or allow user namespaces',
    );
  }
  const python = await pythonFor(config, context);
  const { kinds, parts } = createKinds({
    enabled: config.JOBFLOW_KINDS,
    allow: config.JOBFLOW_ALLOW_CIDRS,
    containment,
    python,
    env,
  });
  const loaded = config.JOBFLOW_HANDLERS
    ? await loadHandlers(config.JOBFLOW_HANDLERS)
    : { handlers: [], jobs: [], problems: [] };
  for (const problem of loaded.problems) logger.error(problem);

  const worker = createWorker({
    nats: link,
    id: instanceId,
    version,
    actor: 'system:executor',
    logger,
    metrics,
    kinds,
    handlers: loaded.handlers,
    jobs: loaded.jobs,
    concurrency: config.JOBFLOW_CONCURRENCY,
    ...(config.JOBFLOW_NO_HANDLER_AFTER_MS !== undefined && { noHandlerAfterMs: config.JOBFLOW_NO_HANDLER_AFTER_MS }),
    drainMs: config.JOBFLOW_DRAIN_MS,
    onStopped: (why) => context.end(why, why === 'restart' ? RESTART_EXIT_CODE : SHUTDOWN_EXIT_CODE),
    ...(config.REDIS_URL && { redis: config.REDIS_URL }),
    ...(config.JOBFLOW_QUEUES && { queues: config.JOBFLOW_QUEUES }),
  });
  health.addCheck('nats', () => worker.check());
  await worker.start();
  logger.info({ handlers: loaded.handlers.map(({ name }) => name), kinds: config.JOBFLOW_KINDS }, 'ready for runs');
  return [link, ...parts, worker];
}

/** Looked for only where it is wanted. */
async function pythonFor({ JOBFLOW_KINDS }: ExecutorConfig, { env, logger }: ServiceContext): Promise<FoundPython> {
  if (!JOBFLOW_KINDS.includes('PYTHON')) return { ok: false, reason: 'PYTHON jobs are switched off' };
  const python = await findPython(env);
  if (python.ok) logger.info({ python: python.path, version: python.version }, 'Python was found');
  else logger.warn(python.reason);
  return python;
}
