import { type Reason, type WaitFacts, whyNotRunning } from '@jobflow/domain';
import type { Context } from '../context/context.js';
import { logGauge } from '../enqueue/log-gauge.js';
import { isAbleTo, isOnline, listWorkers, serves } from '../workers/list-workers.js';
import type { Run } from './run.js';

/** Runs ahead are counted up to this many. */
const COUNTED = 1_000;

/** Why a run does not run yet, in words, from what is known now. Empty once it runs. */
export async function whyWaiting(ctx: Context, run: Run): Promise<Reason[]> {
  const waits =
    run.status === 'SCHEDULED' || run.status === 'RETRYING' || run.status === 'QUEUED' || run.status === 'BLOCKED';
  if (!waits) return [];
  const queued = run.status === 'QUEUED';
  const [workers, ahead, logFull] = await Promise.all([
    queued ? workersFor(ctx, run) : undefined,
    queued ? countAhead(ctx, run.id) : undefined,
    logGauge(ctx).isFull(),
  ]);
  const { status, job, kind, queue, attempt, maxAttempts } = run;
  const reasons = whyNotRunning({
    now: ctx.clock.now(),
    run: {
      ...{ status, job, kind, queue, attempt, maxAttempts },
      dueAt: run.dueAt ?? undefined,
      nextAttemptAt: run.nextAttemptAt ?? undefined,
      queuedAt: run.queuedAt ?? undefined,
      waitReason: run.waitReason ?? undefined,
      waitSince: run.waitSince ?? undefined,
    },
    queue: ctx.stateStore.queues.get(queue)?.state,
    job: ctx.stateStore.jobs.get(job)?.state,
    workers,
    ahead,
    logFull,
  });
  return reasons.map(capped);
}

const capped = (reason: Reason): Reason =>
  reason.ahead !== undefined && reason.ahead > COUNTED
    ? { ...reason, ahead: COUNTED, message: `More than ${COUNTED} runs are ahead of it` }
    : reason;

async function workersFor(ctx: Context, run: Run): Promise<WaitFacts['workers']> {
  const serving = (await listWorkers(ctx)).filter((worker) => isOnline(worker) && serves(worker, run.queue));
  const reason = serving
    .flatMap(({ beat }) => beat.kinds)
    .find(({ kind, reason: why }) => kind === run.kind && why !== undefined)?.reason;
  const able = serving.filter((worker) => isAbleTo(worker, run.job, run.kind)).length;
  return { serving: serving.length, able, ...(able === 0 && { reason }) };
}

/** The index of living runs is in the order of their ids, so what is ahead is found first and the limit ends the search. */
const AHEAD = `
  select r.id, (select count(*) from (
    select from read.runs o where o.status = 'QUEUED' and o.next_attempt_at is null and o.queue = r.queue and o.id <> r.id
      and (o.priority > r.priority or (o.priority = r.priority and (o.queued_at, o.id) < (r.queued_at, r.id)))
    limit ${COUNTED + 1}) as ahead) as n
  from read.runs r where r.id = any($1::uuid[])`;

async function countAhead(ctx: Context, id: string): Promise<number | undefined> {
  const loader = ctx.loaders.of('ahead', async (ids: readonly string[]) => {
    const rows = await ctx.db.query<{ id: string; n: number }>(AHEAD, [ids]);
    const counts = new Map(rows.map((row) => [row.id, row.n]));
    return ids.map((one) => counts.get(one));
  });
  return loader.load(id);
}
