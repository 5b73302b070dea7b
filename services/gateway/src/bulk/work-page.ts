import { isTerminal, live, ZERO } from '@jobflow/contracts';
import type { BulkOperationRow } from '@jobflow/read-model';
import { logGauge } from '../run-log/log-gauge.js';
import {
  type BulkItem,
  type BulkParts,
  type Failure,
  PAGE_RUNS,
  pageSize,
  takePage,
  withTargets,
} from './bulk-page.js';
import { endedAlready, isCancelling, isDone, makesRuns, notMovable, notOpen } from './judge-item.js';
import { planBackfill } from './plan-backfill.js';
import { type PagePlan, planEvents } from './plan-page.js';
import { planRuns } from './plan-runs.js';
import { readOperation } from './read-bulk.js';
import { endOperation, settlePage } from './settle-page.js';

export type PageStep = { ended: true } | { ended: false; waitMs: number };

/** Something outside is not ready: the page is tried again, and nothing of it is lost. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

const CATCH_UP_MS = 5_000;
/** What was looked at longer ago than this is looked at again before anything is appended. */
const STALE_MS = 30_000;

/**
 * Does the next page of an operation: looks at its runs in a read model that has all of the log, appends what is to
 * be done to them, waits for the fold's verdict, and counts. It may be broken off anywhere: what it appended is found
 * in the read model by the next try, of this process or another, and is not done again.
 */
export async function workPage(parts: BulkParts, id: string, held: AbortSignal): Promise<PageStep> {
  const { db, clock } = parts;
  const startedAt = clock.now();
  const operation = await readOperation(db, id);
  if (operation?.status !== 'RUNNING') return { ended: true };
  const items = await takePage(db, operation, operation.aborting ? PAGE_RUNS : pageSize(operation.options));
  if (items.length === 0) return end(parts, operation, 'FINISHED');
  await caughtUp(parts, await logGauge(parts).end());
  if (operation.aborting) return abort(parts, operation, items);

  const plan = await planPage(parts, operation, items);
  if (held.aborted || clock.now() - startedAt > STALE_MS) throw new NotNow('this page took too long to prepare');
  const seq = await append(parts, plan);
  if (seq > 0) await caughtUp(parts, seq);
  if (operation.action === 'CANCEL') hint(parts, plan);
  const { done, failures } = await judge(parts, operation, items, plan.failures);
  await settlePage(db, operation, { items, done, failures, seq });
  const { perSecond } = operation.options;
  const spent = clock.now() - startedAt;
  return { ended: false, waitMs: perSecond ? Math.max(0, (items.length * 1_000) / perSecond - spent) : 0 };
}

async function end(
  { db, clock }: BulkParts,
  operation: BulkOperationRow,
  status: 'FINISHED' | 'ABORTED',
): Promise<PageStep> {
  await endOperation(db, operation, status, clock.now());
  return { ended: true };
}

/** The page that was under way when its gateway died counts as far as it got; the rest is left alone. */
async function abort(parts: BulkParts, operation: BulkOperationRow, items: BulkItem[]): Promise<PageStep> {
  const seen = await withTargets(parts.db, items, false);
  const made = await madeRuns(parts, seen);
  const done = seen.filter((item) => isDone(operation, item, made));
  if (done.length > 0) {
    await settlePage(parts.db, operation, { items: done, done: done.length, failures: new Map(), seq: 0 });
  }
  return end(parts, operation, 'ABORTED');
}

/** Waits until the read model has the log up to here. */
async function caughtUp({ live: feed }: BulkParts, runs: number): Promise<void> {
  if (await feed.waitForPosition({ ...ZERO, runs }, CATCH_UP_MS)) return;
  throw new NotNow('the read model is behind the log');
}

async function planPage(parts: BulkParts, operation: BulkOperationRow, items: BulkItem[]): Promise<PagePlan> {
  if (!makesRuns(operation)) return planEvents(operation, await withTargets(parts.db, items, false));
  if (!(await logGauge(parts).admits())) throw new NotNow('the log takes no new runs until older ones have ended');
  if (!(await parts.stateStore.waitFor(operation.options.stateSeq, CATCH_UP_MS)))
    throw new NotNow('the definitions are behind');
  if (operation.action === 'BACKFILL') return planBackfill(parts, operation, items, await madeRuns(parts, items));
  const { options } = operation;
  const seen = await withTargets(parts.db, items, options.input === undefined);
  const plan = await planRuns(parts, operation, seen, await madeRuns(parts, seen));
  for (const [k, item] of items.entries()) item.made = seen[k]?.made ?? null;
  return plan;
}

/** Which of the runs that were to be made are there. */
async function madeRuns({ db }: BulkParts, items: readonly BulkItem[]): Promise<ReadonlySet<string>> {
  const ids = items.flatMap(({ made }) => made ?? []);
  if (ids.length === 0) return new Set();
  const rows = await db.query<{ id: string }>('select id from read.runs where id = any($1::uuid[])', [ids]);
  return new Set(rows.map((row) => row.id));
}

/** The last sequence; 0 if there was nothing to append. A unit that was refused is met again by the next try. */
async function append({ log }: BulkParts, { units }: PagePlan): Promise<number> {
  const answers = await Promise.allSettled(units.map((unit) => log.append(unit)));
  let last = 0;
  for (const answer of answers) {
    if (answer.status === 'rejected') throw answer.reason;
    if (!answer.value.ok) throw new NotNow('the log is full');
    last = Math.max(last, answer.value.seq);
  }
  return last;
}

/** Executors hear of it at once; the log tells them for certain. */
function hint({ link }: BulkParts, { units }: PagePlan): void {
  for (const event of units.flatMap((unit) => unit.messages.flatMap((message) => message.events ?? []))) {
    if (event.type === 'RunCancelRequested') link.nc.publish(live.cancel, JSON.stringify({ runId: event.runId }));
  }
}

/** What became of each item, by the fold's verdict. */
async function judge(
  parts: BulkParts,
  operation: BulkOperationRow,
  items: BulkItem[],
  refused: ReadonlyMap<number, Failure>,
): Promise<{ done: number; failures: Map<number, Failure> }> {
  const failures = new Map(refused);
  const left = items.filter((item) => !refused.has(item.n));
  const seen = await withTargets(parts.db, left, false);
  const made = await madeRuns(parts, seen);
  for (const item of seen) {
    if (isDone(operation, item, made)) continue;
    const failure = whyNot(operation, item);
    if (failure) failures.set(item.n, failure);
  }
  return { done: items.length - failures.size, failures };
}

function whyNot(operation: BulkOperationRow, { target }: BulkItem): Failure | undefined {
  // A tick that has made a run meanwhile needs none.
  if (operation.action === 'BACKFILL') return undefined;
  if (!target) return { code: 'NOT_FOUND', message: 'The run is not kept any more.' };
  if (operation.action === 'CANCEL') {
    if (isCancelling(target)) return undefined;
    return isTerminal(target.status) ? endedAlready(target) : refusedBy(target.status);
  }
  if (operation.action === 'RESCHEDULE')
    return notMovable(target, operation.options.at ?? 0) ?? refusedBy(target.status);
  return notOpen(operation, target) ?? refusedBy(target.status);
}

const refusedBy = (status: string): Failure => ({
  code: 'CONFLICT',
  message: `The change came too late: the run is ${status}.`,
});
