import { defaultRetryPolicy, type RunDefinition } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import { judgeSuspect, takeoverOf, type VerifiedRun } from './judge-suspect.js';
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
  more: { redelivered?: boolean; atMostOnce?: boolean; holder?: Liveness; unstarted?: boolean; stale?: boolean } = {},
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
    ...(more.unstarted !== undefined && { unstarted: more.unstarted }),
    ...(more.stale !== undefined && { stale: more.stale }),
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

  it('is let go when its run was rescheduled, and dropped when what became of it is recorded already', () => {
    expect(judge({ ...fresh, status: 'SCHEDULED', superseded: true })).toBe('let-go');
    expect(judge({ ...fresh, status: 'SCHEDULED', superseded: true }, { redelivered: true })).toBe('let-go');
    expect(judge({ ...fresh, status: 'SCHEDULED', superseded: true, delivery: 4 })).toBe('drop');
    expect(judge({ ...fresh, waits: true }, { redelivered: true })).toBe('drop');
  });

  it('starts when nobody had it; after a redelivery it must be won first', () => {
    expect(judge(fresh)).toBe('start');
    expect(judge(fresh, { redelivered: true })).toBe('claim');
    expect(judge(fresh, { stale: true })).toBe('claim');
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

  it('of a run that has cost workers is claimed before it starts, though it is new', () => {
    expect(judge({ ...fresh, losses: 1 })).toBe('claim');
  });

  it('is poison once its run has cost three workers, the last one alone', () => {
    const held: VerifiedRun = { ...fresh, status: 'RUNNING', workerId: 'w3', started: true, losses: 2 };
    expect(judge(held)).toBe('claim');
    expect(judge({ ...held, alone: true })).toBe('poison');
    expect(judge({ ...held, alone: true }, { holder: 'alive' })).toBe('wait');
    expect(judge({ ...held, alone: true, losses: 1 })).toBe('claim');
    expect(judge({ ...held, alone: true, started: false })).toBe('claim');
  });

  it('tells what a takeover will make of its run, as the fold will', () => {
    expect(takeoverOf(fresh, true)).toEqual({ losses: 1, redelivered: true, alone: false, lostWorkers: [] });
    expect(takeoverOf({ ...fresh, losses: 1 }, true)).toMatchObject({ losses: 1, redelivered: false, alone: false });
    const held: VerifiedRun = { ...fresh, status: 'RUNNING', workerId: 'w2', started: true, losses: 1 };
    expect(takeoverOf({ ...held, lostWorkers: ['w1'] }, true)).toEqual({
      losses: 2,
      redelivered: false,
      alone: true,
      lostWorkers: ['w1', 'w2'],
    });
  });

  it('that this worker claimed and has not started is no start of it', () => {
    const mine: VerifiedRun = { ...fresh, workerId: 'me', claim: 1 };
    expect(judge(mine, { atMostOnce: true, unstarted: true })).toBe('claim');
    expect(judge(mine, { atMostOnce: true })).toBe('lost');
    expect(judge({ ...mine, workerId: 'other' }, { atMostOnce: true, unstarted: true })).toBe('lost');
    expect(judge({ ...mine, status: 'RUNNING' }, { atMostOnce: true, unstarted: true })).toBe('lost');
  });

  it('that may run at most once is claimed when nobody began it, and lost when somebody did', () => {
    expect(judge(fresh, { atMostOnce: true })).toBe('claim');
    expect(judge({ ...fresh, status: 'RUNNING', workerId: 'other' }, { atMostOnce: true })).toBe('lost');
    expect(judge({ ...fresh, claim: 1, workerId: 'other' }, { atMostOnce: true })).toBe('lost');
    expect(judge({ ...fresh, claim: 1, workerId: 'other' }, { atMostOnce: true, holder: 'alive' })).toBe('wait');
  });
});
