import type { Db, Queryable } from '@jobflow/read-model';
import { type Claim, keyId } from './claim.js';
import { moveIdempotencyKeys, takeIdempotencyKeys } from './idempotency-keys.js';
import { takeUniqueKeys } from './unique-keys.js';

/** A run that is about to be enqueued, perhaps under keys. */
export interface KeyedRun {
  job: string;
  runId: string;
  idempotency?: { key: string; hash: string } | undefined;
  uniqueKey?: string | undefined;
}

/**
 * Takes the keys of these runs or says whose they are, in the order of the runs. If any idempotency key was used with
 * other fields, none is taken.
 */
export async function claimKeys(db: Db, runs: readonly KeyedRun[], now: Date): Promise<Claim[]> {
  // With both kinds on one run, others must not see the first before the second has decided.
  const both = runs.some((run) => run.idempotency && run.uniqueKey !== undefined);
  return both ? db.tx((tx) => claimIn(tx, runs, now)) : claimIn(db, runs, now);
}

async function claimIn(db: Queryable, runs: readonly KeyedRun[], now: Date): Promise<Claim[]> {
  const claims: Claim[] = runs.map(() => ({ kind: 'fresh' }));
  const byKey = groupBy(runs, claims, (run) => run.idempotency?.key);
  for (const [at, leader] of byKey.followers) {
    const key = runs[at]?.idempotency;
    if (key && key.hash !== runs[leader]?.idempotency?.hash) claims[at] = { kind: 'mismatch', key: key.key };
  }
  if (claims.some(({ kind }) => kind === 'mismatch')) return claims;
  await take(
    runs,
    claims,
    byKey.leaders,
    (run) => ({ ...base(run), key: '', hash: '', ...run.idempotency }),
    (keyed) => takeIdempotencyKeys(db, keyed, now),
  );
  if (claims.some(({ kind }) => kind === 'mismatch')) return claims;

  const byUnique = groupBy(runs, claims, (run, at) => (byKey.followers.has(at) ? undefined : run.uniqueKey));
  await take(
    runs,
    claims,
    byUnique.leaders,
    (run) => ({ ...base(run), key: run.uniqueKey ?? '' }),
    (keyed) => takeUniqueKeys(db, keyed, now),
  );
  follow(runs, claims, byUnique.followers, now);
  await moveIdempotencyKeys(db, movedBy(runs, claims, [...byUnique.leaders, ...byUnique.followers.keys()]));
  follow(runs, claims, byKey.followers, now);
  return claims;
}

const base = ({ job, runId }: KeyedRun) => ({ job, runId });

/** Among runs that are still free: the first under each key, and who of the same batch comes after it. */
function groupBy(
  runs: readonly KeyedRun[],
  claims: readonly Claim[],
  keyOf: (run: KeyedRun, at: number) => string | undefined,
) {
  const first = new Map<string, number>();
  const followers = new Map<number, number>();
  for (const [at, run] of runs.entries()) {
    const key = claims[at]?.kind === 'fresh' ? keyOf(run, at) : undefined;
    if (key === undefined) continue;
    const leader = first.get(keyId(run.job, key));
    if (leader === undefined) first.set(keyId(run.job, key), at);
    else followers.set(at, leader);
  }
  return { leaders: [...first.values()], followers };
}

async function take<K>(
  runs: readonly KeyedRun[],
  claims: Claim[],
  leaders: readonly number[],
  keyed: (run: KeyedRun) => K,
  ask: (keyed: K[]) => Promise<Claim[]>,
): Promise<void> {
  if (leaders.length === 0) return;
  const answers = await ask(leaders.map((at) => keyed(runs[at] as KeyedRun)));
  for (const [n, at] of leaders.entries()) claims[at] = answers[n] as Claim;
}

/** Who shares a key with an earlier run of the batch is that run, or whatever that one turned out to be. */
function follow(runs: readonly KeyedRun[], claims: Claim[], followers: ReadonlyMap<number, number>, now: Date): void {
  for (const [at, leader] of followers) {
    const claim = claims[leader] as Claim;
    const { runId } = runs[leader] as KeyedRun;
    claims[at] = claim.kind === 'fresh' ? { kind: 'existing', runId, createdAt: now, status: 'QUEUED' } : claim;
  }
}

/** Idempotency keys just taken for runs that a unique key then gave to others. */
function movedBy(runs: readonly KeyedRun[], claims: readonly Claim[], candidates: readonly number[]) {
  return candidates.flatMap((at) => {
    const run = runs[at] as KeyedRun;
    const claim = claims[at];
    return run.idempotency && claim?.kind === 'existing'
      ? [{ job: run.job, key: run.idempotency.key, runId: claim.runId }]
      : [];
  });
}

/** Gives back the keys of runs that the log refused. */
export async function releaseKeys(db: Queryable, runIds: readonly string[]): Promise<void> {
  await db.query('delete from gateway.idempotency where run_id = any($1::uuid[])', [runIds]);
  await db.query('delete from gateway.unique_keys where run_id = any($1::uuid[])', [runIds]);
}
