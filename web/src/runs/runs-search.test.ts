import { describe, expect, it } from 'vitest';
import { readStatuses, runFilterFrom, toggleStatus } from './runs-search';

describe('the address of the runs page', () => {
  it('becomes a filter, and no filter when nothing is asked for', () => {
    expect(runFilterFrom({})).toBeNull();
    expect(runFilterFrom({ status: '', job: '' })).toBeNull();
    expect(runFilterFrom({ operation: 'o1' })).toEqual({ operationId: 'o1' });
    expect(runFilterFrom({ status: 'failed,RETRYING', job: 'email.send' })).toEqual({
      statuses: ['RETRYING', 'FAILED'],
      jobs: ['email.send'],
    });
  });

  it('ignores what is no status, so that an old link still opens', () => {
    expect(readStatuses('FAILED,GONE, constructor')).toEqual(['FAILED']);
  });

  it('switching the same status twice leads back', () => {
    const once = toggleStatus('FAILED', 'RUNNING');
    expect(once).toBe('RUNNING,FAILED');
    expect(toggleStatus(once ?? undefined, 'RUNNING')).toBe('FAILED');
    expect(toggleStatus('FAILED', 'FAILED')).toBeNull();
  });
});
