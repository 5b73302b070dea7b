import { nextTicks } from '@jobflow/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSED_AFTER_MS, type PlannedTick, planTicks } from './plan-ticks.js';

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

  it('of a year of missed seconds is planned at once', () => {
    const every = schedule({ cron: '* * * * * *' });
    const year = ticks(every, START, START + 365 * 24 * 60 * MINUTE);
    expect(year).toHaveLength(500);
    expect(year[0]?.why).toContain('like all before it');
    expect(year.at(-1)).toMatchObject({ outcome: 'fired' });
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
