import type { ScheduleState } from '@jobflow/contracts';
import type { StateStore } from '@jobflow/platform';
import { checkFirst } from '../paging/check-first.js';
import { decodeCursor } from '../paging/cursor.js';
import { pageOf } from '../paging/page-of.js';
import type { ScheduleConnection } from './schedule.js';
import type { ScheduleFilter } from './schedule-input.js';

export interface ScheduleListArguments {
  job?: string | null | undefined;
  filter?: ScheduleFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  /** The only jobs whose schedules the client sees. */
  visible?: readonly string[] | undefined;
}

const ORDER = 'schedules';

/** A page of schedules, the newest first; they are all in memory. Ids are in the order of creation. */
export function listSchedules(store: Pick<StateStore, 'schedules'>, args: ScheduleListArguments): ScheduleConnection {
  const first = checkFirst(args.first, 50);
  const after = args.after ? String(decodeCursor(ORDER, 1, args.after)[0]) : undefined;
  const matching = [...store.schedules.values()]
    .map(({ state }) => state)
    .filter((schedule) => matches(schedule, args));
  matching.sort((a, b) => (a.id < b.id ? 1 : -1));
  const rows = after === undefined ? matching : matching.filter(({ id }) => id < after);
  const page = pageOf({
    rows: rows.slice(0, first + 1),
    first,
    continued: after !== undefined,
    order: ORDER,
    node: (schedule) => schedule,
    cursor: ({ id }) => [id],
  });
  return { ...page, totalCount: matching.length };
}

function matches(schedule: ScheduleState, { job, filter, visible }: ScheduleListArguments): boolean {
  if (job && schedule.job !== job) return false;
  if (visible && !visible.includes(schedule.job)) return false;
  if (!filter) return true;
  return (
    (!filter.kinds || filter.kinds.includes(schedule.kind)) &&
    (!filter.jobs || filter.jobs.includes(schedule.job)) &&
    (filter.enabled === null || filter.enabled === undefined || filter.enabled === schedule.enabled) &&
    (!filter.timezone || filter.timezone === schedule.timezone) &&
    (!filter.search || mentions(schedule, filter.search.toLowerCase()))
  );
}

const mentions = ({ id, name, job, cron, tags }: ScheduleState, text: string): boolean =>
  [id, name, job, cron, ...tags].some((part) => part?.toLowerCase().includes(text));
