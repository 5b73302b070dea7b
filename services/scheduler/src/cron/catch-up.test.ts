import type { ScheduleState } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { busyStretches } from './busy-stretches.js';
import { aJob, aSchedule, type CronWorld, cronWorld } from './cron-world.js';

const START = Date.UTC(2026, 5, 1);
const MINUTE = 60_000;
const EVERY = 30 * MINUTE;
const LASTS = 10 * MINUTE;
/** The scheduler is away from the first tick until after the twelfth. */
const DOWN = START + 29 * MINUTE;
const UP = START + 12 * EVERY + MINUTE;

/** Each run ends so long after it was made, or when it is asked to. */
function runsEnd(made: CronWorld, lasts: number): void {
  const cancelled = new Map<string, number>();
  let read = 0;
  made.setEarlier((id) => {
    for (; read < made.messages.length; read++)
      for (const event of made.messages[read]?.events ?? [])
        if (event.type === 'RunCancelRequested') cancelled.set(event.runId, made.clock.now());
    const runs = made.runsOf(id).map((run) => ({ ...run, end: cancelled.get(run.id) ?? run.createdAt + lasts }));
    const live = runs.filter(({ end }) => end > made.clock.now());
    const ended = runs.filter((run) => !live.includes(run)).map((run) => ({ madeAt: run.createdAt, endedAt: run.end }));
    return { live, busy: busyStretches(ended.slice(-100), ended.length >= 100) };
  });
}

async function begun(over: Partial<ScheduleState>, lasts: number): Promise<CronWorld> {
  const made = cronWorld(START);
  runsEnd(made, lasts);
  made.save({ type: 'JobSaved', job: aJob('job') });
  const schedule = aSchedule('s', { cron: '*/30 * * * *', ...over, activeSince: START, createdAt: START });
  made.save({ type: 'ScheduleSaved', schedule });
  await made.start('0', true);
  return made;
}

interface Trial {
  hours: number;
  lasts?: number;
  killEvery?: number;
}
async function outage(over: Partial<ScheduleState>, { hours, lasts = LASTS, killEvery }: Trial): Promise<CronWorld> {
  const made = await begun(over, lasts);
  await made.clock.advance(DOWN - START);
  made.kill('0');
  await made.clock.advance(UP - DOWN);
  await made.start('1', true);
  const pause = killEvery ?? hours * 60 * MINUTE;
  for (let n = 1; made.clock.now() < UP + hours * 60 * MINUTE; n++) {
    await made.clock.advance(pause);
    if (killEvery === undefined) continue;
    made.kill(`${n}`);
    await made.start(`${n + 1}`, true);
  }
  return made;
}
const shown = (made: CronWorld, upTo = 12) =>
  made.ticksOf('s').flatMap(({ tick, outcome, why }) => {
    const n = (tick - START) / EVERY;
    return n <= upTo ? [outcome === 'fired' ? `${n}` : `${n} ${why}`] : [];
  });
const all = (why: string, ...fired: number[]) =>
  Array.from({ length: 12 }, (_, i) => (fired.includes(i + 1) ? `${i + 1}` : `${i + 1} ${why}`));
const everyOne = Array.from({ length: 12 }, (_, i) => i + 1);

const MISSED = 'Missed: it could not fire in time';
const NOT_LAST = 'Missed: only the last missed tick is caught up';
const BUSY = 'The run before has not ended';
const REPLACED = 'Replaced at once by the next fire';

describe('twelve ticks that were missed, of a schedule whose runs last', () => {
  it.each<[ScheduleState['missed'], ScheduleState['overlap'], string[]]>([
    ['SKIP', 'ALLOW', all(MISSED)],
    ['SKIP', 'SKIP', all(MISSED)],
    ['SKIP', 'CANCEL_RUNNING', all(MISSED)],
    ['SKIP', 'QUEUE', all(MISSED)],
    ['LAST', 'ALLOW', all(NOT_LAST, 12)],
    ['LAST', 'SKIP', all(NOT_LAST, 12)],
    ['LAST', 'CANCEL_RUNNING', all(NOT_LAST, 12)],
    ['LAST', 'QUEUE', all(NOT_LAST, 12)],
    ['ALL', 'ALLOW', all('', ...everyOne)],
    ['ALL', 'SKIP', all(BUSY, 1)],
    ['ALL', 'CANCEL_RUNNING', all(REPLACED, 12)],
    ['ALL', 'QUEUE', all('', ...everyOne)],
  ])('are caught up as its policies say: %s, %s', async (missed, overlap, expected) => {
    expect(shown(await outage({ missed, overlap }, { hours: 4 }))).toEqual(expected);
  });
});

