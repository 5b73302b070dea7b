import { jitterOf, nextTicks } from '@jobflow/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stretch } from './busy-stretches.js';
import { MISSED_AFTER_MS } from './missed-after.js';
import { type PlannedTick, planTicks } from './plan-ticks.js';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
type Planned = Parameters<typeof planTicks>[0];
const schedule = (over: Partial<Planned> = {}): Planned => ({
  id: 's1',
  kind: 'CRON',
  cron: '* * * * *',
  timezone: 'UTC',
  createdAt: START,
  activeSince: START,
  missed: 'SKIP',
  maxMissed: 3,
  jitterMs: 0,
  overlap: 'ALLOW',
  ...over,
});
const ticks = (planned: Planned, last: number | undefined, now: number): PlannedTick[] => {
  const plan = planTicks(planned, last, now);
  return plan.kind === 'record' ? plan.ticks : [];
};
const show = (list: PlannedTick[]) => list.map((t) => `${(t.tick - START) / MINUTE} ${t.outcome}`);

describe('what a schedule owes', () => {
  it('is nothing before its first tick, and that tick at its time', () => {
    expect(planTicks(schedule(), undefined, START + 59_999)).toEqual({ kind: 'wait', until: START + MINUTE });
    expect(show(ticks(schedule(), undefined, START + MINUTE))).toEqual(['1 fired']);
    expect(planTicks(schedule(), START + MINUTE, START + MINUTE)).toEqual({ kind: 'wait', until: START + 2 * MINUTE });
  });

  it('is nothing from before it was active', () => {
    const resumed = schedule({ activeSince: START + 10 * MINUTE });
    expect(planTicks(resumed, START, START + 10 * MINUTE)).toEqual({ kind: 'wait', until: START + 11 * MINUTE });
  });

  it('is never anything once it is over', () => {
    expect(planTicks(schedule({ endsAt: START + 30_000 }), undefined, START)).toEqual({ kind: 'never' });
    expect(planTicks(schedule({ kind: 'ONCE', at: START + 5 }), START + 5, START + 6)).toEqual({ kind: 'never' });
  });

  it('is a tick that is merely late, whatever the policy', () => {
    for (const missed of ['SKIP', 'LAST', 'ALL'] as const) {
      const late = ticks(schedule({ missed }), undefined, START + MINUTE + MISSED_AFTER_MS - 1);
      expect(show(late)).toEqual(['1 fired']);
    }
  });

  it('after an outage: none of what was missed (SKIP)', () => {
    expect(show(ticks(schedule(), START, START + 4 * MINUTE + 30_000))).toEqual([
      '1 skipped',
      '2 skipped',
      '3 skipped',
      '4 skipped',
    ]);
    expect(show(ticks(schedule(), START, START + 3 * MINUTE))).toEqual(['1 skipped', '2 skipped', '3 fired']);
  });

  it('after an outage: the last of it (LAST)', () => {
    const missed = 'LAST';
    expect(show(ticks(schedule({ missed }), START, START + 3 * MINUTE + 30_000))).toEqual([
      '1 skipped',
      '2 skipped',
      '3 fired',
    ]);
  });

  it('after an outage: the last few (ALL), with what lies beyond told once', () => {
    const all = ticks(schedule({ missed: 'ALL' }), START, START + 60 * MINUTE + 30_000);
    expect(show(all)).toEqual(['57 skipped', '58 fired', '59 fired', '60 fired']);
    expect(all[0]?.why).toContain('all before it');
    expect(show(ticks(schedule({ missed: 'ALL' }), START, START + 2 * MINUTE + 30_000))).toEqual([
      '1 fired',
      '2 fired',
    ]);
  });

  describe('every second, fifteen seconds after the last that was recorded', () => {
    const every = (missed: Planned['missed'], maxMissed: number) =>
      schedule({ kind: 'INTERVAL', everyMs: 1_000, startsAt: START, missed, maxMissed });
    const firedOf = (planned: Planned, now: number) =>
      ticks(planned, START, now).flatMap((t) => (t.outcome === 'fired' ? [(t.tick - START) / 1_000] : []));
    it.each<[Planned['missed'], number, number[]]>([
      ['SKIP', 5, []],
      ['LAST', 5, [5]],
      ['ALL', 5, [1, 2, 3, 4, 5]],
      ['ALL', 3, [3, 4, 5]],
    ])('is what is less than ten seconds late, and of the rest what the policy says: %s, %i', (missed, most, more) => {
      expect(firedOf(every(missed, most), START + 15_000)).toEqual([...more, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    });
    it('the sixth is late for a millisecond less than ten seconds, and then missed', () => {
      const last = START + 6_000 + MISSED_AFTER_MS;
      expect(firedOf(every('SKIP', 5), last - 1)[0]).toBe(6);
      expect(firedOf(every('SKIP', 5), last)[0]).toBe(7);
    });
  });

  it('of a year of missed seconds is planned at once', () => {
    const every = schedule({ cron: '* * * * * *' });
    const year = ticks(every, START, START + 365 * 24 * 60 * MINUTE);
    expect(year).toHaveLength(500);
    expect(year[0]?.why).toContain('like all before it');
    expect(year.map((t) => t.outcome).indexOf('fired')).toBe(490);
  });

  it('comes later by its jitter, and stays in order', () => {
    const jittered = schedule({ jitterMs: 30_000 });
    const plan = planTicks(jittered, undefined, START + MINUTE - 1);
    if (plan.kind !== 'wait') throw new Error('it should wait');
    expect(plan.until).toBeGreaterThanOrEqual(START + MINUTE);
    expect(plan.until).toBeLessThanOrEqual(START + MINUTE + 30_000);
    expect(ticks(jittered, undefined, plan.until)).toEqual([
      { tick: START + MINUTE, jitterMs: plan.until - START - MINUTE, outcome: 'fired' },
    ]);
  });
});

/** The rule in other words: by what is said of it, not by how it is planned. */
function ruled(at: readonly number[], now: number, missed: Planned['missed'], most: number): number[] {
  const inTime = at.filter((time) => now - time < 10_000);
  const tooLate = at.filter((time) => now - time >= 10_000);
  const caughtUp = { SKIP: [], LAST: tooLate.slice(-1), ALL: tooLate.slice(-most) };
  return [...caughtUp[missed], ...inTime];
}

it('a tick that waited for the jitter of the one before it is no later than that one', () => {
  const planned = schedule({ kind: 'INTERVAL', everyMs: 1_000, startsAt: START, jitterMs: 30_000 });
  const dueAt = (n: number) => START + n * 1_000 + jitterOf(planned.id, START + n * 1_000, planned.jitterMs);
  const first =
    Array.from({ length: 100 }, (_, n) => n + 1).find((n) => dueAt(n) - dueAt(n + 1) > MISSED_AFTER_MS) ?? 0;
  const due = ticks(planned, START + (first - 1) * 1_000, dueAt(first));
  expect(due.length).toBeGreaterThan(1);
  expect(new Set(due.map(({ outcome }) => outcome))).toEqual(new Set(['fired']));
});

describe('what came while a run was in the way', () => {
  const queued = (over: Partial<Planned> = {}) =>
    schedule({
      kind: 'INTERVAL',
      everyMs: 1_000,
      startsAt: START,
      overlap: 'QUEUE',
      missed: 'ALL',
      maxMissed: 50,
      ...over,
    });
  const planOf = (planned: Planned, now: number, ...busy: Stretch[]): PlannedTick[] => {
    const plan = planTicks(planned, START, now, 0, busy);
    return plan.kind === 'record' ? plan.ticks : [];
  };
  const second = (tick: PlannedTick | undefined) => ((tick?.tick ?? Number.NaN) - START) / 1_000;
  const hour = { from: START - 1, to: START + 60 * MINUTE + 500 };
  const waited = 'Another fire waited already for the run before to end';

  it.each(['SKIP', 'LAST', 'ALL'] as const)('waited and is not owed, however long it was: %s', (missed) => {
    for (const maxMissed of [1, 100, 10_000]) {
      const [first, ...others] = planOf(queued({ missed, maxMissed }), START + 70 * MINUTE, hour);
      expect(first).toEqual({ tick: START + 1_000, jitterMs: 0, outcome: 'fired' });
      expect(others).toHaveLength(499);
      expect(others[0]?.why).toBe(`${waited}, as for all between that one and this`);
      expect(new Set(others.slice(1).map(({ why }) => why))).toEqual(new Set([waited]));
      expect(new Set(others.map(({ outcome, owedUpTo }) => `${outcome} ${owedUpTo}`))).toEqual(
        new Set(['skipped undefined']),
      );
      expect(second(others.at(-1))).toBe(3_600);
    }
  });

  it('is told singly where there is room', () => {
    const planned = planOf(queued(), START + MINUTE, { from: START - 1, to: START + 3_500 });
    expect(planned.map((tick) => `${second(tick)} ${tick.why}`)).toEqual(['1 undefined', `2 ${waited}`, `3 ${waited}`]);
  });

  it('waits by when it fires, jitter included', () => {
    const jittered = queued({ everyMs: 60_000, jitterMs: 30_000 });
    const last = START + 3 * MINUTE;
    const fires = last + jitterOf(jittered.id, last, jittered.jitterMs);
    const upTo = (to: number) => planOf(jittered, START + 60 * MINUTE, { from: START - 1, to }).at(-1)?.tick;
    expect(upTo(fires)).toBe(last);
    expect(upTo(fires - 1)).toBe(last - MINUTE);
  });

  it('is not what was missed before and after it, which is owed', () => {
    const run = { from: START + 20_500, to: START + 30_500 };
    const before = planOf(queued(), START + MINUTE, run);
    expect(before.map(second)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(new Set(before.map(({ owedUpTo }) => owedUpTo))).toEqual(new Set([START + 20_000]));
    const after = planTicks(queued(), START + 30_000, START + MINUTE, 0, [run]);
    if (after.kind !== 'record') throw new Error('it should be recorded');
    expect([second(after.ticks[0]), after.ticks[0]?.owedUpTo]).toEqual([31, START + 50_000]);
  });
});

describe('of any number of ticks that are owed', () => {
  it('fire those that are merely late, and of those missed as many as the policy says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Planned['missed']>('SKIP', 'LAST', 'ALL'),
        fc.record({ everyMs: fc.integer({ min: 1_000, max: 9_000 }), owed: fc.integer({ min: 1, max: 60 }) }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(999),
        (missed, { everyMs, owed }, maxMissed, later) => {
          const planned = schedule({ kind: 'INTERVAL', everyMs, startsAt: START, missed, maxMissed });
          const now = START + owed * everyMs + later;
          const at = Array.from({ length: owed }, (_, i) => START + (i + 1) * everyMs);
          const fired = ticks(planned, START, now).flatMap((t) => (t.outcome === 'fired' ? [t.tick] : []));
          expect(fired).toEqual(ruled(at, now, missed, maxMissed));
        },
      ),
    );
  });
});

describe('recording what is owed, again and again', () => {
  const crons = fc.constantFrom('* * * * *', '*/7 * * * * *', '30 2 * * *', '0 */6 * * *');
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York');
  const naps = fc.array(fc.integer({ min: 1, max: 3 * 3_600_000 }), { minLength: 1, maxLength: 12 });
  const policies = fc.constantFrom<Planned['missed']>('SKIP', 'LAST', 'ALL');

  it('yields each tick at most once, in order, and with ALL and room every one', () => {
    fc.assert(
      fc.property(crons, zones, naps, policies, fc.nat(20_000), (cron, timezone, sleeps, missed, jitterMs) => {
        const planned = schedule({ cron, timezone, missed, maxMissed: 10_000, jitterMs });
        let now = START;
        let last: number | undefined;
        const recorded: PlannedTick[] = [];
        for (const nap of sleeps) {
          now += nap;
          for (let due = ticks(planned, last, now); due.length > 0; due = ticks(planned, last, now)) {
            recorded.push(...due);
            last = due.at(-1)?.tick;
          }
        }
        for (const [i, t] of recorded.entries()) {
          expect(t.tick).toBeGreaterThan(recorded[i - 1]?.tick ?? 0);
          expect(t.tick + t.jitterMs).toBeLessThanOrEqual(now);
        }
        if (missed !== 'ALL') return;
        const fired = recorded.filter((t) => t.outcome === 'fired').map((t) => t.tick);
        const all = nextTicks(planned, START, fired.length + 1).map((t) => t.at);
        expect(fired).toEqual(all.slice(0, fired.length));
      }),
      { numRuns: 60 },
    );
  });
});
