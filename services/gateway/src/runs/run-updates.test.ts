import { describe, expect, it } from 'vitest';
import type { RunChanges } from './changed-runs.js';
import type { Run } from './run.js';
import { runConditions } from './run-conditions.js';
import { SeenRuns } from './seen-runs.js';

const changes = (changed: [id: string, seq: number][], left: [id: string, seq: number][] = []): RunChanges => ({
  changed: changed.map(([id, changedSeq]) => ({ run: { id } as Run, changedSeq, skipped: 1 })),
  left: left.map(([id, changedSeq]) => ({ id, changedSeq })),
  tooMany: false,
});

describe('what a subscriber is told', () => {
  it('is each change once', () => {
    const seen = new SeenRuns();
    expect(
      seen.news(
        changes([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).toMatchObject({ runs: [{ id: 'a' }, { id: 'b' }], skipped: 2 });
    expect(
      seen.news(
        changes([
          ['a', 1],
          ['b', 3],
        ]),
      ),
    ).toMatchObject({ runs: [{ id: 'b' }], skipped: 1 });
  });

  it('is that a run left, once, until it meets the filter again', () => {
    const seen = new SeenRuns();
    seen.news(changes([['a', 1]]));
    expect(seen.news(changes([], [['a', 2]])).left).toEqual(['a']);
    expect(seen.news(changes([], [['a', 3]])).left).toEqual([]);
    expect(seen.news(changes([['a', 4]])).runs).toHaveLength(1);
    expect(seen.news(changes([], [['a', 5]])).left).toEqual(['a']);
  });

  it('includes runs that left and were only in a list the subscriber had before', () => {
    expect(new SeenRuns().news(changes([], [['from-a-list', 9]])).left).toEqual(['from-a-list']);
  });

  it('is remembered for a bounded number of runs', () => {
    const seen = new SeenRuns();
    seen.news(changes([['first', 1]]));
    for (let n = 0; n < 10_000; n++) seen.news(changes([[`run-${n}`, n + 2]]));
    expect(seen.news(changes([['first', 1]])).runs).toHaveLength(1);
  });
});

describe('a filter', () => {
  it('can only be left by what may change', () => {
    const canLeave = (filter: Parameters<typeof runConditions>[0]) => runConditions(filter).canLeave;
    expect(canLeave(undefined)).toBe(false);
    expect(canLeave({ jobs: ['a'], tags: ['b'], ids: [], createdAfter: new Date() })).toBe(false);
    expect(canLeave({ statuses: ['SUCCEEDED', 'FAILED'] })).toBe(false);
    expect(canLeave({ statuses: ['SUCCEEDED', 'RUNNING'] })).toBe(true);
    expect(canLeave({ statuses: ['FAILED'], deadLetter: ['OPEN'] })).toBe(true);
    expect(canLeave({ workerId: 'w' })).toBe(true);
  });

  it('never lets more be seen than the jobs of the client', () => {
    const { sql, params } = runConditions({ jobs: ['a', 'b'] }, ['b']);
    expect(sql).toContain('(job = any($1::text[])) and (job = any($2::text[]))');
    expect(params).toEqual([['a', 'b'], ['b']]);
  });

  it('finds nothing by ids that are none, instead of failing', () => {
    expect(runConditions({ ids: ['x', '01890000-0000-7000-8000-000000000000'] }).params).toEqual([
      ['01890000-0000-7000-8000-000000000000'],
    ]);
  });
});
