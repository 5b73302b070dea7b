import { encodePosition, limits, mergePositions, type Position, ZERO } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { settledState } from '../definitions/settled-state.js';
import { ApiError } from '../errors/api-error.js';
import { badUserInput, idempotencyMismatch, queueFull } from '../errors/refusals.js';
import { catchUpWithLog } from '../run-log/catch-up-with-log.js';
import { logGauge } from '../run-log/log-gauge.js';
import { type Appending, appendRuns } from './append-runs.js';
import type { Claim } from './claim.js';
import { claimKeys, type KeyedRun, releaseKeys } from './claim-keys.js';
import { enqueueFields } from './enqueue-fields.js';
import type { EnqueueInput } from './enqueue-input.js';
import { type PreparedRun, prepareRuns } from './prepare-runs.js';
import { requestHash } from './request-hash.js';

/** What became of one request. `born` is the event's own definition; absent for a run that existed before. */
export interface Enqueued {
  id: string;
  duplicate: boolean;
  born?: PreparedRun & { seq: number };
}

export interface EnqueuedAll {
  runs: Enqueued[];
  position: string;
}

/** Enqueues all of these or none, in their order. Paths of wrong fields begin with what `pathOf` gives. */
export async function enqueueRuns(
  ctx: Context,
  inputs: readonly EnqueueInput[],
  pathOf: (index: number) => string,
): Promise<EnqueuedAll> {
  if (inputs.length < 1 || inputs.length > limits.enqueueMany) {
    throw badUserInput({ inputs: `must have 1 to ${limits.enqueueMany} items` });
  }
  const store = await settledState(ctx);
  const wanted = inputs.map((input, n) => ({ job: input.job, fields: enqueueFields(input), path: pathOf(n) }));
  const prepared = prepareRuns(ctx, store, wanted);
  if (!(await logGauge(ctx).admits())) throw queueFull();
  const keyed = prepared.some(({ run }) => run.idempotencyKey !== undefined || run.uniqueKey !== undefined);
  return keyed ? enqueueKeyed(ctx, inputs, prepared) : enqueueFresh(ctx, prepared);
}

async function enqueueFresh(ctx: Context, prepared: readonly PreparedRun[]): Promise<EnqueuedAll> {
  const last = await appendRuns(ctx, prepared);
  const runs = prepared.map((born, n) => ({
    id: born.run.id,
    duplicate: false,
    born: { ...born, seq: seqOf(last, prepared.length, n) },
  }));
  return { runs, position: encodePosition({ ...ZERO, runs: last }) };
}

/** The sequence of message n of a unit of which the last one's is known. */
const seqOf = (last: number, length: number, n: number): number => Math.max(1, last - (length - 1) + n);

async function enqueueKeyed(
  ctx: Context,
  inputs: readonly EnqueueInput[],
  prepared: readonly PreparedRun[],
): Promise<EnqueuedAll> {
  const claims = await takeKeys(ctx, inputs, prepared);
  const appending = new Map<string, Appending>();
  for (const [n, claim] of claims.entries()) {
    const born = prepared[n] as PreparedRun;
    if (claim.kind === 'fresh') appending.set(born.run.id, born);
    else if (claim.kind === 'existing' && claim.status === undefined) appending.set(claim.runId, again(born, claim));
  }
  const born = [...appending.values()];
  let passed: Position = ctx.live.position();
  const places = new Map<string, PreparedRun & { seq: number }>();
  if (born.length > 0) {
    const last = await appendOrRelease(ctx, born);
    for (const [n, one] of born.entries()) places.set(one.run.id, { ...one, seq: seqOf(last, born.length, n) });
    passed = mergePositions(passed, { ...ZERO, runs: last });
  }
  const runs = claims.map((claim, n): Enqueued => {
    const id = claim.kind === 'existing' ? claim.runId : (prepared[n] as PreparedRun).run.id;
    const place = places.get(id);
    return { id, duplicate: claim.kind === 'existing', ...(place && { born: place }) };
  });
  return { runs, position: encodePosition(passed) };
}

/**
 * The keys' claims, where a run whose key was taken before is looked for until the read model has caught up: what is
 * not there then never reached the log.
 */
async function takeKeys(
  ctx: Context,
  inputs: readonly EnqueueInput[],
  prepared: readonly PreparedRun[],
): Promise<Claim[]> {
  const now = new Date(ctx.clock.now());
  const wanted = prepared.map(({ run }, n): KeyedRun => {
    const key = run.idempotencyKey;
    const idempotency = key === undefined ? undefined : { key, hash: requestHash(inputs[n] as EnqueueInput) };
    return { job: run.job, runId: run.id, idempotency, uniqueKey: run.uniqueKey };
  });
  const claims = await claimKeys(ctx.db, wanted, now);
  const mismatch = claims.find((claim) => claim.kind === 'mismatch');
  if (mismatch) {
    await releaseKeys(
      ctx.db,
      wanted.map(({ runId }) => runId),
    );
    throw idempotencyMismatch(mismatch.key);
  }
  await lookAgain(ctx, claims);
  return claims;
}

async function lookAgain(ctx: Context, claims: readonly Claim[]): Promise<void> {
  const missing = claims.flatMap((claim) => (claim.kind === 'existing' && claim.status === undefined ? [claim] : []));
  if (missing.length === 0) return;
  await catchUpWithLog(ctx).catch(() => false);
  const rows = await ctx.db.query<{ id: string; status: 'QUEUED' }>(
    'select id, status from read.runs where id = any($1::uuid[])',
    [missing.map((claim) => claim.runId)],
  );
  const found = new Map(rows.map((row) => [row.id, row.status]));
  for (const claim of missing) claim.status = found.get(claim.runId);
}

/**
 * The same run once more: it may be on its way after all, so whoever executes it must check first, and the fold takes
 * only one of them.
 */
function again(born: PreparedRun, claim: { runId: string; createdAt: Date }): Appending {
  return { ...born, run: { ...born.run, id: claim.runId, createdAt: claim.createdAt.getTime() }, verify: true };
}

async function appendOrRelease(ctx: Context, runs: readonly Appending[]): Promise<number> {
  try {
    return await appendRuns(ctx, runs);
  } catch (error) {
    // A refusal is certain, so nobody may be held up by its keys; anything else may have been stored.
    const fresh = runs.filter(({ verify }) => !verify).map(({ run }) => run.id);
    if (error instanceof ApiError && fresh.length > 0) await releaseKeys(ctx.db, fresh);
    throw error;
  }
}
