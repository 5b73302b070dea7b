import type { Queryable } from '@jobflow/read-model';
import { type Claim, existing, type KeyRow, keyId } from './claim.js';

export interface IdempotentRun {
  job: string;
  key: string;
  hash: string;
  runId: string;
}

/** All or none: with a mismatch among them nothing is inserted. */
const TAKE = `
  with wanted as (select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) as w(job, key, hash, run_id)),
  found as (select i.*, w.hash as wanted_hash from wanted w join gateway.idempotency i using (job, key)),
  inserted as (
    insert into gateway.idempotency (job, key, hash, run_id, created_at)
    select job, key, hash, run_id, $5 from wanted where not exists (select from found where hash <> wanted_hash)
    order by job, key on conflict (job, key) do nothing returning *)
  select job, key, hash, run_id, created_at, null as status, true as inserted from inserted
  union all
  select f.job, f.key, f.hash, f.run_id, f.created_at, r.status, false from found f left join read.runs r on r.id = f.run_id`;

type Row = KeyRow & { hash: string; inserted: boolean };

/** Takes idempotency keys, each of them once, in one round trip. Whoever inserts the row enqueues the run. */
export async function takeIdempotencyKeys(db: Queryable, runs: readonly IdempotentRun[], now: Date): Promise<Claim[]> {
  const rows = new Map<string, Row>();
  // A row that another transaction committed in between is in neither half of the answer: it is there at the next look.
  for (let tries = 0, open = runs; open.length > 0; tries++) {
    if (tries === 10) throw new Error('idempotency rows neither insert nor show');
    const columns = [open.map((r) => r.job), open.map((r) => r.key), open.map((r) => r.hash), open.map((r) => r.runId)];
    for (const row of await db.query<Row>(TAKE, [...columns, now])) rows.set(keyId(row.job, row.key), row);
    if ([...rows.values()].some((row) => !row.inserted && row.hash !== hashOf(runs, row))) break;
    open = runs.filter((run) => !rows.has(keyId(run.job, run.key)));
  }
  return runs.map((run) => {
    const row = rows.get(keyId(run.job, run.key));
    if (!row || row.inserted) return { kind: 'fresh' };
    return row.hash === run.hash ? existing(row) : { kind: 'mismatch', key: run.key };
  });
}

const hashOf = (runs: readonly IdempotentRun[], row: Row): string | undefined =>
  runs.find((run) => run.job === row.job && run.key === row.key)?.hash;

/** Lets keys lead to other runs than those they were just taken for. */
export async function moveIdempotencyKeys(
  db: Queryable,
  moves: readonly { job: string; key: string; runId: string }[],
): Promise<void> {
  if (moves.length === 0) return;
  await db.query(
    `update gateway.idempotency i set run_id = w.run_id from unnest($1::text[], $2::text[], $3::uuid[]) as w(job, key, run_id)
     where i.job = w.job and i.key = w.key`,
    [moves.map((m) => m.job), moves.map((m) => m.key), moves.map((m) => m.runId)],
  );
}
