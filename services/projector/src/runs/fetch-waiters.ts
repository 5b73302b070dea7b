import { concurrencyKeysOf, isOfOneRun, type RunState } from '@jobflow/domain';
import type { DbSession, Queryable } from '@jobflow/read-model';
import type { ReadCommits } from '../projection/read-commits.js';
import { runIdOf } from './fold-runs.js';
import { loadStates } from './load-states.js';
import type { RunCache } from './run-cache.js';
import { Waiters } from './waiters.js';

type Commits = ReadCommits<'run'>['commits'];

const MOST_KEYS = 100_001;
const WAITS = `status = 'QUEUED' and limit_key is not null and next_attempt_at is null`;
const COUNTS = `select limit_key as key, count(*)::int as count from read.runs where ${WAITS} group by limit_key limit ${MOST_KEYS}`;
const OLDEST = `select w.id from unnest($1::text[], $2::int[]) as wanted(key, most)
  cross join lateral (
    select id from read.runs where ${WAITS} and limit_key = wanted.key order by limited_since, id limit wanted.most) as w`;

/** Who waits now, by number. */
export async function loadWaiters(db: Queryable): Promise<Waiters> {
  return new Waiters(await db.query<{ key: string; count: number }>(COUNTS));
}

/**
 * How many of the oldest waiters of each key a batch may come to need: an event wakes at most one of a key, and may
 * besides take its own run out of the line.
 */
export function waitersNeeded(commits: Commits, cache: Pick<RunCache, 'get'>, waiters: Waiters): Map<string, number> {
  const needed = new Map<string, number>();
  const born = new Map<string, string[]>();
  const keysOf = (id: string) => new Set([...(cache.get(id)?.limitKeys ?? []), ...(born.get(id) ?? [])]);
  const need = (keys: Set<string>, runId: string) => {
    const waitsFor = cache.get(runId)?.limitKey;
    if (waitsFor !== undefined) keys.add(waitsFor);
    for (const key of keys) if (waiters.mayWait(key)) needed.set(key, (needed.get(key) ?? 0) + 2);
  };
  for (const { commit } of commits) {
    for (const event of commit.events) {
      if (event.type === 'FlowCancelRequested') {
        for (const runId of event.runIds) need(keysOf(runId), runId);
        continue;
      }
      if (PASSIVE.has(event.type) || !isOfOneRun(event)) continue;
      const id = runIdOf(event);
      if (event.type === 'RunQueued' || event.type === 'RunPlanned') {
        const keys = concurrencyKeysOf(event.run);
        if (keys) born.set(id, [...(born.get(id) ?? []), ...keys]);
        // An input of templates has its keys only now: both sets may matter in this batch.
        if (keys && event.run.flow?.templated) need(new Set(keys), id);
      }
      const keys = keysOf(id);
      if (event.type === 'RunLimited') {
        keys.add(event.key);
        // A run that did not carry the key does from here on.
        born.set(id, [...keys]);
      }
      need(keys, id);
    }
  }
  return needed;
}

/** They neither end an attempt nor take a run out of a line. */
const PASSIVE: ReadonlySet<string> = new Set(['RunStarted', 'RunProgressed', 'RunClaimed']);

/** The oldest waiters, with all that was folded before written to Postgres; their states are in the cache afterwards. */
export async function fetchWaiters(
  session: DbSession,
  needed: ReadonlyMap<string, number>,
  cache: RunCache,
): Promise<RunState[]> {
  const rows = await session.prepared<{ id: string }>('oldest-waiters', OLDEST, [
    [...needed.keys()],
    [...needed.values()],
  ]);
  const unknown = rows.filter(({ id }) => cache.get(id) === undefined).map(({ id }) => id);
  if (unknown.length > 0) for (const state of await loadStates(session, unknown)) cache.set(state.id, state);
  return rows.flatMap(({ id }) => cache.get(id) ?? []);
}
