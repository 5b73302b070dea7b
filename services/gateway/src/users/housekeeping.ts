import type { Clock, Logger, Service, Timer } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Authenticator } from '../auth/authenticator.js';
import type { RefreshSessions } from '../auth/refresh-sessions.js';
import { sweepOperations } from '../bulk/read-bulk.js';
import { sweepAudit } from './audit.js';

export interface HousekeepingParts {
  db: Db;
  sessions: RefreshSessions;
  authenticator: Authenticator;
  clock: Clock;
  logger: Logger;
}

const flushEveryMs = 15_000;
const sweepEveryMs = 3_600_000;

/** Writes down when keys were used, and deletes what is kept no longer: expired sessions, old audit lines, bulk operations of long ago. */
export function createHousekeeping({ db, sessions, authenticator, clock, logger }: HousekeepingParts): Service {
  let timer: Timer | undefined;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    try {
      await authenticator.flush();
      if (clock.now() - sweptAt < sweepEveryMs) return;
      sweptAt = clock.now();
      await sessions.sweep();
      await sweepAudit(db, clock.now());
      await sweepOperations(db, clock.now());
    } catch (error) {
      logger.warn({ err: error }, 'housekeeping failed; it is tried again');
    }
  }

  const again = () => {
    timer = clock.setTimer(flushEveryMs, () => {
      working = work().finally(() => timer && again());
    });
  };

  return {
    start: async () => again(),
    async stop() {
      timer?.cancel();
      timer = undefined;
      await working;
      await authenticator.flush().catch(() => undefined);
    },
  };
}
