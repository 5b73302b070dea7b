import type { ScheduleState } from '@jobflow/contracts';
import { elapsedTicks, type OracleFields, wallClock, wallClockTicks } from '@jobflow/domain/cron-oracle';
import { describe, expect, it } from 'vitest';
import { aJob, aSchedule, type CronWorld, cronWorld } from './cron-world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** In it New York's clocks go forward, then Berlin's; and at its end Lord Howe's go back by half an hour. */
const START = Date.UTC(2026, 2, 7);
const END = START + 31 * DAY;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'];
const walls = new Map(zones.map((zone) => [zone, wallClock(zone, START, END)]));

const whole = (min: number, max: number) => Array.from({ length: max - min + 1 }, (_, i) => min + i);
const any = { daysOfMonth: whole(1, 31), months: whole(1, 12), daysOfWeek: whole(0, 6) };

interface Spec {
  cron: string;
  fields: OracleFields;
  /** Its hours are *, a step or a range. */
  elapsed: boolean;
}

/** The nth of many different crons, most of them about the hours at which clocks change. */
function specOf(n: number): Spec {
  const [h, m, m2] = [n % 4, (n * 7) % 60, (n * 13 + 31) % 60];
  const fields: OracleFields = { seconds: [0], minutes: [m], hours: [h], ...any };
  const kinds: (() => Spec)[] = [
    () => ({ cron: `${m} ${h} * * *`, fields, elapsed: false }),
    () => ({ cron: `${m},${m2} ${h},3 * * *`, fields: { ...fields, minutes: [m, m2], hours: [h, 3] }, elapsed: false }),
    () => ({ cron: '*/20 0-6 * * *', fields: { ...fields, minutes: [0, 20, 40], hours: whole(0, 6) }, elapsed: true }),
    () => ({
      cron: `${m} */3 * * *`,
      fields: { ...fields, hours: whole(0, 23).filter((x) => x % 3 === 0) },
      elapsed: true,
    }),
    () => ({ cron: `${m} 1-4 * * *`, fields: { ...fields, hours: whole(1, 4) }, elapsed: true }),
    () => ({ cron: `${m2} ${m} 2 * * *`, fields: { ...fields, seconds: [m2], hours: [2] }, elapsed: false }),
    () => ({
      cron: `${m} ${h} 8,29 3 *`,
      fields: { ...fields, daysOfMonth: [8, 29], months: [3] },
      elapsed: false,
    }),
    () => ({
      cron: `30 2 * * 0,6`,
      fields: { ...fields, minutes: [30], hours: [2], daysOfWeek: [0, 6] },
      elapsed: false,
    }),
  ];
  return (kinds[n % kinds.length] as () => Spec)();
}

const zoneOf = (n: number): string => zones[n % zones.length] ?? 'UTC';
const expected = (spec: Spec, zone: string, from: number, to: number): number[] =>
  [...new Set((spec.elapsed ? elapsedTicks : wallClockTicks)(spec.fields, START, walls.get(zone) ?? []))]
    .filter((at) => at > from && at <= to)
    .sort((a, b) => a - b);

function worldOf(schedules: readonly ScheduleState[]): CronWorld {
  const made = cronWorld(START);
  made.save({ type: 'JobSaved', job: aJob('job') });
  for (const schedule of schedules)
    made.save({ type: 'ScheduleSaved', schedule: { ...schedule, activeSince: START, createdAt: START } });
  return made;
}

const firedOf = (made: CronWorld, id: string): number[] =>
  made.ticksOf(id).flatMap(({ tick, outcome }) => (outcome === 'fired' ? [tick] : []));

