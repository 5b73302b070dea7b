import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSchedule, scheduleWarnings } from './describe-schedule.js';
import { jitterOf } from './jitter-of.js';
import { lastTicks, nextTick, nextTicks, type ScheduleTiming, ticksBetween } from './schedule-ticks.js';
import { isTimeZone } from './zone.js';

const zoned = { timezone: 'Europe/Berlin', createdAt: 1000 };
const interval = (everyMs: number, over: Partial<ScheduleTiming> = {}): ScheduleTiming => ({
  ...zoned,
  kind: 'INTERVAL',
  everyMs,
  ...over,
});
const cron = (text: string, over: Partial<ScheduleTiming> = {}): ScheduleTiming => ({
  ...zoned,
  kind: 'CRON',
  cron: text,
  ...over,
});
const at = (schedule: ScheduleTiming, after: number, count = 3) => nextTicks(schedule, after, count).map((t) => t.at);

describe('an interval', () => {
  it('counts from its creation, which does not fire', () => {
    expect(at(interval(500), 1000)).toEqual([1500, 2000, 2500]);
    expect(at(interval(500), 1499)).toEqual([1500, 2000, 2500]);
    expect(at(interval(500), 1500)).toEqual([2000, 2500, 3000]);
  });
  it('counts from startsAt, which fires', () => {
    expect(at(interval(500, { startsAt: 7000 }), 0)).toEqual([7000, 7500, 8000]);
  });
  it('ends with the last instant that there is a date for', () => {
    const dates = at(interval(4e15), 1000).map((time) => new Date(time).getTime());
    expect(dates).toEqual([4e15 + 1000, 8e15 + 1000]);
  });
});

it('once is once, and only inside its bounds', () => {
  const once: ScheduleTiming = { ...zoned, kind: 'ONCE', at: 5000 };
  expect(at(once, 4999)).toEqual([5000]);
  expect(at(once, 5000)).toEqual([]);
  expect(at({ ...once, endsAt: 4000 }, 0)).toEqual([]);
});

it('a schedule that follows another job has no ticks of its own', () => {
  expect(nextTick({ ...zoned, kind: 'AFTER_JOB' }, 0)).toBeUndefined();
});

it('bounds are inclusive', () => {
  expect(at(cron('* * * * * *', { startsAt: 10_000, endsAt: 12_000 }), 0, 10)).toEqual([10_000, 11_000, 12_000]);
});

it('a cron that never parses never ticks', () => {
  expect(nextTick(cron('nonsense'), 0)).toBeUndefined();
});

const timings = fc.constantFrom<ScheduleTiming>(
  cron('*/7 * * * * *'),
  cron('30 2 * * *'),
  cron('0 */5 * * *'),
  cron('0 0 L * *'),
  interval(7000),
  interval(86_400_000),
  cron('* * * * * *', { startsAt: 1_700_000_000_000, endsAt: 1_700_000_100_000 }),
);
const instants = fc.integer({ min: 1_690_000_000_000, max: 1_720_000_000_000 });

describe('ticks', () => {
  it('come strictly after what was asked for, in order, and the same however they are cut', () => {
    fc.assert(
      fc.property(timings, instants, fc.integer({ min: 1, max: 30 }), fc.nat(29), (timing, after, count, cut) => {
        const all = nextTicks(timing, after, count);
        for (const [i, tick] of all.entries()) expect(tick.at).toBeGreaterThan(all[i - 1]?.at ?? after);
        const head = all.slice(0, cut);
        expect([...head, ...nextTicks(timing, head.at(-1)?.at ?? after, count - head.length)]).toEqual(all);
      }),
    );
  });

  it('between two instants are those the next ones are, up to the cap', () => {
    fc.assert(
      fc.property(
        timings,
        instants,
        fc.integer({ min: 0, max: 86_400_000 }),
        fc.integer({ min: 1, max: 50 }),
        (timing, from, span, cap) => {
          const { ticks, more } = ticksBetween(timing, from, from + span, cap);
          const next = nextTicks(timing, from, cap + 1).filter((t) => t.at <= from + span);
          expect(ticks).toEqual(next.slice(0, cap));
          expect(more).toBe(next.length > cap);
        },
      ),
    );
  });

  it('that come last are the tail of all of them', () => {
    fc.assert(
      fc.property(
        timings,
        instants,
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.integer({ min: 1, max: 40 }),
        (timing, from, span, cap) => {
          const all = ticksBetween(timing, from, from + span, 100_000).ticks;
          const last = lastTicks(timing, from, from + span, cap);
          expect(last.ticks).toEqual(all.slice(-cap));
          expect(last.more).toBe(all.length > cap);
        },
      ),
    );
  });

  it('that come last in years of every second are found at once', () => {
    const { ticks, more } = lastTicks(cron('* * * * * *'), 0, 1_700_000_000_500, 2);
    expect(ticks.map((t) => t.at)).toEqual([1_699_999_999_000, 1_700_000_000_000]);
    expect(more).toBe(true);
  });
});