describe('a catch-up one after the other', () => {
  const queued = { missed: 'ALL', overlap: 'QUEUE' } as const;
  const inTurn = (made: CronWorld) => {
    const runs = made.runsOf('s');
    for (const [i, { createdAt }] of runs.entries())
      expect(createdAt).toBeGreaterThanOrEqual((runs[i - 1]?.createdAt ?? Number.NEGATIVE_INFINITY) + LASTS);
    expect(runs.map(({ id, fireAt }) => `${id} ${fireAt}`)).toEqual(
      made.ticksOf('s').flatMap(({ outcome, runId, tick }) => (outcome === 'fired' ? [`${runId} ${tick}`] : [])),
    );
  };

  it('begins each run when the one before has ended, and is followed by one tick of those that came meanwhile', async () => {
    const made = await outage(queued, { hours: 4 });
    inTurn(made);
    const waited = 'Another fire waited already for the run before to end';
    // It lasts for two hours.
    const later = ['13', `14 ${waited}`, `15 ${waited}`, `16 ${waited}`, '17', '18', '19', '20'];
    expect(shown(made, 100)).toEqual([...everyOne.map(String), ...later]);
  });

  it('goes on where it was when the scheduler is killed again and again', async () => {
    const made = await outage(queued, { hours: 4, killEvery: 7 * MINUTE });
    inTurn(made);
    expect(shown(made)).toEqual(everyOne.map(String));
  });

  it('is of the last so many, which those that come meanwhile do not push out', async () => {
    const made = await outage({ ...queued, maxMissed: 5 }, { hours: 6, lasts: 40 * MINUTE });
    inTurn(made);
    const beyond = 'Missed: only the last 5 are caught up; this and all before it are not';
    expect(shown(made)).toEqual([`7 ${beyond}`, '8', '9', '10', '11', '12']);
  });

  it('is none when runs take longer than it is from tick to tick', async () => {
    const made = await begun(queued, 100 * MINUTE);
    await made.clock.advance(5 * 60 * MINUTE);
    const waited = 'Another fire waited already for the run before to end';
    expect(shown(made, 7)).toEqual(['1', '2', `3 ${waited}`, `4 ${waited}`, '5', `6 ${waited}`, `7 ${waited}`]);
  });
});

describe('a run of twenty minutes, of a schedule that ticks every second', () => {
  const SECOND = 1_000;
  const over = { kind: 'INTERVAL', everyMs: SECOND, startsAt: START + SECOND, overlap: 'QUEUE' } as const;
  const ended = (made: CronWorld, triggered: { madeAt: number; endedAt: number }[] = []) =>
    made.setEarlier((id) => {
      const now = made.clock.now();
      // The first lasts, those after it do not.
      const runs = made.runsOf(id).map(({ id: run, createdAt }, i) => ({
        ...{ id: run, queue: 'default', madeAt: createdAt },
        endedAt: createdAt + (i === 0 ? 20 * MINUTE : SECOND / 4),
      }));
      return {
        live: runs.filter(({ endedAt }) => endedAt > now),
        busy: busyStretches([...runs.filter(({ endedAt }) => endedAt <= now), ...triggered], false),
      };
    });
  async function healthy(missed: ScheduleState['missed'], triggered?: { madeAt: number; endedAt: number }[]) {
    const made = await begun({ ...over, missed, maxMissed: 1_000 }, 0);
    ended(made, triggered);
    await made.clock.advance(25 * MINUTE);
    return made.ticksOf('s').map((tick) => ({ ...tick, n: (tick.tick - START) / SECOND }));
  }

  it.each(['SKIP', 'LAST', 'ALL'] as const)('lets one fire wait, and nothing is owed after it: %s', async (missed) => {
    const ticks = await healthy(missed);
    expect(ticks.filter(({ owedUpTo }) => owedUpTo !== undefined)).toEqual([]);
    const fired = ticks.flatMap(({ n, outcome }) => (outcome === 'fired' ? [n] : []));
    expect(fired.slice(0, 2)).toEqual([1, 2]);
    expect(fired[2]).toBeGreaterThan(1_200);
    expect(ticks.find(({ outcome }) => outcome === 'skipped')?.why).toMatch(/^Another fire waited already/);
  });

  it('is in the way although one that was triggered meanwhile has ended', async () => {
    const ticks = await healthy('ALL', [{ madeAt: START + 5 * MINUTE, endedAt: START + 6 * MINUTE }]);
    const fired = ticks.flatMap(({ n, outcome }) => (outcome === 'fired' ? [n] : []));
    expect(fired.slice(0, 2)).toEqual([1, 2]);
    expect(fired[2]).toBeGreaterThan(1_200);
  });
});

it('a catch-up of more runs than are looked at owes nothing of what came meanwhile', async () => {
  const every = { kind: 'INTERVAL', everyMs: MINUTE, startsAt: START + MINUTE, cron: undefined } as const;
  const made = await begun({ ...every, missed: 'ALL', maxMissed: 150, overlap: 'QUEUE' }, MINUTE / 2);
  made.kill('0');
  await made.clock.advance(150 * MINUTE);
  runsEnd(made, 2 * MINUTE);
  await made.start('1', true);
  await made.clock.advance(6 * 60 * MINUTE);
  const fired = made.runsOf('s').map(({ fireAt = 0 }) => (fireAt - START) / MINUTE);
  // All that were missed, and the one that was in time; it lasts for five hours.
  expect(fired.slice(0, 150)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
  expect(fired[150]).toBeGreaterThan(440);
});
