import { branchOf, branchToken, levelsOf as levelsOfQueue, type QueueBranch, shardOf } from '@jobflow/contracts';
import type { Clock, Logger, NatsLink, QueuePlace, Service, StateStore } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { type DueRow, dueRows } from '../due/due-rows.js';
import {
  type Level,
  type LevelPosition,
  levelKey,
  levelPositions,
  levelsOf,
  readModelCaughtUp,
} from '../due/message-positions.js';
import type { RowQueue } from '../due/queue-due-row.js';
import type { SchedulerMetrics } from '../scheduler-metrics.js';
import type { Shards } from '../shards/shard-locks.js';
import { createRounds } from '../time/rounds.js';

export interface Reconciler extends Service {
  /** Runs whose message had been lost: how many were queued again, and when it last happened. */
  found(): { runs: number; lastAt: number } | undefined;
}

/** Of a branch: whose. */
type AskedLevel = Level & { of: QueueBranch | undefined };
/** By `levelKey`; a level that could not be asked is missing. */
type Positions = ReadonlyMap<string, AskedLevel & LevelPosition>;

interface Dependencies {
  db: Db;
  link: NatsLink;
  store: StateStore;
  rows: RowQueue;
  shards: Shards;
  clock: Clock;
  logger: Logger;
  metrics: SchedulerMetrics;
  /** Makes sure that the queue has a branch for such runs. */
  ensureBranch(place: QueuePlace): Promise<unknown>;
  everyMs?: number | undefined;
}

const EVERY_MS = 60_000;
const CAUGHT_UP_MS = 10_000;
/** The most that is queued again by one pass. */
const MOST = 1_000;
/** Rows looked at by one pass; the next goes on from there, and round again. */
const PAGE = 50_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Of a page of queued runs, those whose message their level has done with, and the level of their branch too where there
 * is one: in which of the two it is, its row does not say, and what waits behind a backlog of one must not be taken for lost by
 * the other. So one that is lost in one of them is found when the other has come as far. One that a worker has claimed
 * is with that worker, whatever the acknowledgements say.
 */
const LOST = `with page as materialized (
    select id, queue, priority, kind, job, queued_seq, next_attempt_at, limit_key, worker_id from read.runs
    where status = 'QUEUED' and id > $1 order by id limit ${PAGE})
  select (select count(*) from page) as seen, (select id from page order by id desc limit 1) as last,
    array(select p.id from page p
      join unnest($2::text[], $3::smallint[], $4::bigint[]) as f(queue, priority, floor)
        on f.queue = p.queue and f.priority = p.priority and p.queued_seq <= f.floor
      where p.next_attempt_at is null and p.limit_key is null and p.worker_id is null
        and not exists (select from unnest($5::text[], $6::smallint[], $7::text[], $8::text[], $9::bigint[])
            as b(queue, priority, kind, job, floor)
          where b.queue = p.queue and b.priority = p.priority and b.kind = p.kind and (b.job is null or b.job = p.job)
            and p.queued_seq > b.floor)
      order by p.id limit ${MOST}) as lost`;

/**
 * Finds runs that wait for a worker although their message is gone: acknowledged without an outcome, or passed over by a
 * consumer that was made anew. There should be none, ever. The order is the argument: first where each consumer's
 * acknowledgements end (1), then the end of the log (2), then the read model at or past it (3): whatever an
 * acknowledgement followed from is in the rows by then. A run that is still queued, with its message at or below (1), has
 * nobody who would start it (4). Nothing is ever inferred from how long a run has waited.
 *
 * What is found is queued again, marked to be verified. Done by the one scheduler that holds the shard of `default`.
 */
