import { connectionConfig, connectNats, ensureStreams, readConfig, refuseToStart, runService } from '@jobflow/platform';
import { openReadModel } from '@jobflow/read-model';
import { createProjector } from './projector.js';

await runService('projector', async ({ health, logger }) => {
  const { NATS_URL, DATABASE_URL } = connectionConfig;
  const config = readConfig('projector', { NATS_URL, DATABASE_URL });
  const db = await openReadModel(config.DATABASE_URL, { name: 'projector', max: 4 }).catch(refuseToStart);
  const link = await connectNats(config.NATS_URL, { name: 'projector', logger });
  await ensureStreams(link);
  const projector = createProjector({ link, db, logger });
  health.addCheck('projection', () => {
    const [trouble] = projector.troubles();
    return trouble
      ? { ok: false, message: `${trouble.stream}: ${trouble.message}` }
      : { ok: true, message: projector.role() };
  });
  health.addCheck('nats', () =>
    link.connected() ? { ok: true } : { ok: false, message: 'NATS is away; reconnecting' },
  );
  health.addCheck('rejected', () => {
    const count = projector.rejected();
    return count === 0
      ? { ok: true }
      : {
          ok: true,
          message: `${count} messages that no schema accepts are in read.rejected`,
          action: 'look at read.rejected',
        };
  });
  await projector.start();
  return [{ stop: () => db.stop() }, link, projector];
});
