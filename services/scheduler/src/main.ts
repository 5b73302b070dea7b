import { BootError, connectionConfig, connectNats, ensureStreams, readConfig, runService } from '@jobflow/platform';
import { createDb } from '@jobflow/read-model';
import { createScheduler } from './scheduler.js';

await runService('scheduler', async ({ health, logger, instanceId, metrics }) => {
  const { NATS_URL, DATABASE_URL } = connectionConfig;
  const config = readConfig('scheduler', { NATS_URL, DATABASE_URL });
  const db = await createDb(config.DATABASE_URL, { name: 'scheduler', max: 4 });
  await db.query('select 1 from read.runs limit 1').catch((cause: Error) => {
    throw new BootError(
      `The read model cannot be used (${cause.message}): check DATABASE_URL, and run \`jobflow migrate\` first.`,
    );
  });
  const link = await connectNats(config.NATS_URL, { name: 'scheduler', logger });
  await ensureStreams(link);
  const scheduler = await createScheduler({ link, db, logger, instanceId, metrics });
  health.addCheck('nats', () =>
    link.connected() ? { ok: true } : { ok: false, message: 'NATS is away; reconnecting' },
  );
  health.addCheck('shards', () => {
    const trouble = scheduler.trouble();
    return trouble
      ? { ok: false, message: trouble }
      : { ok: true, message: `holds ${scheduler.shards().length} of 16` };
  });
  await scheduler.start();
  return [{ stop: () => db.stop() }, link, scheduler];
});
