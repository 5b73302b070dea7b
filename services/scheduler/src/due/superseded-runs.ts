import { shardOf } from '@jobflow/contracts';
import type { Clock, Logger, NatsLink, Service } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import type { Shards } from '../shards/shard-locks.js';
import { createRounds } from '../time/rounds.js';
import { type DueRow, dueRows } from './due-rows.js';
import { type LevelPosition, levelKey, levelPositions, levelsOf, readModelCaughtUp } from './message-positions.js';
import type { RowQueue } from './queue-due-row.js';

export interface SupersededRuns extends Service {
  /** A run that is due, and whose former message may still be started by a worker. */
  add(row: Pick<DueRow, 'id' | 'queue'>): void;
  size(): number;
}

interface Dependencies {
  db: Db;
  link: NatsLink;
  rows: RowQueue;
  shards: Shards;
  clock: Clock;
  logger: Logger;
}

/** A worker that starts a message unasked has heard of every reschedule that is older: twice HEARD_MS of its control feed. */
export const HEARD_WITHIN_MS = 5_000;
/** Clocks of those who reschedule and ours may differ by so much. */
const SKEW_MS = 5_000;
const LOOK_MS = 100;
const AGAIN_MS = 1_000;
/** Looked at together. */
const MOST_AT_ONCE = 250;
/** Beyond, they are left to the next sweep. Some 5 MB. */
const MOST = 20_000;
const CAUGHT_UP_MS = 2_000;

/** When each run was rescheduled last, by the clock of whoever did it. */
const RESCHEDULED = `select run_id as id, max((e->>'at')::float8) as at
  from read.timelines, json_array_elements(events) as e
  where run_id = any($1::uuid[]) and e->>'type' = 'RunRescheduled' and (e->>'accepted')::boolean group by run_id`;

/**
 * Queues rescheduled runs anew whose former message was in the log (see `reschedule-run.ts` of domain). That message may
 * be with a worker that starts it without asking, so a run must be known to be safe from it, by one of these:
 *
 *   - no worker has had the message, and whoever gets it from now on has heard of the reschedule, and asks first
 *   - the message has been acknowledged: what became of it is in the log, and the read model has that
 *
 * Otherwise a worker has it now. It starts it, which the fold lets count, or it hears of the reschedule and lets it go,
 * or it is lost and the message goes to another, who asks. Whichever it is, the log will tell.
 */
export function createSupersededRuns({ db, link, rows, shards, clock, logger }: Dependencies): SupersededRuns {
  const waiting = new Map<string, { queue: string; since: number; lookAt: number }>();
  const rounds = createRounds({
    ...{ clock, logger, round: look },
    everyMs: LOOK_MS,
    rests: () => waiting.size === 0,
    failure: 'rescheduled runs cannot be queued anew now',
  });

  const isOwn = (queue: string) => shards.heldSince(shardOf(queue)) !== undefined;

  async function look(): Promise<void> {
    const now = clock.now();
    const ids: string[] = [];
    for (const [id, entry] of waiting) {
      if (!isOwn(entry.queue)) waiting.delete(id);
      else if (entry.lookAt <= now && ids.length < MOST_AT_ONCE) ids.push(id);
    }
    if (ids.length === 0) return;
    for (const id of ids) again(id);
    const known = await stillSuperseded(ids);
    const heard = await heardEverywhere(known);
    const free = await beyondStarting(heard);
    if (free.length === 0 || !(await readModelCaughtUp(link, db, CAUGHT_UP_MS))) return;
    const messages = new Map(free.map((row) => [row.id, row.queued_seq]));
    // As they are now: what became of an acknowledged message is seen by now.
    for (const row of await stillSuperseded(free.map(({ id }) => id))) {
      if (messages.get(row.id) !== row.queued_seq) continue;
      const later = await rows.queue(row, { verify: true });
      if (later === undefined) waiting.delete(row.id);
    }
  }

  function again(id: string): void {
    const entry = waiting.get(id);
    if (entry) entry.lookAt = clock.now() + AGAIN_MS;
  }

  /** Their rows; those that are over otherwise are forgotten. */
  async function stillSuperseded(ids: readonly string[]): Promise<DueRow[]> {
    const found = (await dueRows(db, [...ids])).filter((row) => row.superseded && isDue(row));
    const still = new Set(found.map(({ id }) => id));
    for (const id of ids) if (!still.has(id)) waiting.delete(id);
    return found;
  }

  const isDue = (row: DueRow) => (row.due_at?.getTime() ?? 0) <= clock.now();

  /** Every worker has had the time to hear of the reschedule: by when it was said, or by when we saw it. */
  async function heardEverywhere(found: readonly DueRow[]): Promise<DueRow[]> {
    if (found.length === 0) return [];
    const said = await db.query<{ id: string; at: number }>(RESCHEDULED, [found.map(({ id }) => id)]);
    const saidAt = new Map(said.map(({ id, at }) => [id, at]));
    const now = clock.now();
    return found.filter(({ id }) => {
      const seenFor = now - (waiting.get(id)?.since ?? now);
      return seenFor >= HEARD_WITHIN_MS || now - (saidAt.get(id) ?? now) >= HEARD_WITHIN_MS + SKEW_MS;
    });
  }

  async function beyondStarting(found: readonly DueRow[]): Promise<DueRow[]> {
    const seqs = found.flatMap(({ queued_seq }) => queued_seq ?? []);
    const levels = await levelsOf(link, seqs);
    const distinct = new Map([...levels.values()].map((level) => [levelKey(level), level]));
    const positions = await levelPositions(link, [...distinct.values()]);
    const byLevel = new Map(positions.map((position) => [levelKey(position), position]));
    return found.filter(({ queued_seq: seq }) => {
      if (seq === null) return false;
      const level = levels.get(seq);
      // No message that a worker has not finished is ever removed from the log.
      if (!level) return true;
      const position: LevelPosition | undefined = byLevel.get(levelKey(level));
      return position !== undefined && (seq > position.delivered || seq <= position.ackFloor);
    });
  }

  return {
    add({ id, queue }) {
      if (rounds.stopped() || waiting.has(id) || waiting.size >= MOST) return;
      const now = clock.now();
      waiting.set(id, { queue, since: now, lookAt: now });
      rounds.within(LOOK_MS);
    },
    size: () => waiting.size,
    start: rounds.start,
    stop: rounds.stop,
  };
}
