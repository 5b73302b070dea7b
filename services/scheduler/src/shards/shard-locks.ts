import { randomInt } from 'node:crypto';
import { SHARDS } from '@jobflow/contracts';
import type { Clock, Logger, Service } from '@jobflow/platform';
import { type Db, type DbSession, openLockSession } from '@jobflow/read-model';
import { createRounds } from '../time/rounds.js';
import { shareOut } from './share-out.js';

/** Which shards this process looks after. Nobody else does at the same time, as far as Postgres knows. */
export interface Shards {
  /** Since when, by this process's clock; undefined if it does not hold it. */
  heldSince(shard: number): number | undefined;
  held(): number[];
}

export interface ShardLocks extends Shards, Service {
  trouble(): string | undefined;
}

interface Dependencies {
  db: Db;
  clock: Clock;
  logger: Logger;
  /** Shards came or went. */
  onChange(change: { taken: number[]; lost: number[] }): void;
}

/** "JFSM" and "JFSS" in ASCII: the two families of advisory locks. */
const MEMBER_LOCKS = 0x4a46534d;
const SHARD_LOCKS = 0x4a465353;
const LOOK_MS = 500;
/** How long a look may take. Past it, what it said before is no longer trusted, and everything is let go. */
const TRUST_MS = 5_000;

/**
 * Shares the shards out among all schedulers that live. Each holds one advisory lock that says it is there and one per
 * shard, all in one database session: when a process dies, Postgres lets go of them, and the next look of the others,
 * within half a second, takes them. A look: who is there → who is to hold what → let go of what others are to hold, try
 * to take what this one is.
 *
 * A lock is no fence: a process that was cut off may go on for a moment. What it then queues is queued under the same
 * message id as by the next holder, and the fold counts one queueing.
 */
export function createShardLocks({ db, clock, logger, onChange }: Dependencies): ShardLocks {
  const held = new Map<number, number>();
  let session: DbSession | undefined;
  let member = 0;
  let trouble: string | undefined;
  const rounds = createRounds({
    ...{ clock, logger, round: lookInTime },
    everyMs: LOOK_MS,
    failure: 'the shards cannot be shared out now',
  });

  function letGo(why: string): void {
    const lost = [...held.keys()];
    held.clear();
    const broken = session;
    session = undefined;
    trouble = why;
    if (broken) void broken.end();
    if (lost.length === 0) return;
    logger.warn({ why, shards: lost }, 'lost all shards');
    onChange({ taken: [], lost });
  }

  async function open(): Promise<DbSession> {
    const opened: DbSession = await openLockSession(db, (error) => {
      if (session === opened) letGo(error.message);
    });
    try {
      for (;;) {
        member = randomInt(2 ** 31 - 1);
        if (await tryLock(opened, MEMBER_LOCKS, member)) return opened;
      }
    } catch (error) {
      await opened.end().catch(() => undefined);
      throw error;
    }
  }

  async function look(turn: { over: boolean }): Promise<void> {
    const own = session ?? (await open());
    if (turn.over) return own.end();
    session = own;
    const holders = shareOut(await members(own), SHARDS);
    const mine = new Set(holders.flatMap((holder, shard) => (holder === member ? [shard] : [])));
    const lost = [...held.keys()].filter((shard) => !mine.has(shard));
    // First stop looking after them, then let the others have them.
    for (const shard of lost) held.delete(shard);
    if (lost.length > 0) onChange({ taken: [], lost });
    for (const shard of lost) await own.query('select pg_advisory_unlock($1, $2)', [SHARD_LOCKS, shard]);
    const taken: number[] = [];
    for (const shard of mine) {
      if (!held.has(shard) && (await tryLock(own, SHARD_LOCKS, shard))) taken.push(shard);
    }
    if (turn.over || session !== own) return;
    for (const shard of taken) held.set(shard, clock.now());
    trouble = undefined;
    if (taken.length === 0 && lost.length === 0) return;
    logger.info({ taken, lost, held: held.size }, 'shards moved');
    if (taken.length > 0) onChange({ taken, lost: [] });
  }

  async function lookInTime(): Promise<void> {
    const turn = { over: false };
    const late = Promise.withResolvers<never>();
    const limit = clock.setTimer(TRUST_MS, () => late.reject(new Error('Postgres does not answer')));
    try {
      await Promise.race([look(turn), late.promise]);
    } catch (error) {
      if (!rounds.stopped()) letGo(error instanceof Error ? error.message : String(error));
    } finally {
      turn.over = true;
      limit.cancel();
    }
  }

  return {
    heldSince: (shard) => held.get(shard),
    held: () => [...held.keys()],
    trouble: () => trouble,
    async start() {
      if (rounds.stopped()) return;
      await lookInTime();
      await rounds.start();
    },
    async stop() {
      await rounds.stop();
      held.clear();
      await session?.end();
      session = undefined;
    },
  };
}

async function tryLock(on: DbSession, family: number, key: number): Promise<boolean> {
  const [row] = await on.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [family, key]);
  return row?.mine === true;
}

/** The member locks of this database: objsubid 2 marks locks of two keys. */
async function members(on: DbSession): Promise<number[]> {
  const rows = await on.query<{ member: number }>(
    `select objid::bigint as member from pg_locks
     where locktype = 'advisory' and granted and objsubid = 2 and classid::bigint = $1
       and database = (select oid from pg_database where datname = current_database())`,
    [MEMBER_LOCKS],
  );
  return rows.map((row) => row.member);
}