describe('a month of 200 schedules in six zones, through three changes of clocks', () => {
  it('fires exactly what an independent reading of the rules expects, each once and with its run', async () => {
    const specs = Array.from({ length: 200 }, (_, n) => specOf(n));
    const made = worldOf(
      specs.map(({ cron }, n) => aSchedule(`s${n}`, { cron, timezone: zoneOf(n), missed: 'ALL', maxMissed: 1_000 })),
    );
    await made.start('one', true);
    await made.start('two');
    // Every few days somebody dies, and somebody else takes over.
    for (let day = 0; day < 31; day++) {
      await made.clock.advance(DAY - 2_000);
      if (day % 5 === 4) {
        const [dying = ''] = made.names();
        made.kill(dying);
        await made.start(`of day ${day}`, made.names().length === 1 && day % 10 === 9);
      }
      await made.clock.advance(2_000);
    }
    await made.clock.advance(2_000);
    for (const [n, spec] of specs.entries()) {
      const due = expected(spec, zoneOf(n), START, END - MINUTE);
      expect(due.length, spec.cron).toBeGreaterThan(0);
      const fired = firedOf(made, `s${n}`).filter((at) => at <= END - MINUTE);
      expect(fired, `${spec.cron} in ${zoneOf(n)}`).toEqual(due);
      const runs = made.runsOf(`s${n}`).map(({ id, fireAt }) => `${id} ${fireAt}`);
      const ticks = made.ticksOf(`s${n}`).map(({ runId, tick }) => `${runId} ${tick}`);
      expect(runs).toEqual(ticks);
    }
  }, 60_000);
});

describe('six hours without any scheduler, in which New York’s clocks go forward', () => {
  const zone = 'America/New_York';
  const down = START + DAY + 4 * HOUR + 10 * MINUTE;
  const up = down + 6 * HOUR;
  const end = up + 2 * HOUR;
  const back = START + DAY + 10 * HOUR + 5_000;
  const often: Spec = {
    cron: '*/30 * * * *',
    fields: { seconds: [0], minutes: [0, 30], hours: whole(0, 23), ...any },
    elapsed: true,
  };
  const gap: Spec = { cron: '30 2 * * *', fields: { seconds: [0], minutes: [30], hours: [2], ...any }, elapsed: false };

  async function outage(schedule: ScheduleState, back = up): Promise<CronWorld> {
    const made = worldOf([{ ...schedule, timezone: zone }]);
    await made.start('one', true);
    await made.clock.advance(down - START);
    made.kill('one');
    await made.clock.advance(back - down);
    await made.start('two', true);
    await made.clock.advance(end - back);
    return made;
  }

  const missed = expected(often, zone, down, up);
  const others = [...expected(often, zone, START, down), ...expected(often, zone, up, end)];
  it.each([
    ['SKIP', {}, []],
    ['LAST', {}, missed.slice(-1)],
    ['ALL', { maxMissed: 1_000 }, missed],
    ['ALL, of which the last five', { maxMissed: 5 }, missed.slice(-5)],
  ] as const)('is caught up as its policy says: %s', async (policy, over, caughtUp) => {
    const name = policy.split(',')[0] as ScheduleState['missed'];
    const made = await outage(aSchedule('s', { cron: often.cron, missed: name, ...over }));
    expect(missed).toHaveLength(12);
    expect(firedOf(made, 's')).toEqual([...others, ...caughtUp].sort((a, b) => a - b));
    const skipped = made.ticksOf('s').filter(({ outcome }) => outcome === 'skipped');
    expect(skipped.length).toBe(
      name === 'ALL' ? Math.min(1, missed.length - caughtUp.length) : missed.length - caughtUp.length,
    );
    for (const { why } of skipped) expect(why).toMatch(/^Missed: /);
  });

  it.each([
    ['SKIP', 0],
    ['LAST', 1],
    ['ALL', 11],
  ] as const)(
    'and that ends five seconds after a tick fires that one, beside what its policy says: %s',
    async (policy, more) => {
      const made = await outage(aSchedule('s', { cron: often.cron, missed: policy, maxMissed: 11 }), back);
      const [onTime] = expected(often, zone, back - 9_000, back);
      const caughtUp = [...expected(often, zone, down, back - 9_000).slice(missed.length - 1 - more), onTime];
      const rest = [...expected(often, zone, START, down), ...expected(often, zone, back, end)];
      expect(firedOf(made, 's')).toEqual([...rest, ...caughtUp].sort((a, b) => Number(a) - Number(b)));
    },
  );

  it('owes a time that did not exist, too', async () => {
    const made = await outage(aSchedule('s', { cron: gap.cron, missed: 'LAST' }));
    expect(firedOf(made, 's')).toEqual(expected(gap, zone, START, end));
    expect(expected(gap, zone, down, up)).toHaveLength(1);
  });
});
