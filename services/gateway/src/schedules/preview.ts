import type { ScheduleState } from '@jobflow/contracts';
import { describeSchedule, nextTicks, scheduleWarnings } from '@jobflow/domain';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst, maxList } from '../paging/check-first.js';
import type { SchedulePreview } from './schedule.js';
import type { SchedulePreviewInput } from './schedule-input.js';
import { timingProblems } from './schedule-state-of.js';

type Timing = Pick<
  ScheduleState,
  'kind' | 'cron' | 'everyMs' | 'at' | 'timezone' | 'startsAt' | 'endsAt' | 'jitterMs' | 'createdAt'
>;

/** The timing of a schedule nobody has saved, as if it were created now. @param path before the names of wrong fields */
export function timingOf(input: SchedulePreviewInput, now: number, path = ''): Timing {
  const timing: Timing = {
    kind: input.kind,
    cron: input.cron ?? undefined,
    everyMs: input.everyMs ?? undefined,
    at: input.at?.getTime(),
    timezone: input.timezone ?? 'UTC',
    startsAt: input.startsAt?.getTime(),
    endsAt: input.endsAt?.getTime(),
    jitterMs: input.jitterMs ?? 0,
    createdAt: now,
  };
  const problems = Object.entries(timingProblems(timing)).map(([field, text]) => [`${path}${field}`, text]);
  if (problems.length > 0) throw badUserInput(Object.fromEntries(problems));
  return timing;
}

export function preview(input: SchedulePreviewInput, count: number | null | undefined, now: number): SchedulePreview {
  const size = checkFirst(count, 5, maxList, 'count');
  const timing = timingOf(input, now);
  const { timezone } = timing;
  return {
    description: describeSchedule(timing),
    fires: nextTicks(timing, now, size).map(({ at, dst }) => ({ at, dst, timezone, outcome: 'PLANNED' })),
    warnings: scheduleWarnings(timing),
  };
}
