import { setImmediate as breathe } from 'node:timers/promises';
import { type JobState, queuedMsgId, type RunDefinition, type ScheduleState } from '@jobflow/contracts';
import { resolveRun } from '@jobflow/domain';
import { type AppendUnit, subjectOf } from '@jobflow/platform';
import { schemaProblems } from '@jobflow/platform/input-schema';
import type { BulkOperationRow, Queryable } from '@jobflow/read-model';
import { birthOf } from '../enqueue/append-runs.js';
import type { BulkItem, BulkParts, Failure } from './bulk-page.js';
import type { PagePlan } from './plan-page.js';
import { ensureLevels, keepIds } from './plan-runs.js';

interface Making {
  item: BulkItem;
  run: RunDefinition;
  /** Its message may be in the log already. */
  verify: boolean;
}

/**
 * Runs for the ticks of a page, by the schedule and its job as they are now. A run's id was given when the operation
 * began, and a tick is in the hands of one operation: so whoever goes on after a crash makes the same run again, and the
 * fold takes it once. A tick that ran meanwhile is left alone.
 */
export async function planBackfill(
  parts: BulkParts,
  operation: BulkOperationRow,
  items: readonly BulkItem[],
  madeRuns: ReadonlySet<string>,
): Promise<PagePlan> {
  const failures: PagePlan['failures'] = new Map();
  const found = meant(parts, operation);
  if ('code' in found) return { units: [], failures: new Map(items.map(({ n }) => [n, found])) };
  const ran = await ranAlready(parts.db, found.schedule.id, items);
  const making: Making[] = [];
  for (const item of items) {
    await breathe();
    if (madeRuns.has(item.run_id) || ran.has(item.n)) continue;
    const run = runFor(found, operation, item, parts.clock.now());
    if ('code' in run) failures.set(item.n, run);
    else {
      making.push({ item, run, verify: item.made !== null });
      item.made = item.run_id;
    }
  }
  await ensureLevels(parts, operation, making, failures);
  const ready = making.filter(({ item }) => !failures.has(item.n));
  await keepIds(parts.db, operation, ready);
  return { units: ready.map((one) => unitOf(parts, operation, one)), failures };
}

type Meant = { schedule: ScheduleState; job: JobState };

function meant({ stateStore }: BulkParts, { options }: BulkOperationRow): Meant | Failure {
  const schedule = stateStore.schedules.get(options.scheduleId ?? '')?.state;
  if (!schedule) return { code: 'NOT_FOUND', message: 'The schedule is not there any more.' };
  const job = stateStore.jobs.get(schedule.job)?.state;
  if (!job) return { code: 'NOT_FOUND', message: `There is no job ${JSON.stringify(schedule.job)} any more.` };
  if (!job.enabled) return { code: 'CONFLICT', message: `The job ${job.name} is disabled, so it takes no new runs.` };
  return { schedule, job };
}

/** The items whose tick has made a run. */
async function ranAlready(db: Queryable, scheduleId: string, items: readonly BulkItem[]): Promise<ReadonlySet<number>> {
  const rows = await db.query<{ tick: Date }>(
    `select tick from read.schedule_fires where schedule_id = $1 and tick = any($2::timestamptz[]) and outcome = 'fired'`,
    [scheduleId, items.map(({ tick }) => tick)],
  );
  const ticks = new Set(rows.map(({ tick }) => tick.getTime()));
  return new Set(items.filter(({ tick }) => tick && ticks.has(tick.getTime())).map(({ n }) => n));
}

function runFor({ schedule, job }: Meant, operation: BulkOperationRow, item: BulkItem, now: number) {
  const { input, queue, priority, tags, id: scheduleId } = schedule;
  const problems = schemaProblems(job, input === undefined ? job.defaultInput : input);
  const fireAt = item.tick?.getTime();
  const resolved = resolveRun(
    job,
    { input, queue, priority, tags, scheduleId, fireAt, operationId: operation.id },
    { id: item.run_id, now, actor: operation.created_by },
  );
  const wrong = { ...problems, ...(resolved.ok ? {} : resolved.fields) };
  if (resolved.ok && Object.keys(problems).length === 0) return resolved.run;
  const message = Object.entries(wrong).map(([path, text]) => `${path}: ${text}`);
  return { code: 'BAD_USER_INPUT', message: message.join('; ').slice(0, 1_000) } satisfies Failure;
}

const unitOf = (
  { stateStore }: BulkParts,
  { created_by: actor }: BulkOperationRow,
  { run, verify }: Making,
): AppendUnit => ({
  messages: [{ subject: subjectOf(stateStore, run), events: [birthOf({ run, dueAt: undefined, verify })] }],
  msgId: queuedMsgId(run.id, 0),
  by: { actor },
});
