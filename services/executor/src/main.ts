import { JobKind } from '@jobflow/contracts';
import { BootError, cidrs, connectionConfig, connectNats, list, readConfig, runService } from '@jobflow/platform';
import { createWorker, type KindRunner } from '@jobflow/sdk';
import { z } from 'zod';
import { type LoadedHandlers, loadHandlers } from './handlers/load-handlers.js';
import { createHttpKind } from './kinds/http/http-kind.js';
import { createJavaScriptKind } from './kinds/javascript/javascript-kind.js';
import { createShellKind } from './kinds/shell/shell-kind.js';
import { findContainment } from './process/containment.js';

const whole = (least: number, most: number) =>
  z.coerce.number('is no number').int().min(least).max(most).describe(`a whole number from ${least} to ${most}`);

await runService('executor', async ({ env, health, instanceId, logger, metrics, version }) => {
  const config = readConfig('executor', {
    NATS_URL: connectionConfig.NATS_URL,
    JOBFLOW_HANDLERS: z.string().optional(),
    JOBFLOW_CONCURRENCY: whole(1, 10_000).default(50),
    JOBFLOW_KINDS: list.pipe(z.array(JobKind)).default(['HTTP', 'JAVASCRIPT', 'HANDLER']),
    JOBFLOW_ALLOW_CIDRS: cidrs.default([]),
    JOBFLOW_NO_HANDLER_AFTER_MS: whole(0, 86_400_000).default(60_000),
    JOBFLOW_DRAIN_MS: whole(0, 3_600_000).default(30_000),
    JOBFLOW_QUEUES: list.optional(),
  });
  const { handlers, jobs } = await handlersOf(config.JOBFLOW_HANDLERS, (trouble) => logger.error(trouble));
  const link = await connectNats(config.NATS_URL, { name: instanceId, logger });
  const containment = await findContainment();
  const http = createHttpKind({ allow: config.JOBFLOW_ALLOW_CIDRS });
  const kinds: KindRunner[] = [
    http.runner,
    createJavaScriptKind({ containment, env }),
    createShellKind({ containment, env }),
  ].map((runner) =>
    config.JOBFLOW_KINDS.includes(runner.kind)
      ? runner
      : {
          kind: runner.kind,
          enabled: false,
          reason: `${runner.kind} jobs are off here: add ${runner.kind} to JOBFLOW_KINDS`,
          nowhere: false,
        },
  );
  for (const kind of ['PYTHON', 'SQL'] as const)
    kinds.push({ kind, enabled: false, reason: `${kind} jobs cannot be run by this version`, nowhere: true });
  const worker = createWorker({
    nats: link,
    id: instanceId,
    version,
    handlers: config.JOBFLOW_KINDS.includes('HANDLER') ? handlers : [],
    jobs,
    kinds,
    concurrency: config.JOBFLOW_CONCURRENCY,
    noHandlerAfterMs: config.JOBFLOW_NO_HANDLER_AFTER_MS,
    drainMs: config.JOBFLOW_DRAIN_MS,
    ...(config.JOBFLOW_QUEUES && { queues: config.JOBFLOW_QUEUES }),
    actor: 'system:executor',
    logger,
    metrics,
  });
  health.addCheck('worker', () => worker.check());
  await worker.start();
  return [link, { stop: http.stop }, worker];
});

async function handlersOf(directory: string | undefined, tell: (trouble: string) => void): Promise<LoadedHandlers> {
  if (directory === undefined) return { handlers: [], jobs: [], troubles: [] };
  const loaded = await loadHandlers(directory).catch((cause: Error) => {
    throw new BootError(
      `The handlers in ${directory} cannot be read (${cause.message}): set JOBFLOW_HANDLERS to a directory that exists.`,
    );
  });
  for (const trouble of loaded.troubles) tell(trouble);
  return loaded;
}
