import type { RunStatus, ScheduleState } from '@jobflow/contracts';

/** What of a schedule decides which ends it follows. */
export type Following = Pick<
  ScheduleState,
  'kind' | 'afterJob' | 'afterStatuses' | 'activeSince' | 'startsAt' | 'endsAt' | 'enabled'
>;
/** A run that has ended. */
export interface RunEnd {
  job: string;
  status: RunStatus;
  /** Epoch milliseconds. */
  finishedAt: number;
  test: boolean;
}

/** How a run must have ended for an AFTER_JOB schedule to fire. */
export const followedStatuses = ({ afterStatuses }: Pick<ScheduleState, 'afterStatuses'>): readonly RunStatus[] =>
  afterStatuses?.length ? afterStatuses : ['SUCCEEDED'];

/**
 * Whether an AFTER_JOB schedule owes a fire for this end: after it was made, edited or resumed, inside its bounds (both
 * inclusive). Runs that only try a job out are followed by nothing.
 */
export function followsEnd(schedule: Following, end: RunEnd): boolean {
  return (
    schedule.enabled &&
    schedule.kind === 'AFTER_JOB' &&
    schedule.afterJob === end.job &&
    !end.test &&
    followedStatuses(schedule).includes(end.status) &&
    end.finishedAt > schedule.activeSince &&
    end.finishedAt >= (schedule.startsAt ?? Number.NEGATIVE_INFINITY) &&
    end.finishedAt <= (schedule.endsAt ?? Number.POSITIVE_INFINITY)
  );
}

type Link = Pick<ScheduleState, 'id' | 'kind' | 'job' | 'afterJob' | 'enabled'>;

/**
 * The chain by which a schedule would start its own cause again, with all enabled AFTER_JOB schedules beside it: the
 * jobs in the order in which they would run, the followed one first and last. Undefined if there is no such chain.
 */
export function afterJobCycle(schedule: Link, others: Iterable<Link>): string[] | undefined {
  if (schedule.kind !== 'AFTER_JOB' || schedule.afterJob === undefined) return undefined;
  const next = new Map<string, string[]>();
  for (const { id, kind, afterJob, job, enabled } of others) {
    if (kind !== 'AFTER_JOB' || afterJob === undefined || !enabled || id === schedule.id) continue;
    next.set(afterJob, [...(next.get(afterJob) ?? []), job]);
  }
  const cause = schedule.afterJob;
  const cameFrom = new Map<string, string | undefined>([[schedule.job, undefined]]);
  for (const job of cameFrom.keys()) {
    if (job === cause) return [cause, ...pathTo(job, cameFrom)];
    for (const follower of next.get(job) ?? []) if (!cameFrom.has(follower)) cameFrom.set(follower, job);
  }
  return undefined;
}

function pathTo(end: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let job: string | undefined = end; job !== undefined; job = cameFrom.get(job)) path.unshift(job);
  return path;
}
