import { ScheduleState } from '@jobflow/contracts';
import { expect, it } from 'vitest';
import { newSchedule, timingProblems } from './schedule-state-of.js';

const DAY = 86_400_000;
const made = (over: Partial<ScheduleState>): ScheduleState => ({
  ...newSchedule({ job: 'j', kind: 'INTERVAL', everyMs: 60_000 }, 'id', 1_000, 'me'),
  ...over,
});

it.each([
  [{ everyMs: 999 }, { everyMs: 'must be at least 1000' }],
  [{ everyMs: 1_000 }, {}],
  [{ everyMs: 366 * DAY }, {}],
  [{ everyMs: 366 * DAY + 1 }, { everyMs: 'must be at most 31622400000, which is 366 days' }],
  [{ everyMs: 9e15 }, { everyMs: 'must be at most 31622400000, which is 366 days' }],
  [{ jitterMs: DAY }, {}],
  [{ jitterMs: DAY + 1 }, { jitterMs: 'must be at most 86400000, which is 24 hours' }],
  [{ jitterMs: 9e15 }, { jitterMs: 'must be at most 86400000, which is 24 hours' }],
])('of how often and how far apart a schedule fires, what is out of bounds is named: %o', (over, problems) => {
  expect(timingProblems(made(over))).toEqual(problems);
});

it('a schedule of before that lies beyond the bounds can be read', () => {
  expect(ScheduleState.safeParse(made({ everyMs: 9e15, jitterMs: 9e15 })).success).toBe(true);
});
