import { describe, expect, it } from 'vitest';
import { statePath } from './state-path';

const at = (second: number) => `2026-11-23T12:00:${String(second).padStart(2, '0')}.000Z`;
const run = {
  status: 'QUEUED',
  createdAt: at(0),
  queuedAt: at(0),
  startedAt: null,
  finishedAt: null,
  dueAt: null,
  attempt: 0,
  nextAttemptAt: null,
  attempts: [],
};
const words = (steps: { status: string }[]) => steps.map((step) => step.status);

describe('the path of a run', () => {
  it('a plain success is three states', () => {
    const steps = statePath({ ...run, status: 'SUCCEEDED', attempt: 1, startedAt: at(1), finishedAt: at(2) });
    expect(words(steps)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(steps.at(-1)).toEqual({ status: 'SUCCEEDED', at: at(2), current: true });
  });

  it('says that it was planned, and that it was retried', () => {
    const steps = statePath({
      ...run,
      status: 'FAILED',
      dueAt: at(5),
      queuedAt: at(5),
      startedAt: at(9),
      finishedAt: at(10),
      attempt: 3,
    });
    expect(words(steps)).toEqual(['SCHEDULED', 'QUEUED', 'RETRYING', 'RUNNING', 'FAILED']);
  });

  it('begins when the first attempt was queued, not the last', () => {
    const attempts = [{ queuedAt: at(0) }, { queuedAt: at(7) }];
    const steps = statePath({ ...run, status: 'RUNNING', attempt: 2, queuedAt: at(7), startedAt: at(8), attempts });
    expect(steps[0]).toEqual({ status: 'QUEUED', at: at(0), current: false });
  });

  it('never shows the present state twice', () => {
    expect(words(statePath(run))).toEqual(['QUEUED']);
    expect(words(statePath({ ...run, status: 'RUNNING', attempt: 1, startedAt: at(1) }))).toEqual([
      'QUEUED',
      'RUNNING',
    ]);
    expect(words(statePath({ ...run, status: 'SCHEDULED', queuedAt: null, dueAt: at(30) }))).toEqual(['SCHEDULED']);
  });

  it('a run cancelled before it started never ran', () => {
    expect(words(statePath({ ...run, status: 'CANCELLED', finishedAt: at(3) }))).toEqual(['QUEUED', 'CANCELLED']);
  });
});
