import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elapsedTicks, type OracleFields, wallClock, wallClockTicks } from './cron-oracle.js';
import { nextTicks, ticksBetween } from './schedule-ticks.js';

const DAY = 86_400_000;
/** Three days about one, and what the wall clock shows in them. */
function windowOf(zone: string, day: number) {
  const from = day - DAY;
  return { zone, from, to: from + 3 * DAY, wall: wallClock(zone, from, from + 3 * DAY) };
}
/** Days on which a clock does something, and some on which it does not. */
const windows = (
  [
    ['Europe/Berlin', '2026-03-29'],
    ['Europe/Berlin', '2026-10-25'],
    ['Europe/Berlin', '2026-12-31'],
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-04'],
    ['Australia/Lord_Howe', '2026-10-03'],
    ['America/Sao_Paulo', '2018-11-04'],
    ['America/Sao_Paulo', '2018-02-17'],
    ['America/St_Johns', '2010-03-14'],
    ['America/St_Johns', '2010-11-07'],
    ['Antarctica/Troll', '2026-03-29'],
    ['Antarctica/Troll', '2026-10-25'],
    ['Africa/Casablanca', '2026-02-15'],
    ['Africa/Casablanca', '2026-03-22'],
    ['Pacific/Apia', '2011-12-30'],
    ['Asia/Pyongyang', '2018-05-04'],
    ['Asia/Kathmandu', '2026-06-01'],
    ['UTC', '2028-02-29'],
  ] as const
).map(([zone, day]) => {
  return windowOf(zone, Date.parse(`${day}T00:00:00Z`));
});

const set = (min: number, max: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength });
const whole = (min: number, max: number) => Array.from({ length: max - min + 1 }, (_, i) => min + i);
/** A field as text, and what it means. */
const field = (min: number, max: number, maxLength: number) =>
  fc.oneof(
    fc.constant({ text: '*', values: whole(min, max) }),
    set(min, max, maxLength).map((values) => ({ text: values.join(','), values })),
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min: 1, max: 7 }))
      .map(([a, b, step]) => ({ a: Math.min(a, b), b: Math.max(a, b), step }))
      .map(({ a, b, step }) => ({
        text: `${a}-${b}/${step}`,
        values: whole(a, b).filter((v) => (v - a) % step === 0),
      })),
  );
const list = (min: number, max: number, maxLength: number) =>
  set(min, max, maxLength).map((values) => ({ text: values.join(','), values }));
const dow = fc.oneof(fc.constant({ text: '*', values: whole(0, 6) }), list(0, 6, 5));
const elapsedHours = fc.oneof(
  fc.constant({ text: '*', values: whole(0, 23) }),
  fc.integer({ min: 1, max: 6 }).map((n) => ({ text: `*/${n}`, values: whole(0, 23).filter((h) => h % n === 0) })),
  fc.integer({ min: 0, max: 20 }).map((h) => ({ text: `${h}-${h + 3}`, values: whole(h, h + 3) })),
);
/** Hours at which clocks change are the interesting ones. */
const fixedHours = fc.oneof(list(0, 3, 3), list(0, 23, 4));

type Part = { text: string; values: number[] };
const cronOf = (hours: fc.Arbitrary<Part>) =>
  fc
    .tuple(list(0, 59, 2), field(0, 59, 4), hours, field(1, 31, 20), field(1, 12, 11), dow)
    .map(([s, m, h, d, mo, w]) => ({
      text: [s, m, h, d, mo, w].map((p) => p.text).join(' '),
      fields: {
        seconds: s.values,
        minutes: m.values,
        hours: h.values,
        daysOfMonth: d.values,
        months: mo.values,
        daysOfWeek: w.values,
      },
    }));

/** Days about a change of clocks that any zone has seen since 1973, or will see. */
const changes = fc
  .record({
    zone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
    from: fc.integer({ min: 3 * 366, max: 67 * 365 }).map((day) => day * DAY),
  })
  .map(({ zone, from }) => {
    const at = nextChange(zone, from) ?? from;
    return windowOf(zone, Math.floor(at / DAY) * DAY);
  });

const minutesOff = (zone: string, at: number) => (wallClock(zone, at, at + 1)[0] ?? 0) - at;
/** The day on which a zone's clock next changes, within a year. */
function nextChange(zone: string, from: number): number | undefined {
  for (let at = from; at < from + 366 * DAY; at += 7 * DAY) {
    if (minutesOff(zone, at) === minutesOff(zone, at + 7 * DAY)) continue;
    for (let day = at; day <= at + 7 * DAY; day += DAY)
      if (minutesOff(zone, day) !== minutesOff(zone, day + DAY)) return day;
  }
  return undefined;
}

type Oracle = (fields: OracleFields, from: number, wall: number[]) => number[];
function agree(
  hours: fc.Arbitrary<Part>,
  oracle: Oracle,
  about: fc.Arbitrary<ReturnType<typeof windowOf>> = fc.constantFrom(...windows),
  numRuns = 1500,
): void {
  fc.assert(
    fc.property(cronOf(hours), about, ({ text, fields }, { zone, from, to, wall }) => {
      const expected = oracle(fields, from, wall).sort((a, b) => a - b);
      const timing = { kind: 'CRON', cron: text, timezone: zone, createdAt: 0 } as const;
      const { ticks } = ticksBetween(timing, from - 1, to - 1, 20_000);
      expect(ticks.map((t) => t.at)).toEqual(expected);
    }),
    { numRuns },
  );
}

describe('ticks through clock changes', () => {
  it('of elapsed hours are every instant whose local time matches', () => agree(elapsedHours, elapsedTicks));
  it('of fixed hours are every local time once, those in a gap at its end', () => agree(fixedHours, wallClockTicks));
  it('hold wherever and whenever clocks have changed: elapsed hours', () =>
    agree(elapsedHours, elapsedTicks, changes, 200));
  it('hold wherever and whenever clocks have changed: fixed hours', () =>
    agree(fixedHours, wallClockTicks, changes, 200));
});

const ticks = (cron: string, zone: string, from: string, count: number) =>
  nextTicks({ kind: 'CRON', cron, timezone: zone, createdAt: 0 }, Date.parse(from), count).map(
    (t) => `${new Date(t.at).toISOString().slice(5, 16)} ${t.dst}`,
  );

describe('in Berlin', () => {
  it('02:30 fires at 03:00 on the day it does not exist', () => {
    expect(ticks('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '03-29T01:00 SKIPPED',
      '03-30T00:30 NONE',
    ]);
  });
  it('several times in the gap, and 03:00 itself, fire once', () => {
    expect(ticks('*/20 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 3)).toEqual([
      '03-29T01:00 SKIPPED',
      '03-29T01:20 NONE',
      '03-29T01:40 NONE',
    ]);
  });
  it('02:30 fires in the first pass only on the day it exists twice', () => {
    expect(ticks('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '10-25T00:30 REPEATED',
      '10-26T01:30 NONE',
    ]);
  });
  it('every half hour goes on through both passes', () => {
    expect(ticks('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00Z', 4)).toEqual([
      '10-25T00:30 REPEATED',
      '10-25T01:00 REPEATED',
      '10-25T01:30 REPEATED',
      '10-25T02:00 NONE',
    ]);
  });
});

it('a day that a country left out fires at the first instant of the next', () => {
  expect(ticks('0 9 30 12 *', 'Pacific/Apia', '2011-12-01T00:00Z', 1)).toEqual(['12-30T10:00 SKIPPED']);
});
