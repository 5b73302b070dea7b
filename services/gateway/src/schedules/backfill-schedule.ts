import type { ScheduleState } from '@jobflow/contracts';
import { ticksBetween } from '@jobflow/domain';
import { newId } from '@jobflow/platform';
import type { BulkOperationRow, Queryable } from '@jobflow/read-model';
import { beginBulk } from '../bulk/begin-bulk.js';
import type { Context } from '../context/context.js';
import { noteChange } from '../definitions/note-change.js';
import { settledState } from '../definitions/settled-state.js';
import { badUserInput, conflict, notFound, queueFull } from '../errors/refusals.js';
import { logGauge } from '../run-log/log-gauge.js';
import { requireSchedule } from './require-schedule.js';

export interface BackfillArguments {
  id: string;
  from: Date;
  to: Date;
}

/** The most ticks of one backfill. */
export const MOST_TICKS = 10_000;
/** So far they are counted, to say how many there are. */
const COUNTED = 200_000;

/**
 * Begins an operation that makes a run for each tick of a schedule in [from, to) that has none: by the schedule and its
 * job as they are now, whether or not it is paused, and whatever its overlap policy. Left alone is what ran already,
 * what another backfill has in hand, and what the schedule itself still owes.
 */
export async function backfillSchedule(ctx: Context, args: BackfillArguments): Promise<BulkOperationRow> {
  const store = await settledState(ctx);
  const { state: schedule } = requireSchedule(ctx, store, args.id);
  const ticks = ticksOf(schedule, args, ctx.clock.now());
  const job = store.jobs.get(schedule.job)?.state;
  if (!job) throw notFound('job', schedule.job);
  if (!job.enabled) throw conflict(`The job ${job.name} is disabled, so it takes no new runs.`);
  if (!(await logGauge(ctx).admits())) throw queueFull();
  const filter = { scheduleId: schedule.id, from: args.from.toISOString(), to: args.to.toISOString() };
  const input = schedule.input === undefined ? job.defaultInput : schedule.input;
  const itemBytes = input === undefined ? 0 : Buffer.byteLength(JSON.stringify(input));
  const operation = await beginBulk(ctx, {
    action: 'BACKFILL',
    targets: { insert: (tx, id) => insertTicks(tx, id, schedule, ticks) },
    onLetters: false,
    filter,
    options: { stateSeq: store.seq(), scheduleId: schedule.id, itemBytes },
  });
  const { id, total } = operation;
  await noteChange(ctx, { action: 'schedule.backfilled', target: schedule.id, detail: { ...filter, id, total } });
  return operation;
}

function ticksOf(schedule: ScheduleState, { from, to }: BackfillArguments, now: number): number[] {
  if (schedule.kind === 'AFTER_JOB')
    throw badUserInput({
      id: `fires after ${schedule.afterJob} and has no ticks of its own: there is nothing to fill`,
    });
  if (to <= from) throw badUserInput({ to: 'must lie after from' });
  if (to.getTime() > now) throw badUserInput({ to: 'must not lie in the future' });
  const span = [from.getTime() - 1, to.getTime() - 1] as const;
  const { ticks, more } = ticksBetween(schedule, ...span, MOST_TICKS);
  if (!more) return ticks.map(({ at }) => at);
  const counted = ticksBetween(schedule, ...span, COUNTED);
  const most = MOST_TICKS.toLocaleString('en');
  const there = `${counted.more ? 'more than ' : ''}${counted.ticks.length.toLocaleString('en')}`;
  throw badUserInput({
    to: `there are ${there} ticks from ${from.toISOString()} on; at most ${most} are filled at once`,
  });
}

/** Ticks later than the last one recorded may still be fired by the schedule itself. */
async function insertTicks(
  tx: Queryable,
  operationId: string,
  schedule: ScheduleState,
  ticks: readonly number[],
): Promise<number> {
  const [ticked] = await tx.query<{ last_tick: Date }>(
    'select last_tick from read.schedule_ticks where schedule_id = $1',
    [schedule.id],
  );
  const settled = Math.max(schedule.activeSince, ticked?.last_tick.getTime() ?? 0);
  const free = schedule.enabled ? ticks.filter((tick) => tick <= settled) : ticks;
  const rows = await tx.query(
    `insert into gateway.bulk_items (operation_id, n, run_id, on_letter, schedule_id, tick)
     select $1, row_number() over (order by x.tick), x.id, false, $2, to_timestamp(x.tick / 1000.0)
     from json_to_recordset($3::json) as x(tick float8, id uuid)
     where not exists (select from read.schedule_fires f
       where f.schedule_id = $2 and f.tick = to_timestamp(x.tick / 1000.0) and f.outcome = 'fired')
     on conflict do nothing returning n`,
    [operationId, schedule.id, JSON.stringify(free.map((tick) => ({ tick, id: newId() })))],
  );
  return rows.length;
}
