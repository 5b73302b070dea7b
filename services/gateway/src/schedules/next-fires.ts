import type { JobState, ScheduleState } from '@jobflow/contracts';
import { nextTick } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';
import type { Fire } from './schedule.js';

/** Every job's schedules, in the order of their creation. */
export function schedulesByJob(store: Pick<StateStore, 'schedules'>): Map<string, ScheduleState[]> {
  const byJob = new Map<string, ScheduleState[]>();
  for (const { state } of store.schedules.values()) {
    const known = byJob.get(state.job);
    if (known) known.push(state);
    else byJob.set(state.job, [state]);
  }
  for (const schedules of byJob.values()) schedules.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return byJob;
}

/** The next fire of a job by its schedules; none while it, or all of them, are disabled. */
export function nextFireOf(
  job: JobState | undefined,
  schedules: readonly ScheduleState[],
  now: number,
): Fire | undefined {
  if (!job?.enabled) return undefined;
  let next: Fire | undefined;
  for (const schedule of schedules) {
    const tick = schedule.enabled ? nextTick(schedule, now) : undefined;
    if (!tick || (next && Number(next.at) <= tick.at)) continue;
    next = {
      at: tick.at,
      timezone: schedule.timezone,
      dst: tick.dst,
      outcome: 'PLANNED',
      scheduleId: schedule.id,
      job: job.name,
    };
  }
  return next;
}
