import { defaultRetryPolicy, type RunDefinition } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { judgeSuspect, type VerifiedRun } from './judge-suspect.js';
import type { Liveness } from './live-workers.js';

const run: RunDefinition = {
  id: '0193581c-7b5e-7000-8000-000000000000',
  job: 'j',
  jobRevision: 1,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: defaultRetryPolicy,
  timeout: {},
  createdAt: 0,
};
const fresh: VerifiedRun = { id: run.id, status: 'QUEUED', attempt: 2, delivery: 3, claim: 0 };

function judge(
  state: VerifiedRun | undefined,
  more: { redelivered?: boolean; atMostOnce?: boolean; holder?: Liveness } = {},
) {
  return judgeSuspect({
    queued: {
      run: more.atMostOnce ? { ...run, guarantee: 'AT_MOST_ONCE' } : run,
      attempt: 2,
      delivery: 3,
      verify: false,
      queuedAt: 0,
    },
    redelivered: more.redelivered ?? false,
    state,
    me: 'me',
    liveness: () => more.holder ?? 'dead',
  });
}

describe('a suspect message', () => {
  it('is dropped when its run is over, unknown, or has gone on without it', () => {
    expect(judge(undefined)).toBe('drop');
    for (const status of ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'RETRYING', 'SCHEDULED'] as const) {
      expect(judge({ ...fresh, status })).toBe('drop');
    }
    expect(judge({ ...fresh, attempt: 3 })).toBe('drop');
    expect(judge({ ...fresh, delivery: 4 })).toBe('drop');
  });

  it('starts when nobody had it; after a redelivery it must be won first', () => {
    expect(judge(fresh)).toBe('start');
    expect(judge(fresh, { redelivered: true })).toBe('claim');
  });

  it('waits while the worker that has the run lives, or may live', () => {
    const held: VerifiedRun = { ...fresh, status: 'RUNNING', workerId: 'other' };
    expect(judge(held, { holder: 'alive' })).toBe('wait');
    expect(judge(held, { holder: 'unknown', redelivered: true })).toBe('wait');
    expect(judge({ ...held, status: 'QUEUED', claim: 1 }, { holder: 'alive' })).toBe('wait');
    expect(judge(held, { holder: 'dead' })).toBe('claim');
  });

  it('of a run that this worker had and no longer has is claimed', () => {
    expect(judge({ ...fresh, status: 'RUNNING', workerId: 'me' }, { holder: 'alive' })).toBe('claim');
  });

  it('that may run at most once is claimed when nobody began it, and lost when somebody did', () => {
    expect(judge(fresh, { atMostOnce: true })).toBe('claim');
    expect(judge({ ...fresh, status: 'RUNNING', workerId: 'other' }, { atMostOnce: true })).toBe('lost');
    expect(judge({ ...fresh, claim: 1, workerId: 'other' }, { atMostOnce: true })).toBe('lost');
    expect(judge({ ...fresh, claim: 1, workerId: 'other' }, { atMostOnce: true, holder: 'alive' })).toBe('wait');
  });
});
