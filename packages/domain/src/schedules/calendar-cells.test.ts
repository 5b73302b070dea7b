import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarCells } from './calendar-cells.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string) => Date.parse(text);
const show = (from: string, to: string, stepMs: number, zone: string) =>
  calendarCells(at(from), at(to), stepMs, zone, 1_000).map(
    ({ from: start, dst }) => `${new Date(start).toISOString().slice(5, 16)} ${dst}`,
  );

describe('the cells of a calendar', () => {
  it('are the days of the zone, the short and the long one marked', () => {
    expect(show('2026-03-27T23:00Z', '2026-03-30T22:00Z', DAY, 'Europe/Berlin')).toEqual([
      '03-27T23:00 NONE',
      '03-28T23:00 SKIPPED',
      '03-29T22:00 NONE',
    ]);
    expect(show('2026-10-23T22:00Z', '2026-10-26T23:00Z', DAY, 'Europe/Berlin')).toEqual([
      '10-23T22:00 NONE',
      '10-24T22:00 REPEATED',
      '10-25T23:00 NONE',
    ]);
  });
  it('begin where they are asked to, and then with the day', () => {
    expect(show('2026-06-01T10:00Z', '2026-06-08T00:00Z', 2 * DAY, 'Asia/Kolkata')).toEqual([
      '06-01T10:00 NONE',
      '06-02T18:30 NONE',
      '06-04T18:30 NONE',
      '06-06T18:30 NONE',
    ]);
  });
  it('of an hour are marked where local times come twice, in both passes, or where the clock jumps', () => {
    expect(show('2026-10-24T23:00Z', '2026-10-25T03:00Z', HOUR, 'Europe/Berlin')).toEqual([
      '10-24T23:00 NONE',
      '10-25T00:00 REPEATED',
      '10-25T01:00 REPEATED',
      '10-25T02:00 NONE',
    ]);
    expect(show('2026-03-29T00:00Z', '2026-03-29T03:00Z', HOUR, 'Europe/Berlin')).toEqual([
      '03-29T00:00 NONE',
      '03-29T01:00 SKIPPED',
      '03-29T02:00 NONE',
    ]);
  });
  it('know a change of clocks at the turn of the year, and days that begin at one o’clock', () => {
    expect(show('2011-12-29T10:00Z', '2011-12-31T10:00Z', DAY, 'Pacific/Apia')).toEqual([
      '12-29T10:00 NONE',
      '12-30T10:00 SKIPPED',
    ]);
    expect(show('2018-11-03T03:00Z', '2018-11-05T02:00Z', DAY, 'America/Sao_Paulo')).toEqual([
      '11-03T03:00 NONE',
      '11-04T03:00 SKIPPED',
    ]);
  });
  it('leave nothing out, overlap nowhere, and are never more than asked for and one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: 1, max: 400 * DAY }),
        fc.constantFrom(60_000, HOUR, 7 * HOUR, DAY, 7 * DAY),
        fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo'),
        fc.integer({ min: 1, max: 50 }),
        (from, span, step, zone, most) => {
          const cells = calendarCells(from, from + span, step, zone, most);
          expect(cells[0]?.from).toBe(from);
          expect(cells.length).toBeLessThanOrEqual(most + 1);
          if (cells.length <= most) expect(cells.at(-1)?.to).toBe(from + span);
          for (const [i, cell] of cells.entries()) {
            expect(cell.to).toBeGreaterThan(cell.from);
            if (i > 0) expect(cell.from).toBe(cells[i - 1]?.to);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
