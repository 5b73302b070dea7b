import type { JobKind } from '@jobflow/contracts';
import { connectNats, type ServiceContext, type Stoppable } from '@jobflow/platform';
import { createWorker } from '@jobflow/sdk';
import { loadHandlers } from './handlers/load-handlers.js';
import { createKinds } from './kinds/create-kinds.js';
import { findContainment } from './process/containment.js';

export interface ExecutorConfig {
  NATS_URL: string;
  REDIS_URL?: string | undefined;
  JOBFLOW_HANDLERS?: string | undefined;
  JOBFLOW_CONCURRENCY: number;
  JOBFLOW_KINDS: readonly JobKind[];
  JOBFLOW_ALLOW_CIDRS: string[];
  JOBFLOW_NO_HANDLER_AFTER_MS: number;
  JOBFLOW_DRAIN_MS: number;
  JOBFLOW_QUEUES?: string[] | undefined;
}

/** Starts an executor: a worker with the kinds of its configuration and the handlers of its directory. */
export async function startExecutor(config: ExecutorConfig, context: ServiceContext): Promise<Stoppable[]> {
  const { logger, metrics, health, env, instanceId, version } = context;
  const link = await connectNats(config.NATS_URL, { name: instanceId, logger });
  const containment = await findContainment();
  if (config.JOBFLOW_KINDS.includes('SHELL') && !containment.namespace) {
    logger.warn(
      'processes of jobs get no PID namespace of their own here: one that leaves its process group outlives its run, and can read this process’s environment; run the executor as root or allow user namespaces',
    );
  }
  const { kinds, parts } = createKinds({
    enabled: config.JOBFLOW_KINDS,
    allow: config.JOBFLOW_ALLOW_CIDRS,
    containment,
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
    noHandlerAfterMs: config.JOBFLOW_NO_HANDLER_AFTER_MS,
    drainMs: config.JOBFLOW_DRAIN_MS,
    ...(config.REDIS_URL && { redis: config.REDIS_URL }),
    ...(config.JOBFLOW_QUEUES && { queues: config.JOBFLOW_QUEUES }),
  });
  health.addCheck('nats', () => worker.check());
  await worker.start();
  logger.info({ handlers: loaded.handlers.map(({ name }) => name), kinds: config.JOBFLOW_KINDS }, 'ready for runs');
  return [link, ...parts, worker];
}
