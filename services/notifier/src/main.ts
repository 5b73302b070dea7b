import {
  cidrs,
  connectionConfig,
  connectNats,
  createSecretBox,
  encryptionConfig,
  ensureStreams,
  readConfig,
  refuseToStart,
  runService,
  secretKeysOf,
  systemClock,
} from '@jobflow/platform';
import { openReadModel } from '@jobflow/read-model';
import { z } from 'zod';
import { createNotifier } from './notifier.js';

await runService('notifier', async ({ health, logger, version }) => {
  const { NATS_URL, DATABASE_URL } = connectionConfig;
  const config = readConfig('notifier', {
    NATS_URL,
    DATABASE_URL,
    ...encryptionConfig,
    JOBFLOW_ALLOW_CIDRS: cidrs.default([]),
    JOBFLOW_CALLBACK_SECRET: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'is not whsec_ and base64')
      .describe('whsec_ and base64 of at least 24 random bytes'),
    JOBFLOW_PUBLIC_URL: z.url().default('http://127.0.0.1:4000'),
  });
  const db = await openReadModel(config.DATABASE_URL, { name: 'notifier', max: 3 }).catch(refuseToStart);
  const link = await connectNats(config.NATS_URL, { name: 'notifier', logger });
  await ensureStreams(link);
  const notifier = createNotifier({
    link,
    db,
    box: createSecretBox(secretKeysOf(config)),
    clock: systemClock,
    logger,
    allow: config.JOBFLOW_ALLOW_CIDRS,
    callbackSecret: config.JOBFLOW_CALLBACK_SECRET,
    publicUrl: config.JOBFLOW_PUBLIC_URL,
    version,
  });
  health.addCheck('nats', () =>
    link.connected() ? { ok: true } : { ok: false, message: 'NATS is away; reconnecting' },
  );
  health.addCheck('postgres', async () => {
    const answers = await db.query('select 1').then(
      () => true,
      () => false,
    );
    return answers
      ? { ok: true }
      : { ok: false, message: 'Postgres is away', action: 'start it, or check DATABASE_URL' };
  });
  await notifier.start();
  return [{ stop: () => db.stop() }, link, notifier];
});
