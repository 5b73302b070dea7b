import type { Clock, NatsLink, Stoppable } from '@jobflow/platform';
import type { Logger } from 'pino';
import { RECLAIM_WINDOW_MS } from '../intake/epoch-guard.js';
import type { AssembledEngine } from './assemble-engine.js';
import { every } from './every.js';

const MEET_AGAIN_MS = 500;
/** Away for so long, what ran here may have been given to others. */
const LONG_AWAY_MS = 15_000;

/**
 * Learns the epoch of the server, now and after every reconnect. When the server is a new process, or was away for long,
 * what runs here is claimed again at once. To be called before the pull loop starts: its reconnect must come second.
 */
export async function keepEpoch(
  link: NatsLink,
  { epoch, suspects, workers, engine }: AssembledEngine,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Stoppable> {
  let known = link.nc.info?.server_id;
  let awaySince = clock.now();
  await epoch.meet();
  suspects.holdUntil(epoch.settledAt);
  const retry = every(clock, MEET_AGAIN_MS, () => {
    if (!link.connected()) return;
    epoch.meet().catch((reason) => logger.warn({ reason: String(reason) }, 'the server is not known yet'));
  });
  const offLost = link.onDisconnected(() => {
    awaySince = clock.now();
  });
  const offBack = link.onConnected(() => {
    workers.listenAnew();
    const serverId = link.nc.info?.server_id;
    if (serverId === known && clock.now() - awaySince < LONG_AWAY_MS) return;
    if (serverId !== known) suspects.holdUntil(clock.now() + RECLAIM_WINDOW_MS);
    known = serverId;
    logger.info({ server: serverId }, 'the server may have given away what runs here: claiming it again');
    engine.reclaim().catch((error) => logger.error({ err: error }, 'claiming again failed'));
  });
  return {
    async stop() {
      offLost();
      offBack();
      await retry.stop();
    },
  };
}
