import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptTimes, placeOn, type RunTimes, runPhases } from './run-phases';

const base = Date.parse('2026-11-23T12:00:00.000Z');
const at = (ms: number) => new Date(base + ms).toISOString();

const attempt = (number: number, queued: number, started: number | null, finished: number | null): AttemptTimes => ({
  number,
  status: finished === null ? 'RUNNING' : 'FAILED',
  dueAt: null,
  queuedAt: at(queued),
  startedAt: started === null ? null : at(started),
  finishedAt: finished === null ? null : at(finished),
});

const run = (attempts: AttemptTimes[], more: Partial<RunTimes> = {}): RunTimes => ({
  createdAt: at(0),
  dueAt: null,
  queuedAt: at(0),
  startedAt: null,
  finishedAt: null,
  nextAttemptAt: null,
  status: 'RUNNING',
  attempts,
  ...more,
});

describe('the phases of a run', () => {
  it('are wait, run and backoff, attempt by attempt', () => {
    const phases = runPhases(run([attempt(1, 0, 100, 300), attempt(2, 1_300, 1_350, null)]), base + 2_000);
    expect(phases.map(({ kind, attempt: n, from, to, open }) => [kind, n, from - base, to - base, open])).toEqual([
      ['wait', 1, 0, 100, false],
      ['run', 1, 100, 300, false],
      ['backoff', 1, 300, 1_300, false],
      ['wait', 2, 1_300, 1_350, false],
      ['run', 2, 1_350, 2_000, true],
    ]);
  });

  it('a run that has not started only waits', () => {
    expect(runPhases(run([], { status: 'QUEUED' }), base + 500)).toMatchObject([{ kind: 'wait', open: true }]);
  });

  it('a run that waits for its next attempt ends in an open backoff', () => {
    const phases = runPhases(run([attempt(1, 0, 10, 20)], { status: 'RETRYING' }), base + 100);
    expect(phases.at(-1)).toMatchObject({ kind: 'backoff', open: true, from: base + 20, to: base + 100 });
  });

  it('never have a negative length or leave their axis, whatever the clocks said', () => {
    const instant = fc.integer({ min: -5_000, max: 5_000 });
    fc.assert(
      fc.property(instant, instant, instant, instant, (queued, started, finished, now) => {
        for (const phase of runPhases(run([attempt(1, queued, started, finished)]), base + now)) {
          expect(phase.to).toBeGreaterThanOrEqual(phase.from);
          const { left, width } = placeOn(base, base + 1_000, phase);
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left + width).toBeLessThanOrEqual(100.0001);
        }
      }),
    );
  });
});
