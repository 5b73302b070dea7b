import type { ScheduleState } from '@jobflow/contracts';
import { ticksBetween } from '@jobflow/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aJob, aSchedule, type CronWorld, cronWorld } from './cron-world.js';

const START = Date.UTC(2026, 2, 28, 0, 0, 30);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function world(...schedules: ScheduleState[]): CronWorld {
  const made = cronWorld(START);
  made.save({ type: 'JobSaved', job: aJob('job') });
  for (const schedule of schedules)
    made.save({ type: 'ScheduleSaved', schedule: { ...schedule, activeSince: START, createdAt: START } });
  return made;
}
const fired = (made: CronWorld, id: string) =>
  made
    .ticksOf(id)
    .filter((t) => t.outcome === 'fired')
    .map((t) => t.tick);
const minutes = (list: number[]) => list.map((at) => (at - START + 30_000) / MINUTE);

/** Every fired tick has its one run, and every run its tick. */
function consistent(made: CronWorld, id: string): void {
  const ticks = made.ticksOf(id);
  expect(new Set(ticks.map((t) => t.tick)).size).toBe(ticks.length);
  const ran = made.runsOf(id).map((run) => `${run.id} ${run.fireAt}`);
  expect(ran).toEqual(ticks.filter((t) => t.outcome === 'fired').map((t) => `${t.runId} ${t.tick}`));
}

describe('a schedule', () => {
  it('fires each tick once, at its time, with all that its run needs', async () => {
    const made = world(aSchedule('s', { input: { a: 1 }, tags: ['x'], priority: 9 }));
    await made.start('one', true);
    await made.clock.advance(3 * MINUTE);
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3]);
    consistent(made, 's');
    expect(made.runsOf('s')[0]).toMatchObject({
      job: 'job',
      input: { a: 1 },
      tags: ['x'],
      priority: 9,
      scheduleId: 's',
      createdAt: START + 30_000,
    });
  });

  it('that is saved, changed, paused or deleted is followed at once', async () => {
    const made = world();
    await made.start('one', true);
    await made.clock.advance(MINUTE);
    const state = aSchedule('s', { activeSince: made.clock.now() });
    made.save({ type: 'ScheduleSaved', schedule: state });
    await made.clock.advance(MINUTE);
    expect(minutes(fired(made, 's'))).toEqual([2]);
    made.save({ type: 'ScheduleSaved', schedule: { ...state, cron: '*/30 * * * * *', activeSince: made.clock.now() } });
    await made.clock.advance(MINUTE);
    expect(minutes(fired(made, 's'))).toEqual([2, 3, 3.5]);
    made.save({ type: 'ScheduleSaved', schedule: { ...state, enabled: false } });
    await made.clock.advance(5 * MINUTE);
    expect(fired(made, 's')).toHaveLength(3);
    made.save({ type: 'ScheduleSaved', schedule: { ...state, activeSince: made.clock.now() } });
    await made.clock.advance(MINUTE);
    expect(fired(made, 's')).toHaveLength(4);
    made.save({ type: 'ScheduleDeleted', id: 's' });
    await made.clock.advance(5 * MINUTE);
    expect(fired(made, 's')).toHaveLength(4);
  });

  it('whose last tick cannot be read fires nothing, says so once a minute, and stops no other', async () => {
    const made = world(aSchedule('bad'), aSchedule('good'));
    made.setUnreadable('bad', 'no version 9 here');
    await made.start('one', true);
    await made.clock.advance(3 * MINUTE);
    expect(minutes(fired(made, 'good'))).toEqual([1, 2, 3]);
    expect(made.ticksOf('bad')).toEqual([]);
    expect(made.errors).toEqual(Array(4).fill({ scheduleId: 'bad', reason: 'no version 9 here' }));
  });

  it('of a disabled job records why nothing happens', async () => {
    const made = world(aSchedule('s'));
    made.save({ type: 'JobSaved', job: aJob('job', { enabled: false }) });
    await made.start('one', true);
    await made.clock.advance(MINUTE);
    expect(made.ticksOf('s')).toMatchObject([{ outcome: 'skipped', why: 'Job job is disabled' }]);
    expect(made.runsOf('s')).toEqual([]);
  });

  it('whose job is deleted is disabled, once, with the reason', async () => {
    const made = world(aSchedule('s'));
    await made.start('one', true);
    await made.start('two');
    made.save({ type: 'JobDeleted', name: 'job' });
    await made.clock.advance(3 * MINUTE);
    expect(made.schedule('s')).toMatchObject({ enabled: false, disabledReason: 'Job job was deleted', revision: 2 });
    expect(fired(made, 's')).toEqual([]);
  });

  it('that moves to a queue of another shard fires no tick twice', async () => {
    const made = world(aSchedule('s', { queue: 'a' }));
    await made.start('one', true);
    await made.start('two');
    await made.clock.advance(2 * MINUTE);
    for (const queue of ['b', 'c', 'd', 'a']) {
      made.save({ type: 'ScheduleSaved', schedule: { ...aSchedule('s', { queue }), activeSince: START } });
      await made.clock.advance(2 * MINUTE);
    }
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    consistent(made, 's');
  });

  it('with input too large for one batch of all its missed ticks catches up in several', async () => {
    const made = world(aSchedule('s', { missed: 'ALL', maxMissed: 60, input: 'x'.repeat(200_000) }));
    await made.clock.advance(50 * MINUTE);
    await made.start('one', true);
    await made.clock.advance(1000);
    expect(minutes(fired(made, 's'))).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    consistent(made, 's');
    for (const message of made.messages) expect(message.events.length).toBeLessThanOrEqual(25);
  });
});

