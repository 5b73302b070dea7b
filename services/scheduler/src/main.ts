import {
  connectionConfig,
  connectNats,
  ensureStreams,
  milliseconds,
  readConfig,
  refuseToStart,
  runService,
} from '@jobflow/platform';
import { openReadModel } from '@jobflow/read-model';
import { createScheduler } from './scheduler.js';

await runService('scheduler', async ({ health, logger, instanceId, metrics }) => {
  const { NATS_URL, DATABASE_URL } = connectionConfig;
  const config = readConfig('scheduler', {
    NATS_URL,
    DATABASE_URL,
    JOBFLOW_RECONCILE_MS: milliseconds.default(60_000),
  });
  const db = await openReadModel(config.DATABASE_URL, { name: 'scheduler', max: 4 }).catch(refuseToStart);
  const link = await connectNats(config.NATS_URL, { name: 'scheduler', logger });
  await ensureStreams(link);
  const scheduler = await createScheduler({
    link,
    db,
    logger,
    instanceId,
    metrics,
    reconcileMs: config.JOBFLOW_RECONCILE_MS,
  });
  health.addCheck('nats', () =>
    link.connected() ? { ok: true } : { ok: false, message: 'NATS is away; reconnecting' },
  );
  health.addCheck('shards', () => {
    const trouble = scheduler.trouble();
    return trouble
      ? { ok: false, message: trouble }
      : { ok: true, message: `holds ${scheduler.shards().length} of 16` };
  });
  health.addCheck('messages', () => {
    const found = scheduler.reconciled();
    if (!found) return { ok: true, message: 'no queued run has lost its message' };
    return {
      ok: true,
      message: `${found.runs} queued runs had lost their message, the last at ${new Date(found.lastAt).toISOString()}: they were queued again`,
      action: 'Find out who acknowledges messages or recreates consumers besides Jobflow; the log names the runs.',
    };
  });
  await scheduler.start();
  return [{ stop: () => db.stop() }, link, scheduler];
});
