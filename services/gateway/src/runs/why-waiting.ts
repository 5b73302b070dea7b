import { canCarryOut, servesQueue } from '@jobflow/contracts';
import { type Reason, type WaitFacts, whyNotRunning } from '@jobflow/domain';
import type { Context } from '../context/context.js';
import { unendedParents } from '../flows/flow-nodes.js';
import { logGauge } from '../run-log/log-gauge.js';
import { isOnline, limitsTroubleOf, listWorkers } from '../workers/list-workers.js';
import type { Run } from './run.js';

/** Runs ahead are counted up to this many. */
const COUNTED = 1_000;
/** Of so many that may be. */
const LOOKED_AT = 10_000;

/** Whether the runs of this handler or kind have a branch in their queue. */
const inBranch = (
  of: string,
): string => `exists (select from unnest($2::text[], $3::text[], $4::text[]) as b(queue, kind, job)
      where b.queue = ${of}.queue and b.kind = ${of}.kind and (b.job is null or b.job = ${of}.job))`;

/** Why a run does not run yet, in words, from what is known now. Empty once it runs. */
export async function whyWaiting(ctx: Context, run: Run): Promise<Reason[]> {
  const waits =
    run.status === 'SCHEDULED' || run.status === 'RETRYING' || run.status === 'QUEUED' || run.status === 'BLOCKED';
  if (!waits) return [];
  const queued = run.status === 'QUEUED';
  // Whoever waits for a limit is in no queue: nobody there is ahead of it.
  const inQueue = queued && !run.limitKey;
  const settings = ctx.stateStore.queues.get(run.queue)?.state;
  const [workers, ahead, logFull, limit, running, parents] = await Promise.all([
    queued ? workersFor(ctx, run) : undefined,
    inQueue ? countAhead(ctx, run) : undefined,
    logGauge(ctx).isFull(),
    queued && run.limitKey ? limitFacts(ctx, run.id, run.limitKey) : undefined,
    inQueue && settings?.concurrency !== undefined ? runningIn(ctx, run.queue) : undefined,
    run.status === 'BLOCKED' ? unendedParents(ctx.db, run) : undefined,
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
      limits: ctx.stateStore.jobs.get(job)?.state.limits,
    },
    limit,
    parents,
    queue: settings && { ...settings, running },
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
  const serving = (await listWorkers(ctx)).filter((worker) => isOnline(worker) && servesQueue(worker, run.queue));
  const reason = serving
    .flatMap(({ beat }) => beat.kinds)
    .find(({ kind, reason: why }) => kind === run.kind && why !== undefined)?.reason;
  const able = serving.filter(({ beat }) => canCarryOut(beat, run));
  return {
    serving: serving.length,
    able: able.length,
    ...(able.length === 0 && { reason }),
    limitsTrouble: limitsTroubleOf(able),
  };
}

/**
 * The index of living runs is in the order of their ids, so what is ahead is found first and the limits end the search. What
 * is in another branch of the queue is not in the way.
 */
const AHEAD = `
  select r.id, (select count(*) from (
    select from (
      select o.kind, o.job, o.queue from read.runs o
      where o.status = 'QUEUED' and o.next_attempt_at is null and o.limit_key is null and o.queue = r.queue and o.id <> r.id
        and (o.priority > r.priority or (o.priority = r.priority and (o.queued_at, o.id) < (r.queued_at, r.id)))
      limit ${LOOKED_AT}) as before
    where case when ${inBranch('r')} then before.kind = r.kind and (r.kind <> 'HANDLER' or before.job = r.job)
      else not ${inBranch('before')} end
    limit ${COUNTED + 1}) as ahead) as n
  from read.runs r where r.id = any($1::uuid[])`;

async function countAhead(ctx: Context, { id, queue }: Run): Promise<number | undefined> {
  // Names of queues have no spaces.
  const loader = ctx.loaders.of('ahead', async (keys: readonly string[]) => {
    const asked = keys.map((key) => key.split(' ') as [string, string]);
    const branches = [...new Set(asked.map(([name]) => name))].flatMap((name) => {
      const { branches: some = [] } = ctx.stateStore.queues.get(name)?.state ?? {};
      return some.map((branch) => ({ ...branch, queue: name }));
    });
    const rows = await ctx.db.query<{ id: string; n: number }>(AHEAD, [
      asked.map(([, one]) => one),
      branches.map((branch) => branch.queue),
      branches.map(({ kind }) => kind),
      branches.map(({ job }) => job ?? null),
    ]);
    const counts = new Map(rows.map((row) => [row.id, row.n]));
    return asked.map(([, one]) => counts.get(one));
  });
  return loader.load(`${queue} ${id}`);
}

/** Who runs under a key now, and who has waited longer for it: up to 1,000 of each. */
const LIMIT = `
  select (select count(*)::int from (
      select from read.runs o where o.status = 'RUNNING' and o.limit_keys @> array[$2] limit ${COUNTED}) as held) as running,
    (select count(*)::int from (
      select from read.runs o, read.runs r where r.id = $1 and o.status = 'QUEUED' and o.limit_key = $2 and o.next_attempt_at is null
        and (o.limited_since, o.id) < (r.limited_since, r.id) limit ${COUNTED}) as line) as before`;

async function limitFacts(ctx: Context, id: string, key: string) {
  const [row] = await ctx.db.query<{ running: number; before: number }>(LIMIT, [id, key]);
  return { key, running: row?.running ?? 0, waitingBefore: row?.before ?? 0 };
}

async function runningIn(ctx: Context, queue: string): Promise<number> {
  const [row] = await ctx.db.query<{ running: number }>('select running from read.queue_stats where queue = $1', [
    queue,
  ]);
  return row?.running ?? 0;
}