describe('several schedulers', () => {
  it('fire each tick once, the holder of the shard first', async () => {
    const made = world(aSchedule('s', { cron: '*/2 * * * * *' }));
    await made.start('two');
    await made.start('one', true);
    await made.start('three');
    await made.clock.advance(10_000);
    expect(fired(made, 's')).toHaveLength(5);
    for (const run of made.runsOf('s')) expect(run.createdAt).toBe(run.fireAt);
    expect(made.refused()).toBe(0);
    consistent(made, 's');
  });

  it('need no holder: then a tick is less than a second late', async () => {
    const made = world(aSchedule('s'));
    for (const name of ['one', 'two', 'three']) await made.start(name);
    await made.clock.advance(2 * MINUTE + 30_000);
    expect(minutes(fired(made, 's'))).toEqual([1, 2]);
    await made.clock.advance(1000);
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3]);
    for (const run of made.runsOf('s')) expect(run.createdAt - (run.fireAt ?? 0)).toBeLessThan(1000);
    consistent(made, 's');
  });

  it('fire what the holder leaves behind when it dies', async () => {
    const made = world(aSchedule('s'));
    await made.start('one', true);
    await made.start('two');
    await made.clock.advance(MINUTE);
    made.kill('one');
    await made.clock.advance(2 * MINUTE + 1000);
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3]);
  });

  it('go on together after the holder was cut off for a while', async () => {
    const made = world(aSchedule('s'));
    await made.start('one', true);
    await made.start('two');
    await made.clock.advance(MINUTE);
    made.cutOff('one', true);
    await made.clock.advance(2 * MINUTE);
    made.cutOff('one', false);
    await made.clock.advance(2 * MINUTE + 10);
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3, 4, 5]);
    expect(made.refused()).toBeLessThan(5);
    consistent(made, 's');
  });

  it('that both believe to hold the shard fire once; who comes second learns of it', async () => {
    const made = world(aSchedule('s'));
    await made.start('one', true);
    await made.start('two', true);
    await made.clock.advance(3 * MINUTE);
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3]);
    expect(made.refused()).toBeLessThanOrEqual(3);
    made.kill('one');
    await made.clock.advance(MINUTE);
    expect(minutes(fired(made, 's'))).toEqual([1, 2, 3, 4]);
    consistent(made, 's');
  });

  it('fire a tick once even if the answer that it was stored is lost', async () => {
    const made = world(aSchedule('s', { cron: '*/5 * * * * *' }));
    let n = 0;
    made.setLosses(() => n++ % 3 === 0);
    await made.start('one', true);
    await made.start('two');
    await made.clock.advance(5 * MINUTE);
    expect(fired(made, 's')).toHaveLength(60);
    consistent(made, 's');
  });

  it('go on where they were after the log was away, as the policy says', async () => {
    const made = world(aSchedule('skip'), aSchedule('all', { missed: 'ALL' }), aSchedule('last', { missed: 'LAST' }));
    await made.start('one', true);
    await made.start('two');
    await made.clock.advance(2 * MINUTE);
    made.setDown(true);
    await made.clock.advance(3 * MINUTE + 25_000);
    made.setDown(false);
    await made.clock.advance(MINUTE);
    expect(minutes(fired(made, 'skip'))).toEqual([1, 2, 6]);
    expect(minutes(fired(made, 'last'))).toEqual([1, 2, 5, 6]);
    expect(minutes(fired(made, 'all'))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(made.ticksOf('skip').map((t) => t.outcome)).toEqual([
      'fired',
      'fired',
      'skipped',
      'skipped',
      'skipped',
      'fired',
    ]);
  });
});