export function createReconciler(dependencies: Dependencies): Reconciler {
  const { db, link, store, rows, shards, clock, logger, metrics, ensureBranch, everyMs = EVERY_MS } = dependencies;
  let after = FIRST_ID;
  let found: { runs: number; lastAt: number } | undefined;
  const rounds = createRounds({
    ...{ clock, logger, everyMs, round: pass },
    failure: 'lost messages cannot be looked for now',
  });

  const levels = (): AskedLevel[] =>
    [...store.queues.values()].flatMap(({ state }) =>
      levelsOfQueue(state).map(({ priority, branch: of }) => ({
        ...{ queue: state.name, priority, of },
        ...(of && { branch: branchToken(of) }),
      })),
    );

  async function pass(): Promise<void> {
    if (shards.heldSince(shardOf('default')) === undefined || !link.connected()) return;
    const asked = levels();
    const found = await levelPositions(link, asked);
    const positions: Positions = new Map(found.map((position) => [levelKey(position), position]));
    if (!(await readModelCaughtUp(link, db, CAUGHT_UP_MS))) {
      logger.info('the read model is behind the log: lost messages are looked for later');
      return;
    }
    const lost = await nextPage(asked, positions);
    if (lost.length > 0 && !rounds.stopped()) await queueAgain(lost, positions);
  }

  async function nextPage(asked: readonly AskedLevel[], positions: Positions): Promise<string[]> {
    const main = [...positions.values()].filter(({ of }) => !of);
    const branches = asked.filter(({ of }) => of);
    const [page] = await db.query<{ seen: number; last: string | null; lost: string[] }>(LOST, [
      after,
      main.map(({ queue }) => queue),
      main.map(({ priority }) => priority),
      main.map(({ doneUpTo }) => doneUpTo),
      branches.map(({ queue }) => queue),
      branches.map(({ priority }) => priority),
      branches.map(({ of }) => of?.kind),
      branches.map(({ of }) => of?.job ?? null),
      // One that could not be asked is done with nothing.
      branches.map((level) => positions.get(levelKey(level))?.doneUpTo ?? 0),
    ]);
    if (!page) return [];
    // With more than are dealt with now, the rest of this page comes next.
    if (page.lost.length === MOST) after = page.lost.at(-1) ?? FIRST_ID;
    else after = page.seen < PAGE || page.last === null ? FIRST_ID : page.last;
    return page.lost;
  }

  async function queueAgain(ids: string[], positions: Positions): Promise<void> {
    const candidates = (await dueRows(db, ids)).filter(isQueued);
    // The message itself says which level it is in.
    const levelBySeq = await levelsOf(
      link,
      candidates.flatMap(({ queued_seq }) => queued_seq ?? []),
    );
    const levelOf = ({ queued_seq: seq }: DueRow) => levelBySeq.get(seq ?? 0);
    const unread = candidates.find((row) => {
      const level = levelOf(row);
      return level?.branch !== undefined && !positions.has(levelKey(level));
    });
    // Somebody who knows of no branches wrote the queue without it.
    if (unread) await makeBranch(unread);
    const lost = candidates.filter((row) => isDoneWith(row, levelOf(row), positions));
    const runs = lost.map(({ id }) => id);
    if (runs.length === 0) return;
    logger.error({ runs: runs.slice(0, 20), count: runs.length }, 'queued runs had lost their message: queued again');
    metrics.reconciled(runs.length);
    found = { runs: (found?.runs ?? 0) + runs.length, lastAt: clock.now() };
    for (const row of lost) {
      if (rounds.stopped()) return;
      await rows.queue({ ...row, next_attempt_at: new Date(clock.now()) }, { verify: true });
    }
  }

  async function makeBranch({ id, queue, priority, kind, job }: DueRow): Promise<void> {
    const { branches } = store.queues.get(queue)?.state ?? {};
    if (branchOf({ branches }, { kind, job })?.levels.includes(priority)) return;
    logger.warn({ queue, priority, job, runId: id }, 'a branch of a queue was forgotten, and is made again');
    await ensureBranch({ queue, priority, run: { kind, job } });
  }

  return { found: () => found, start: rounds.start, stop: rounds.stop };
}

const isQueued = (row: DueRow): boolean =>
  row.status === 'QUEUED' && row.next_attempt_at === null && row.limit_key === null && row.queued_seq !== null;

function isDoneWith({ queued_seq: seq }: DueRow, level: Level | undefined, positions: Positions): boolean {
  // Not in the log any more: nobody can read it.
  if (seq === null || !level) return seq !== null;
  const at = positions.get(levelKey(level));
  return at !== undefined && seq <= at.ackFloor;
}
