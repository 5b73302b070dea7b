import { isTerminal, type ScheduleState, TERMINAL_STATUSES } from '@jobflow/contracts';
import { afterJobCycle } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';

/** What is wrong with whom a schedule follows, by path. */
export function afterJobProblems(
  schedule: ScheduleState,
  store: Pick<StateStore, 'jobs' | 'schedules'>,
): Record<string, string> {
  const { kind, afterJob, afterStatuses = [] } = schedule;
  if (kind !== 'AFTER_JOB') return {};
  const problems: Record<string, string> = {};
  const others = [...store.schedules.values()].map(({ state }) => state);
  const cycle = afterJobCycle(schedule, others);
  if (afterJob === undefined) problems.afterJob = 'is required for an AFTER_JOB schedule: the job to follow';
  else if (!store.jobs.has(afterJob)) problems.afterJob = `there is no job ${JSON.stringify(afterJob)}`;
  else if (cycle) problems.afterJob = `would start itself again and again: ${cycle.join(' → ')}`;
  const open = afterStatuses.find((status) => !isTerminal(status));
  const ends = `${TERMINAL_STATUSES.slice(0, -1).join(', ')} or ${TERMINAL_STATUSES.at(-1)}`;
  if (afterStatuses.length === 0) problems.afterStatuses = `must name at least one of ${ends}`;
  else if (open) problems.afterStatuses = `${open} is no end of a run; use ${ends}`;
  return problems;
}
