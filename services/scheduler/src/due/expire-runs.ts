import { controlSubject, shardOf } from '@jobflow/contracts';
import type { Clock, EventLog, Logger, Service, StateStore } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Shards } from '../shards/shard-locks.js';
import { createRounds } from '../time/rounds.js';
import { expiredRuns } from './due-rows.js';
import { otherQueues } from './other-queues.js';

/** Records that these runs have expired, unless that was done lately. */
export type ExpireRuns = (runs: readonly { id: string; queue: string }[]) => Promise<void>;

interface Dependencies {
  db: Db;
  log: EventLog;
  store: StateStore;
  shards: Shards;
  clock: Clock;
  logger: Logger;
}

const LOOK_MS = 1_000;
const MOST = 500;
/** A run in the log may be starting just now: whoever pulls it checks its expiry; only what nobody pulls is left to us. */
const GRACE_MS = 5_000;
/** How long the read model may take to show it, before it is recorded again: which the fold refuses. */
const LATELY_MS = 30_000;

/** Ends runs whose expiresAt has passed while they wait. */
export function createExpiry(dependencies: Dependencies): Service & { expire: ExpireRuns } {
  const { db, log, store, shards, clock, logger } = dependencies;
  const lately = new Map<string, number>();

  const isOwn = (queue: string) => shards.heldSince(shardOf(queue)) !== undefined;

  const expire: ExpireRuns = async (runs) => {
    const at = clock.now();
    for (const [id, since] of lately) {
      if (at - since < LATELY_MS) break;
      lately.delete(id);
    }
    const byQueue = Map.groupBy(
      runs.filter(({ id }) => !lately.has(id)),
      ({ queue }) => queue,
    );
    for (const [queue, expired] of byQueue) {
      const events = expired.map(({ id }) => ({ type: 'RunExpired' as const, runId: id, at }));
      const appended = await log.append({ messages: [{ subject: controlSubject(queue), events }] });
      if (appended.ok) for (const { id } of expired) lately.set(id, at);
      else logger.warn({ queue, reason: appended.reason }, 'expired runs cannot be recorded now');
    }
  };

  async function look(): Promise<void> {
    if (shards.held().length === 0) return;
    const rows = await expiredRuns(db, clock.now(), GRACE_MS, otherQueues(store, isOwn), MOST);
    await expire(rows.filter(({ queue }) => isOwn(queue)));
  }

  const rounds = createRounds({
    ...{ clock, logger, round: look },
    everyMs: LOOK_MS,
    failure: 'expired runs cannot be looked up now',
  });

  return { expire, start: rounds.start, stop: rounds.stop };
}
