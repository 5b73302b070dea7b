import { DELIVERIES_STREAM, type DeliveryEvent } from '@jobflow/contracts';
import { pgJson, type Queryable } from '@jobflow/read-model';
import type { Projection } from '../projection/projection.js';
import { type ReadCommits, readCommits } from '../projection/read-commits.js';

/** Folds notifications: what is to be delivered, and what became of it. */
export function deliveriesProjection(changed: () => void): Projection<ReadCommits<'delivery'>> {
  return {
    stream: DELIVERIES_STREAM,
    gapless: false,
    async load() {},
    async fold(messages) {
      return readCommits('delivery', messages);
    },
    async write(tx, { commits }) {
      for (const { seq, commit } of commits) for (const event of commit.events) await writeDelivery(tx, event, seq);
    },
    rejectedOf: ({ rejected }) => rejected,
    committed: changed,
  };
}

async function writeDelivery(tx: Queryable, event: DeliveryEvent, seq: number): Promise<void> {
  switch (event.type) {
    case 'DeliveryQueued':
      // Due at once; a repeated effect names the same delivery and changes nothing.
      await tx.query(
        `insert into read.deliveries (id, channel_id, kind, target, url, run_id, job, event, body, status, created_at, next_attempt_at, changed_seq)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PENDING', to_timestamp($10 / 1000.0), to_timestamp($10 / 1000.0), $11) on conflict (id) do nothing`,
        [
          event.id,
          event.channelId ?? null,
          event.kind,
          event.target,
          event.url ?? null,
          event.runId ?? null,
          event.job ?? null,
          event.event,
          event.body,
          event.createdAt,
          seq,
        ],
      );
      return;
    case 'DeliveryAttempted': {
      const { next } = event;
      const status = { succeeded: 'SUCCEEDED', retry: 'RETRYING', failed: 'FAILED' }[next.kind];
      await tx.query(
        `update read.deliveries set attempts = attempts || $2::jsonb, status = $3, reason = $4,
           next_attempt_at = to_timestamp($5::float8 / 1000.0), changed_seq = $6
         where id = $1 and status in ('PENDING', 'RETRYING') and jsonb_array_length(attempts) < ($7)::int`,
        [
          event.id,
          pgJson([event.attempt]),
          status,
          next.kind === 'failed' ? next.reason : null,
          next.kind === 'retry' ? next.at : null,
          seq,
          event.attempt.number,
        ],
      );
      return;
    }
    case 'DeliverySuppressed':
      await tx.query(
        `update read.deliveries set status = 'SUPPRESSED', reason = $2, next_attempt_at = null, changed_seq = $3
         where id = $1 and status in ('PENDING', 'RETRYING')`,
        [event.id, event.reason, seq],
      );
      return;
    default:
      return event satisfies never;
  }
}
