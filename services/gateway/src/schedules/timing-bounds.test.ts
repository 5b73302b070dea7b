import { ScheduleState } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import type { ScheduleUpdateInput } from './schedule-input.js';
import { changedSchedule, newBounds, newSchedule, timingProblems } from './schedule-state-of.js';

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

it('how often a kind fires that knows no everyMs is no matter', () => {
  for (const kind of ['CRON', 'ONCE', 'AFTER_JOB'] as const)
    expect(timingProblems(made({ kind, cron: '@daily', at: 5, everyMs: 9e15 }))).toEqual({});
});

describe('a schedule of before that lies beyond the bounds', () => {
  const old = made({ everyMs: 400 * DAY, jitterMs: 2 * DAY });
  const wrong = (input: ScheduleUpdateInput, before = old) => {
    const next = changedSchedule(before, input, 2_000);
    return Object.keys(timingProblems(next, newBounds(next, input, before)));
  };

  it('can be renamed, switched off and on, and timed otherwise', () => {
    expect(wrong({ name: 'n' })).toEqual([]);
    expect(wrong({ enabled: false })).toEqual([]);
    expect(wrong({ enabled: true }, { ...old, enabled: false })).toEqual([]);
    expect(wrong({ startsAt: new Date(5) })).toEqual([]);
    expect(wrong({ kind: 'CRON', cron: '@daily' })).toEqual([]);
    expect(wrong({ everyMs: DAY })).toEqual([]);
    expect(wrong({ jitterMs: null })).toEqual([]);
  });

  it('is refused what is asked for anew, or counts only now', () => {
    expect(wrong({ everyMs: 500 * DAY })).toEqual(['everyMs']);
    expect(wrong({ everyMs: 400 * DAY })).toEqual(['everyMs']);
    expect(wrong({ jitterMs: 3 * DAY })).toEqual(['jitterMs']);
    const daily = made({ kind: 'CRON', cron: '@daily', everyMs: 400 * DAY });
    expect(wrong({ name: 'n', everyMs: 500 * DAY }, daily)).toEqual([]);
    expect(wrong({ kind: 'INTERVAL' }, daily)).toEqual(['everyMs']);
  });
});
