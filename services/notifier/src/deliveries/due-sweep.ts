import type { Clock, Logger, Service } from '@jobflow/platform';
import type { Queryable } from '@jobflow/read-model';
import type { Ownership } from '../ownership/ownership.js';
import type { PendingDelivery } from './delivery.js';
import type { DeliveryQueue } from './delivery-queue.js';

const EVERY_MS = 5_000;
const AHEAD_MS = 30_000;
const PAGE = 5_000;
/** Of each endpoint: one that is down and has thousands waiting must not fill the page and hide the others. */
const PER_ENDPOINT = 100;

interface Row {
  id: string;
  channel_id: string | null;
  url: string | null;
  event: string;
  body: string;
  tried: number;
  next_attempt_at: Date;
}

/** Looks for deliveries that are due: after a restart, a takeover, a long wait. The row is the truth. */
export function createDueSweep(
  db: Queryable,
  queue: DeliveryQueue,
  ownership: Ownership,
  clock: Clock,
  logger: Logger,
): Service {
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    const rows = await db.query<Row>(
      `with due as (
         select id, next_attempt_at,
           row_number() over (partition by coalesce(channel_id, url) order by next_attempt_at, id) as place
         from read.deliveries where status in ('PENDING', 'RETRYING') and next_attempt_at <= $1)
       select id, channel_id, url, event, body, jsonb_array_length(attempts) as tried, d.next_attempt_at
       from due join read.deliveries d using (id) where place <= $2 order by place, d.next_attempt_at limit $3`,
      [new Date(clock.now() + AHEAD_MS), PER_ENDPOINT, PAGE],
    );
    for (const row of rows) if (ownership.owns(row.channel_id ?? row.id)) queue.offer(pendingOf(row));
  }
  return {
    async start() {
      timer ??= setInterval(() => {
        sweeping ??= sweep()
          .catch((error: unknown) => logger.warn({ err: error }, 'due deliveries could not be looked for'))
          .finally(() => {
            sweeping = undefined;
          });
      }, EVERY_MS);
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

const pendingOf = (row: Row): PendingDelivery => ({
  id: row.id,
  channelId: row.channel_id ?? undefined,
  url: row.url ?? undefined,
  event: row.event,
  body: row.body,
  number: row.tried + 1,
  dueAt: row.next_attempt_at.getTime(),
});