describe('overlap', () => {
  const busy = { live: [{ id: '01890a5d-ac96-774b-bcce-b302099a8057', queue: 'default' }] };

  it('SKIP leaves ticks out while the run before goes on', async () => {
    const made = world(aSchedule('s', { overlap: 'SKIP' }));
    await made.start('one', true);
    await made.clock.advance(MINUTE);
    made.setEarlier(() => busy);
    await made.clock.advance(2 * MINUTE);
    made.setEarlier(() => ({ live: [] }));
    await made.clock.advance(MINUTE);
    expect(made.ticksOf('s').map((t) => t.outcome)).toEqual(['fired', 'skipped', 'skipped', 'fired']);
  });

  it('waits for a read model that lags, rather than guess', async () => {
    const made = world(aSchedule('s', { overlap: 'SKIP' }));
    made.setEarlier(() => undefined);
    await made.start('one', true);
    await made.clock.advance(30_000 + 5_000);
    expect(made.ticksOf('s')).toEqual([]);
    made.setEarlier(() => ({ live: [] }));
    await made.clock.advance(200);
    expect(minutes(fired(made, 's'))).toEqual([1]);
  });

  it('CANCEL_RUNNING asks the run before to end, in the same batch', async () => {
    const made = world(aSchedule('s', { overlap: 'CANCEL_RUNNING' }));
    made.setEarlier(() => busy);
    await made.start('one', true);
    await made.clock.advance(MINUTE);
    expect(made.messages.map((m) => m.events[0]?.type)).toEqual(['ScheduleTicked', 'RunQueued', 'RunCancelRequested']);
  });

  it('QUEUE fires one that waited, as soon as the run before has ended', async () => {
    const made = world(aSchedule('s', { overlap: 'QUEUE' }));
    await made.start('one', true);
    await made.start('two');
    await made.clock.advance(MINUTE);
    made.setEarlier(() => busy);
    await made.clock.advance(3 * MINUTE + 10_000);
    expect(minutes(fired(made, 's'))).toEqual([1]);
    const waits = { from: START, to: made.clock.now() };
    made.setEarlier(() => ({ live: [], busy: [waits] }));
    await made.clock.advance(1000);
    expect(made.ticksOf('s').map((t) => t.outcome)).toEqual(['fired', 'fired', 'skipped', 'skipped']);
    consistent(made, 's');
  });
});

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'];
const crons = ['*/17 * * * *', '30 2 * * *', '0 */3 * * *', '15,45 1-4 * * *', '5 0 2 * * *', '0 12 * * sat'];
const everything = zones.flatMap((timezone, i) =>
  crons.map((cron, j) =>
    aSchedule(`s${i}x${j}`, { cron, timezone, missed: 'ALL', maxMissed: 1000, jitterMs: j === 0 ? 60_000 : 0 }),
  ),
);

describe('schedulers that are killed and started at random', () => {
  it('fire every tick of two days with clock changes once, and no other', async () => {
    const step = fc.record({ minutes: fc.integer({ min: 1, max: 240 }), who: fc.constantFrom('a', 'b', 'c') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 20 }),
        fc.infiniteStream(fc.nat(20)),
        async (steps, dice) => {
          const made = world(...everything);
          made.setLosses(() => dice.next().value === 0);
          for (const { minutes: pause, who } of steps) {
            if (made.names().includes(who)) made.kill(who);
            else await made.start(who, made.names().length === 0);
            await made.clock.advance(pause * MINUTE);
          }
          if (made.names().length === 0) await made.start('last', true);
          await made.clock.advance(3 * HOUR);
          const until = made.clock.now();
          for (const { id } of everything) {
            consistent(made, id);
            const state = made.schedule(id) as ScheduleState;
            const due = ticksBetween(state, START, until - 2 * MINUTE, 10_000).ticks.map((t) => t.at);
            const got = fired(made, id).filter((at) => at <= until - 2 * MINUTE);
            expect(got).toEqual(due);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
