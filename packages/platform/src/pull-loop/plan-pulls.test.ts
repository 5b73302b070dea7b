import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlannedLevel, planPulls } from './plan-pulls.js';

const level = (priority: number, over: Partial<PlannedLevel> = {}): PlannedLevel => ({
  priority,
  nonEmpty: false,
  held: false,
  underWay: 0,
  standing: false,
  room: Number.POSITIVE_INFINITY,
  lastMessageAt: 0,
  lastAskedAt: 0,
  ...over,
});
const plan = (levels: PlannedLevel[], free: number, over = {}) =>
  planPulls({ levels, free, capacity: 50, fromBottom: false, now: 1_000_000, ...over }).map(
    ({ level: { priority }, batch, kind }) => [priority, batch, kind],
  );

describe('pulls are planned', () => {
  it('idle: one standing pull on every level', () => {
    expect(plan([level(5), level(9), level(1)], 50)).toEqual([
      [9, 1, 'standing'],
      [5, 1, 'standing'],
      [1, 1, 'standing'],
    ]);
  });

  it('busy: all free slots to the highest level that had something; standing pulls only above it', () => {
    const levels = [
      level(9),
      level(5, { nonEmpty: true }),
      level(3, { nonEmpty: true }),
      level(1, { lastAskedAt: 999_999, listening: true }),
    ];
    expect(plan(levels, 20)).toEqual([[5, 20, 'now']]);
    expect(
      plan([level(9), level(5, { nonEmpty: true, room: 15 }), level(1, { lastAskedAt: 999_999, listening: true })], 20),
    ).toEqual([
      [5, 15, 'now'],
      [9, 1, 'standing'],
    ]);
  });

  it('the levels below wait while the answer of a level that could use the slots is on its way', () => {
    const above = level(5, { nonEmpty: true, underWay: 3 });
    expect(plan([above, level(3, { nonEmpty: true })], 4)).toEqual([]);
    expect(plan([{ ...above, room: 3 }, level(3, { nonEmpty: true })], 4)).toEqual([[3, 4, 'now']]);
  });

  it('a level on which nothing of one’s own is expected is looked at seldom, and emptied one by one', () => {
    const seldom = { seldom: true };
    expect(plan([level(9, { ...seldom, lastAskedAt: 996_000 }), level(5)], 50)).toEqual([[5, 1, 'standing']]);
    expect(plan([level(9, { ...seldom, lastAskedAt: 995_000 }), level(5)], 50)).toEqual([
      [9, 1, 'now'],
      [5, 1, 'standing'],
    ]);
    const full = level(9, { ...seldom, nonEmpty: true, lastAskedAt: 999_999 });
    expect(plan([full, level(5, { nonEmpty: true })], 50)).toEqual([
      [9, 1, 'now'],
      [5, 49, 'now'],
    ]);
    expect(plan([full, level(9, { nonEmpty: true }), level(5)], 1, { fromBottom: true })).not.toEqual([]);
  });

  it('from the bottom: the lowest first, empty as it seems', () => {
    expect(plan([level(5, { nonEmpty: true }), level(1)], 4, { fromBottom: true })).toEqual([
      [1, 1, 'look'],
      [5, 3, 'now'],
    ]);
    // Where the next message is heard of, there is nothing.
    expect(plan([level(5, { nonEmpty: true }), level(1, { listening: true })], 4, { fromBottom: true })).toEqual([
      [5, 4, 'now'],
    ]);
    expect(plan([level(5, { nonEmpty: true }), level(1, { nonEmpty: true })], 4, { fromBottom: true })).toEqual([
      [1, 4, 'now'],
    ]);
  });

  it('few slots are not all held by standing pulls: the other levels are listened to', () => {
    const levels = [
      level(9, { lastMessageAt: 5 }),
      level(5, { listening: true }),
      level(4, { listening: true, lastAskedAt: 999_990 }),
      level(3, { lastAskedAt: 999_990 }),
      level(1, { hintedAt: 999_900, lastAskedAt: 999_990 }),
    ];
    // The first is waited for; of the others the next message is heard of, and asked for when it was.
    expect(plan(levels, 4, { capacity: 4 })).toEqual([
      [1, 1, 'brief'],
      [9, 1, 'standing'],
      [5, 1, 'look'],
      [3, 1, 'look'],
    ]);
  });

  it('where one was heard of, it is asked for before what equal and lower levels have in plenty', () => {
    const busy = level(5, { nonEmpty: true, lastAskedAt: 999_999 });
    expect(plan([busy, level(9, { hintedAt: 999_950 })], 2)).toEqual([
      [9, 1, 'brief'],
      [5, 1, 'now'],
    ]);
    expect(plan([busy, level(5, { hintedAt: 999_950, lastAskedAt: 999_998 })], 1)).toEqual([[5, 1, 'brief']]);
    // Heard of long ago it is stored, or another has it: nothing to wait for.
    expect(plan([busy, level(5, { hintedAt: 999_000, lastAskedAt: 999_998 })], 1)).toEqual([[5, 1, 'look']]);
    expect(plan([busy, level(1, { hintedAt: 999_950 })], 2)).toEqual([[5, 2, 'now']]);
    // Its answer is on the way; what the others hold of this slot meanwhile is theirs.
    expect(plan([level(5, { nonEmpty: true, underWay: 1 }), level(1, { hintedAt: 999_950 })], 1)).toEqual([]);
  });

  it('of equal levels of which one is never empty, the others are asked as soon as something is heard of', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 65 }), fc.nat(1_000), (count, seed) => {
        const full = level(5, { nonEmpty: true });
        const others = Array.from({ length: count - 1 }, () => level(5, { listening: true }));
        const heard = others[seed % others.length] as PlannedLevel;
        for (let round = 1, now = 1_000_000; round <= 40; round++, now++) {
          if (round === 20) heard.hintedAt = now;
          for (const { level: of } of planPulls({
            levels: [full, ...others],
            free: 1,
            capacity: 2,
            fromBottom: round % 16 === 15,
            now,
          })) {
            of.lastAskedAt = now;
            if (of === heard && round >= 20) return round <= 21;
          }
        }
        return false;
      }),
    );
  });

  it('age: with every level full, each gets its turn, and nearly all go to the top', () => {
    const levels = Array.from({ length: 10 }, (_, n) => level(n + 1, { nonEmpty: true }));
    const given = new Map<number, number>();
    for (let round = 0; round < 16 * 20; round++) {
      const now = 1_000 + round;
      for (const { level: of, batch } of planPulls({
        levels,
        free: 20,
        capacity: 50,
        fromBottom: round % 16 === 15,
        now,
      })) {
        of.lastAskedAt = now;
        given.set(of.priority, (given.get(of.priority) ?? 0) + batch);
      }
    }
    for (let priority = 1; priority < 10; priority++) expect(given.get(priority)).toBeGreaterThanOrEqual(20);
    expect((given.get(10) ?? 0) / (16 * 20 * 20)).toBeGreaterThan(0.9);
  });

  it('of a limited queue ask for no more than its credits, all its levels together, and never stand', () => {
    const group = { credits: () => 5 };
    const full = (priority: number, over: Partial<PlannedLevel> = {}) =>
      level(priority, { group, nonEmpty: true, ...over });
    expect(plan([full(9), full(5), level(1, { nonEmpty: true })], 20)).toEqual([
      [9, 5, 'now'],
      [1, 15, 'now'],
    ]);
    expect(plan([full(9, { underWay: 3 }), full(5), level(1, { nonEmpty: true })], 20)).toEqual([]);
    expect(plan([full(9, { underWay: 5 }), full(5), level(1, { nonEmpty: true })], 20)).toEqual([[1, 20, 'now']]);
    expect(plan([full(9, { nonEmpty: false, lastAskedAt: 999_999 }), level(1)], 20)).toEqual([[1, 1, 'standing']]);
    expect(plan([full(9, { nonEmpty: false, lastAskedAt: 998_000 })], 20)).toEqual([[9, 1, 'look']]);
    // It may be heard of before it is stored.
    expect(plan([full(9, { nonEmpty: false, hintedAt: 999_999, lastAskedAt: 999_999 })], 20)).toEqual([
      [9, 1, 'brief'],
    ]);
  });

  it('never ask for more than is free, than a level has room for, or twice of one level', () => {
    const any = fc.record({
      priority: fc.integer({ min: 1, max: 10 }),
      nonEmpty: fc.boolean(),
      held: fc.boolean(),
      underWay: fc.nat(5),
      standing: fc.boolean(),
      listening: fc.boolean(),
      hintedAt: fc.constantFrom(0, 999_000, 999_950),
      room: fc.nat(100),
      lastMessageAt: fc.nat(1_000_000),
      lastAskedAt: fc.nat(1_000_000),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), fc.nat(3_000), fc.boolean(), (levels, free, fromBottom) => {
        const pulls = planPulls({ levels, free, capacity: 3_000, fromBottom, now: 1_000_000 });
        expect(pulls.reduce((sum, { batch }) => sum + batch, 0)).toBeLessThanOrEqual(free);
        expect(new Set(pulls.map((pull) => pull.level)).size).toBe(pulls.length);
        for (const { level: pulled, batch } of pulls) {
          expect(batch).toBeGreaterThan(0);
          expect(batch).toBeLessThanOrEqual(pulled.room);
          expect(pulled.held || pulled.underWay > 0).toBe(false);
        }
      }),
    );
  });
});
