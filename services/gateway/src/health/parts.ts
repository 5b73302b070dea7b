import { RUNS_STREAM } from '@jobflow/contracts';
import type { Clock, NatsLink, SecretBox } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { RateCounter } from '../limits/rate-counter.js';
import { keyHealth } from '../secrets/key-health.js';
import type { LiveFeed } from '../subscriptions/live-tick.js';
import { runParts } from './run-parts.js';
import type { Examine, Finding } from './system-health.js';

export interface HealthParts {
  db: Db;
  link: NatsLink;
  live: LiveFeed;
  counter: RateCounter;
  secretBox: SecretBox;
  /** Writes are limited, so Redis matters. */
  limited: boolean;
  clock: Clock;
}

const ok = (message: string): Finding => ({ status: 'OK', message });
const silentMs = 5_000;
const farBehind = 20_000;

/** What the gateway can tell about the platform, by code. */
export function healthParts({
  db,
  link,
  live,
  counter,
  secretBox,
  limited,
  clock,
}: HealthParts): Record<string, Examine> {
  return {
    gateway: () => ok('The API answers.'),
    log: () =>
      link.connected()
        ? ok('The log takes events.')
        : {
            status: 'DOWN',
            message: 'The log (NATS) cannot be reached: nothing can be changed or started.',
            action: 'Start NATS again, or check NATS_URL. The gateway reconnects by itself.',
          },
    async postgres() {
      await db.query('select 1');
      return ok('The database answers.');
    },
    async projector() {
      if (live.silentForMs() > silentMs) {
        return {
          status: 'DOWN',
          message: 'No projector has been heard of lately: what is shown may be old.',
          action: 'Start a projector. Nothing is lost: it catches up by itself.',
        };
      }
      const { state } = await link.jsm.streams.info(RUNS_STREAM);
      const behind = Math.max(0, state.last_seq - live.position().runs);
      if (behind < farBehind) return ok('What is shown is up to date.');
      return { status: 'DEGRADED', message: `What is shown is ${behind} events behind and catching up.` };
    },
    async executors() {
      const [row] = await db.query<{ online: number }>(
        `select count(*)::int as online from read.workers
         where status in ('ONLINE', 'DRAINING') and last_heartbeat_at > now() - interval '15 s'`,
      );
      if (row?.online)
        return ok(row.online === 1 ? 'One worker is connected.' : `${row.online} workers are connected.`);
      return {
        status: 'DEGRADED',
        message: 'No worker is connected: runs wait in their queues.',
        action: 'Start an executor.',
      };
    },
    redis() {
      if (counter.shared()) return ok('Limits are shared between gateways.');
      return {
        status: 'DEGRADED',
        message: `Redis cannot be reached: runs under limits wait, ${limited ? 'writes are not limited, ' : ''}sign-ins are throttled by each gateway alone.`,
        action: 'Start Redis again, or check REDIS_URL. The gateway reconnects by itself.',
      };
    },
    secrets: () => keyHealth(db, secretBox),
    ...runParts(db, clock),
  };
}
