import type { ScheduleState } from '@jobflow/contracts';
import { nextTick, ticksBetween } from '@jobflow/domain';
import { describe, expect, it } from 'vitest';
import { plannedFires } from './planned-fires.js';
import { plannedCells } from './schedule-calendar.js';
import { newSchedule } from './schedule-state-of.js';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const every = (everyMs: number, id: string, startsAt = START): ScheduleState =>
  newSchedule({ job: 'j', kind: 'INTERVAL', everyMs, startsAt: new Date(startsAt) }, id, START, 'me');

/** As `nextTick`, and how often it was asked. */
function counted() {
  const next: typeof nextTick = (...args) => {
    counter.ticks++;
    return nextTick(...args);
  };
  const counter = { ticks: 0, next };
  return counter;
}

const many = Array.from({ length: 3_000 }, (_, n) => every(1_000 + (n % 700), `s${n}`, START + n));

describe('the fires to come of many schedules', () => {
  it('are the same, in the same order, as if all ticks had been computed and sorted', async () => {
    const schedules = many.slice(0, 60);
    const range = { after: START + HOUR, to: START + HOUR + 30_000 };
    const all = schedules.flatMap((schedule) =>
      ticksBetween(schedule, range.after, range.to, 1_000).ticks.map(({ at }) => ({ at, id: schedule.id })),
    );
    all.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const told = async (first: number) =>
      (await plannedFires(schedules, { ...range, first })).map(({ at, scheduleId: id }) => ({ at, id }));
    expect(all.length).toBeGreaterThan(1_000);
    expect(await told(100_000)).toEqual(all);
    expect(await told(17)).toEqual(all.slice(0, 17));
  });

  it('cost as many ticks as there are schedules and fires in the answer, however often they fire', async () => {
    const counter = counted();
    const options = { after: START, to: START + 3_650 * 24 * HOUR, next: counter.next };
    expect(await plannedFires(many, { ...options, first: 1_000 })).toHaveLength(1_000);
    expect(counter.ticks).toBeLessThanOrEqual(many.length + 1_000);
  });

  it('leave out those that are known, and take others in their place', async () => {
    const options = { after: START, to: START + HOUR, first: 3 };
    const fires = await plannedFires([every(1_000, 'a'), every(1_000, 'b')], {
      ...options,
      isKnown: ({ scheduleId, at }) => scheduleId === 'a' && Number(at) < START + 3_000,
    });
    expect(fires.map(({ scheduleId, at }) => [scheduleId, Number(at) - START])).toEqual([
      ['b', 1_000],
      ['b', 2_000],
      ['a', 3_000],
    ]);
  });
});

describe('a range that has nothing to come', () => {
  it.each([
    ['is empty', 0],
    ['has passed', -HOUR],
  ])('asks no schedule for a tick: it %s', async (_what, end) => {
    const counter = counted();
    const to = START + HOUR + end;
    expect(await plannedFires(many, { after: START + HOUR, to, first: 1_000, next: counter.next })).toEqual([]);
    const cell = { from: to - HOUR, to: to + 1, dst: 'NONE' } as const;
    expect(await plannedCells(many, START + HOUR, [cell], counter.next)).toEqual([]);
    expect(counter.ticks).toBe(0);
  });
});

describe('a request about many schedules', () => {
  const range = { after: START, to: START + HOUR };
  // None of these comes in the range.
  const rare = Array.from({ length: 3_000 }, (_, n) => every(1_000 * HOUR, `r${n}`, START + 500 * HOUR));

  it.each<[string, (next: typeof nextTick) => Promise<unknown>]>([
    ['listing fires', (next) => plannedFires(many, { ...range, first: 1_000, next })],
    ['listing none', (next) => plannedFires(rare, { ...range, first: 1_000, next })],
    [
      'counting them in a calendar',
      (next) => plannedCells(rare, START, [{ from: START, to: START + HOUR, dst: 'NONE' }], next),
    ],
  ])('takes breaths while %s, so that the process does other things meanwhile', async (_what, ask) => {
    const turns = new Set<number>();
    let turn = 0;
    let over = false;
    const spin = (): void => {
      turn++;
      if (!over) setImmediate(spin);
    };
    setImmediate(spin);
    await ask((...args) => {
      turns.add(turn);
      return nextTick(...args);
    });
    over = true;
    expect(turns.size).toBeGreaterThanOrEqual(6);
  });
});
