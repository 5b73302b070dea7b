import { describe, expect, it } from 'vitest';
import { applyRuns } from './apply-runs';

const row = (id: string, revision: number, status: string) => ({ id, revision, status });

describe('live changes of rows', () => {
  it('change in place, and neither order nor identity', () => {
    const a = row('a', 1, 'QUEUED');
    const rows = [a, row('b', 1, 'QUEUED')];
    applyRuns(rows, [row('a', 2, 'RUNNING')]);
    expect(rows[0]).toBe(a);
    expect(rows.map((it) => it.status)).toEqual(['RUNNING', 'QUEUED']);
  });

  it('a stale or repeated revision changes nothing', () => {
    const rows = [row('a', 5, 'SUCCEEDED')];
    applyRuns(rows, [row('a', 4, 'RUNNING'), row('a', 5, 'FAILED')]);
    expect(rows[0]?.status).toBe('SUCCEEDED');
  });

  it('a run that is not shown is not added', () => {
    const rows = [row('a', 1, 'QUEUED')];
    applyRuns(rows, [row('x', 1, 'QUEUED')]);
    expect(rows).toHaveLength(1);
  });
});
