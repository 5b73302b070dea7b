import { limits, queuedSubject, type RunDefinition } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { aJob, aSchedule } from './cron-world.js';
import type { PlannedTick } from './plan-ticks.js';
import { tickUnit } from './tick-unit.js';

let ids = 0;
const options = {
  expect: (subject: string) => (subject === 'jf.run.12.tick.s' ? 7 : 3),
  cancel: [],
  now: 5,
  subjectOf: (run: RunDefinition) => queuedSubject(run.queue, run.priority),
  newId: () => `01890a5d-ac96-774b-bcce-${String(ids++).padStart(12, '0')}`,
};
const tick = (at: number, outcome: PlannedTick['outcome'] = 'fired'): PlannedTick => ({
  tick: at,
  jitterMs: 0,
  outcome,
  ...(outcome === 'skipped' && { why: 'because' }),
});
const unitOf = (ticks: PlannedTick[], schedule = aSchedule('s'), job = aJob('job')) =>
  tickUnit(schedule, job, ticks, options);

describe('the unit that records ticks', () => {
  it('is guarded twice: by the last sequence of its subject, and by a message id of its first tick', () => {
    const { unit, subject } = unitOf([tick(1000), tick(2000)]);
    expect(unit.messages[0]).toMatchObject({ subject, expectLastSubjectSeq: options.expect(subject) });
    expect(unit.messages.slice(1).map((m) => m.expectLastSubjectSeq)).toEqual([undefined, undefined]);
    expect(unit.msgId).toBe('tick:s:1000');
  });

  it('is told from one of another end of the same run', () => {
    const idOf = (seq: number) => unitOf([{ ...tick(1), after: { runId: 'r', seq } }]).unit.msgId;
    expect(idOf(7)).toBe(idOf(7));
    expect(idOf(7)).not.toBe(idOf(8));
  });

  it('holds all ticks in one message, and one message for each run', () => {
    const { unit, fired, skipped, lastTick, firesAt } = unitOf([tick(1000), tick(2000, 'skipped'), tick(3000)]);
    expect(unit.messages[0]?.events).toMatchObject([
      { tick: 1000, outcome: 'fired' },
      { tick: 2000, outcome: 'skipped', why: 'because' },
      { tick: 3000, outcome: 'fired' },
    ]);
    expect(unit.messages.slice(1).map((m) => m.events)).toMatchObject([
      [{ type: 'RunQueued', attempt: 1, delivery: 0, run: { fireAt: 1000, createdAt: 5 } }],
      [{ type: 'RunQueued', run: { fireAt: 3000 } }],
    ]);
    expect({ fired, skipped, lastTick, firesAt }).toEqual({ fired: 2, skipped: 1, lastTick: 3000, firesAt: 3000 });
  });

  it('goes to the queue and priority of the schedule, else of the job', () => {
    const job = aJob('job', { queue: 'mail', priority: 2 });
    expect(unitOf([tick(1)], aSchedule('s'), job)).toMatchObject({ queue: 'mail', priority: 2 });
    const own = unitOf([tick(1)], aSchedule('s', { queue: 'bulk', priority: 9 }), job);
    expect(own).toMatchObject({ queue: 'bulk', priority: 9 });
    expect(own.unit.messages[1]?.subject).toMatch(/\.queued\.bulk\.9$/);
  });

  it('stays within what the log takes at once, and leaves the rest', () => {
    const many = Array.from({ length: 600 }, (_, i) => tick(i + 1));
    const runs = unitOf(many);
    expect(runs.unit.messages.length).toBeLessThanOrEqual(limits.batchMessages);
    expect(runs.lastTick).toBe(runs.fired);
    expect(unitOf(many.map((t) => tick(t.tick, 'skipped'))).skipped).toBe(limits.commitEvents);
    const large = unitOf(many, aSchedule('s', { input: 'x'.repeat(250_000) }));
    expect(large.fired).toBeGreaterThan(10);
    expect(large.fired).toBeLessThan(20);
  });

  it('skips, with the reason, what can make no run', () => {
    const tooManyTags = aSchedule('s', { tags: Array.from({ length: 15 }, (_, i) => `t${i}`) });
    const job = aJob('job', { tags: Array.from({ length: 15 }, (_, i) => `j${i}`) });
    const [first] = unitOf([tick(1)], tooManyTags, job).unit.messages[0]?.events ?? [];
    expect(first).toMatchObject({ outcome: 'skipped', why: expect.stringContaining('tags') });
  });

  it('asks the runs it replaces to end', () => {
    const cancel = [{ id: '01890a5d-ac96-774b-bcce-b302099a8057', queue: 'mail' }];
    const { unit } = tickUnit(aSchedule('s'), aJob('job'), [tick(1)], { ...options, cancel });
    expect(unit.messages.at(-1)).toMatchObject({
      subject: expect.stringMatching(/control\.mail$/),
      events: [{ type: 'RunCancelRequested', runId: cancel[0]?.id }],
    });
  });
});