describe('jitter', () => {
  it('lies from nothing to its bound and is the same for everyone', () => {
    fc.assert(
      fc.property(fc.string(), instants, fc.nat(100_000), (id, tick, bound) => {
        const jitter = jitterOf(id, tick, bound);
        expect(jitter).toBe(jitterOf(id, tick, bound));
        expect(Number.isInteger(jitter) && jitter >= 0 && jitter <= bound).toBe(true);
      }),
    );
  });
  it('spreads', () => {
    const all = Array.from({ length: 2000 }, (_, i) => jitterOf('s', i * 60_000, 999));
    const mean = all.reduce((a, b) => a + b) / all.length;
    expect(Math.min(...all)).toBeLessThan(20);
    expect(Math.max(...all)).toBeGreaterThan(980);
    expect(Math.abs(mean - 500)).toBeLessThan(40);
  });
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Mars/Olympus', false],
  ['+02:00', false],
  ['', false],
  ['Europe/Berlin ', false],
])('the zone %j exists: %s', (zone, exists) => {
  expect(isTimeZone(zone)).toBe(exists);
});

describe('a description', () => {
  it.each([
    ['*/2 * * * * *', 'Every 2 seconds (UTC)'],
    ['* * * * *', 'Every minute (UTC)'],
    ['*/5 * * * *', 'Every 5 minutes (UTC)'],
    ['@hourly', 'Every hour (UTC)'],
    ['15 * * * *', 'At minute 15 of every hour (UTC)'],
    ['0 9 * * mon-fri', 'At 09:00, Monday to Friday (UTC)'],
    ['10 5 9 * * *', 'At 09:05:10 (UTC)'],
    ['*/15 9-17 * * 1-5', 'Every 15 minutes from hour 9 to 17, Monday to Friday (UTC)'],
    ['0 0 L * *', 'At 00:00, on the last day of the month (UTC)'],
    ['0 6 * * fri#2', 'At 06:00, the 2nd Friday of the month (UTC)'],
    ['0 0 1 jan,jul *', 'At 00:00, on the 1st, in January and July (UTC)'],
    ['0-59 0-59 0-23 * * *', 'Every second (UTC)'],
    ['0-59 * * * *', 'Every minute (UTC)'],
    ['*,5 * * * *', 'Every minute (UTC)'],
    ['0 0-23 * * *', 'Every hour (UTC)'],
    ['0 9 1-31 1-12 0-6', 'At 09:00 (UTC)'],
    ['0 9 *,5 */1 1-7', 'At 09:00 (UTC)'],
    ['0 9 1,1 * 5,fri', 'At 09:00, on the 1st, Friday (UTC)'],
    ['0 9 1-7 mar-may *', 'At 09:00, on the 1st to the 7th, in March to May (UTC)'],
    ['nonsense', expect.stringContaining('Never')],
  ])('of %s reads %s', (text, words) => {
    expect(describeSchedule({ kind: 'CRON', cron: text, timezone: 'UTC' })).toEqual(words);
  });
  it('of other kinds', () => {
    expect(describeSchedule({ kind: 'INTERVAL', everyMs: 90_000, timezone: 'UTC' })).toBe('Every 1 min 30 s');
    expect(describeSchedule({ kind: 'ONCE', at: 0, timezone: 'UTC' })).toBe('Once, at 1970-01-01T00:00:00.000Z');
    const after = { kind: 'AFTER_JOB', afterJob: 'a', afterStatuses: ['FAILED', 'EXPIRED'], timezone: 'UTC' } as const;
    expect(describeSchedule({ ...after, afterStatuses: [...after.afterStatuses] })).toBe(
      'After a has failed or is expired',
    );
  });
  it('comes with a warning where crons differ or months are short', () => {
    expect(scheduleWarnings({ kind: 'CRON', cron: '0 0 13 * 5' })).toHaveLength(1);
    expect(scheduleWarnings({ kind: 'CRON', cron: '0 0 31 * *' })).toHaveLength(1);
    for (const cron of ['0 0 1 * *', '0 0 1-31 * 5', '0 0 13 * 0-6'])
      expect(scheduleWarnings({ kind: 'CRON', cron })).toEqual([]);
  });
});
