import type { Queryable } from '@jobflow/read-model';
import { type Claim, existing, type KeyRow, keyId } from './claim.js';

export interface UniqueRun {
  job: string;
  key: string;
  runId: string;
}

/**
 * Inserts the row, or puts the new run in place of one that has ended. The conflicting row is locked while its run is
 * looked at, so of two that come at once the second sees the first's run, which has not ended. A run that is in no
 * read model a day after its key was taken was removed with its day.
 */
const TAKE = `
  insert into gateway.unique_keys as u (job, key, run_id, created_at)
  select job, key, run_id, $4 from unnest($1::text[], $2::text[], $3::uuid[]) as w(job, key, run_id) order by job, key
  on conflict (job, key) do update set run_id = excluded.run_id, created_at = excluded.created_at
    where exists (select from read.runs r where r.id = u.run_id and r.status in ('SUCCEEDED','FAILED','CANCELLED','EXPIRED'))
       or (u.created_at < excluded.created_at - interval '1 day' and not exists (select from read.runs r where r.id = u.run_id))
  returning job, key`;
const OWNERS = `
  select u.job, u.key, u.run_id, u.created_at, r.status
  from unnest($1::text[], $2::text[]) as w(job, key)
  join gateway.unique_keys u using (job, key) left join read.runs r on r.id = u.run_id`;

/** Takes unique keys, each of them once: one round trip, and a second if some are held by runs that have not ended. */
export async function takeUniqueKeys(db: Queryable, runs: readonly UniqueRun[], now: Date): Promise<Claim[]> {
  if (runs.length === 0) return [];
  const jobs = runs.map((run) => run.job);
  const keys = runs.map((run) => run.key);
  const taken = await db.query<{ job: string; key: string }>(TAKE, [jobs, keys, runs.map((run) => run.runId), now]);
  if (taken.length === runs.length) return runs.map(() => ({ kind: 'fresh' }));
  const ours = new Set(taken.map((row) => keyId(row.job, row.key)));
  const owners = new Map((await db.query<KeyRow>(OWNERS, [jobs, keys])).map((row) => [keyId(row.job, row.key), row]));
  return runs.map((run) => {
    const id = keyId(run.job, run.key);
    const owner = owners.get(id);
    return ours.has(id) || !owner ? { kind: 'fresh' } : existing(owner);
  });
}
