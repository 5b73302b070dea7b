import { type KeptPolicies, shardOf } from '@jobflow/contracts';
import { parseLimitKey } from '@jobflow/domain';
import type { Clock, Logger, Service, StateStore } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Shards } from '../shards/shard-locks.js';
import { createRounds } from '../time/rounds.js';
import { dueRows } from './due-rows.js';
import type { RowQueue } from './queue-due-row.js';

interface Dependencies {
  db: Db;
  rows: RowQueue;
  store: StateStore;
  shards: Shards;
  clock: Clock;
  logger: Logger;
}

interface Line {
  key: string;
  queue: string;
  limits: KeptPolicies['limits'] | null;
}

const LOOK_MS = 5_000;
/** Whoever waits less is woken by an end that is on its way. */
const PATIENCE_MS = 10_000;
const MOST_KEYS = 1_000;
const MOST_WOKEN = 50;

const WAITS = `status = 'QUEUED' and limit_key is not null and next_attempt_at is null`;
/** The head of each line, if it has waited for long. */
const LINES = `select key, queue, limits from (
    select distinct on (limit_key) limit_key as key, queue, policy->'limits' as limits, wait_since from read.runs
    where ${WAITS} order by limit_key, limited_since, id) as heads
  where wait_since <= $1 limit ${MOST_KEYS}`;
const HOLDERS = `select key, count(*)::int as running from read.runs, unnest(limit_keys) as key
  where status = 'RUNNING' and limit_keys is not null and key = any($1::text[]) group by key`;
const OLDEST = `select id from read.runs where ${WAITS} and limit_key = $1 order by limited_since, id limit $2`;

/**
 * Wakes runs that wait for a permit although fewer run than may. The fold wakes one at each end of a run that held a
 * permit; this is for what it cannot know (see `permit-waits.ts` of domain): a limit was raised or lifted, a worker died
 * before the log heard of what it held. Waking one too many costs little: it is refused again and keeps its place.
 */
export function createWaiterWatch({ db, rows, store, shards, clock, logger }: Dependencies): Service {
  const rounds = createRounds({
    ...{ clock, logger, round: look },
    everyMs: LOOK_MS,
    failure: 'runs that wait for limits cannot be looked up now',
  });

  function mostOf({ key, limits }: Line): number {
    const parsed = parseLimitKey(key);
    if (parsed?.of === 'queue')
      return store.queues.get(parsed.name)?.state.concurrencyPerKey ?? Number.POSITIVE_INFINITY;
    const job = parsed && store.jobs.get(parsed.name);
    return (job ? job.state.limits.concurrency : limits?.concurrency) ?? Number.POSITIVE_INFINITY;
  }

  async function look(): Promise<void> {
    if (shards.held().length === 0) return;
    const found = await db.query<Line>(LINES, [new Date(clock.now() - PATIENCE_MS)]);
    const lines = found.filter(({ queue }) => shards.heldSince(shardOf(queue)) !== undefined);
    if (lines.length === 0) return;
    const held = await db.query<{ key: string; running: number }>(HOLDERS, [lines.map(({ key }) => key)]);
    const running = new Map(held.map((row) => [row.key, row.running]));
    for (const line of lines) {
      const room = Math.min(MOST_WOKEN, mostOf(line) - (running.get(line.key) ?? 0));
      if (room > 0 && !rounds.stopped()) await wake(line.key, room);
    }
  }

  async function wake(key: string, most: number): Promise<void> {
    const ids = await db.query<{ id: string }>(OLDEST, [key, most]);
    const waiting = await dueRows(
      db,
      ids.map(({ id }) => id),
    );
    logger.info({ key, runs: waiting.length }, 'runs wait for a limit that has room: they are queued again');
    // As if their time had come: the row has the last word, and a wake of the fold has the same message id.
    for (const row of waiting) await rows.queue({ ...row, next_attempt_at: new Date(clock.now()) });
  }

  return rounds;
}
