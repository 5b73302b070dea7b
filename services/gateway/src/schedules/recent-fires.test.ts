import type { ScheduleState } from '@jobflow/contracts';
import { getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkSize } from '../limits/check-size.js';
import { buildSchema } from '../schema/build-schema.js';
import { resolvers } from '../schema/resolvers.js';
import { type FireRow, firesOf } from './list-fires.js';
import { newSchedule } from './schedule-state-of.js';

const schema = buildSchema(resolvers);

function refused(query: string, variables: Record<string, unknown> = {}): string | undefined {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return checkSize(schema, document, operation, variables, false)?.message;
}

describe('the recent fires of many schedules', () => {
  it('cost a point for each ten that are asked for', () => {
    const asked = (schedules: number, count: string) =>
      refused(`{ schedules(first: ${schedules}) { nodes { recentFires${count} { at dst } } } }`);
    expect(asked(200, '')).toBeUndefined();
    expect(asked(200, '(count: 40)')).toBeUndefined();
    expect(asked(200, '(count: 41)')).toMatch(/costs 1001 points/);
    expect(asked(99, '(count: 100)')).toBeUndefined();
    expect(asked(200, '(count: 1000)')).toMatch(/costs 20001 points/);
  });

  it('cost as much as those to come', () => {
    expect(refused('{ schedules(first: 200) { nodes { nextFires(count: 40) } } }')).toBeUndefined();
    expect(refused('{ schedules(first: 200) { nodes { nextFires(count: 1000) } } }')).toMatch(/costs 20001 points/);
    expect(refused('{ nextFires(kind: CRON, cron: "* * * * *", count: 1000) }')).toBeUndefined();
  });

  it('cost what a variable says, and never less than nothing', () => {
    const query = (preset: string) => `query ($n: Int${preset}) {
      schedules(first: 200) { nodes { recentFires(count: $n) { at } nextFires(count: 1) } } }`;
    expect(refused(query(''), { n: 100 })).toMatch(/costs 2201 points/);
    expect(refused(query(' = 100'))).toMatch(/costs 2201 points/);
    expect(refused(query(''))).toBeUndefined();
    const hidden = `{ schedules(first: 200) { nodes { a: recentFires(count: -100000) { at } b: recentFires(count: 1000) { at } } } }`;
    expect(refused(hidden)).toMatch(/points/);
  });

  it('are marked with breaths in between, so that the process does other things meanwhile', async () => {
    const schedule: ScheduleState = newSchedule(
      { job: 'j', kind: 'CRON', cron: '*/5 * * * *', timezone: 'Europe/Berlin' },
      's',
      0,
      'me',
    );
    const rows = Array.from({ length: 3_000 }, (_, n): FireRow => {
      const tick = new Date(Date.UTC(2026, 9, 20) + n * 300_000);
      return { schedule_id: 's', tick, outcome: 'fired', why: null, run_id: null, job: null };
    });
    const turns = new Set<number>();
    let turn = 0;
    let over = false;
    const spin = (): void => {
      turn++;
      if (!over) setImmediate(spin);
    };
    setImmediate(spin);
    const fires = await firesOf(rows, () => {
      turns.add(turn);
      return schedule;
    });
    over = true;
    expect(fires.map(({ at }) => Number(at))).toEqual(rows.map(({ tick }) => tick.getTime()));
    expect(fires.filter(({ dst }) => dst === 'REPEATED')).not.toEqual([]);
    expect(turns.size).toBeGreaterThanOrEqual(6);
  });
});
