import { describe, expect, it } from 'vitest';
import type { ScheduleInput } from './schedule-input.js';
import { changedSchedule, newSchedule } from './schedule-state-of.js';

const made = (input: Partial<ScheduleInput> = {}) =>
  newSchedule({ job: 'j', kind: 'CRON', cron: '0 9 * * *', ...input }, 'id', 1_000, 'me');

describe('a schedule', () => {
  it('owes nothing of the time before it was made, edited or resumed', () => {
    const schedule = made();
    expect(schedule.activeSince).toBe(1_000);
    expect(changedSchedule(schedule, { name: 'n', input: { a: 1 }, tags: ['t'] }, 2_000).activeSince).toBe(1_000);
    for (const change of [
      { cron: '0 10 * * *' },
      { timezone: 'Europe/Berlin' },
      { enabled: false },
      { startsAt: new Date(5) },
    ]) {
      expect(changedSchedule(schedule, change, 2_000).activeSince).toBe(2_000);
    }
  });

  it('that follows another job, or other ends of it, owes nothing of the time before', () => {
    const schedule = made({ kind: 'AFTER_JOB', cron: null, afterJob: 'a' });
    expect(schedule.afterStatuses).toEqual(['SUCCEEDED']);
    expect(changedSchedule(schedule, { afterJob: 'b' }, 2_000).activeSince).toBe(2_000);
    expect(changedSchedule(schedule, { afterStatuses: ['FAILED'] }, 2_000).activeSince).toBe(2_000);
    expect(changedSchedule(schedule, { afterStatuses: null, jitterMs: 5 }, 2_000)).toMatchObject({
      activeSince: 1_000,
      afterStatuses: ['SUCCEEDED'],
    });
  });

  it('keeps what a change does not name, and goes back to the default for null', () => {
    const schedule = made({
      timezone: 'Europe/Berlin',
      missed: 'ALL',
      maxMissed: 7,
      tags: ['a', 'a', 'b'],
      priority: 9,
    });
    expect(changedSchedule(schedule, {}, 2_000)).toEqual(schedule);
    const reset = changedSchedule(
      schedule,
      { timezone: null, missed: null, maxMissed: null, tags: null, priority: null },
      2_000,
    );
    expect(reset).toMatchObject({ timezone: 'UTC', missed: 'LAST', maxMissed: 100, tags: [], cron: '0 9 * * *' });
    expect(reset.priority).toBeUndefined();
  });

  it('forgets why it was disabled once it is enabled', () => {
    const off = { ...made(), enabled: false, disabledReason: 'holidays' };
    expect(changedSchedule(off, { name: 'n' }, 2_000).disabledReason).toBe('holidays');
    expect(changedSchedule(off, { enabled: true }, 2_000).disabledReason).toBeUndefined();
  });
});
