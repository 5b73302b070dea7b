import type { Limits, RunDefinition } from '@jobflow/contracts';
import type { StateStore } from '@jobflow/platform';
import { expect, it } from 'vitest';
import { effectiveLimits } from './effective-limits.js';

const limitsOf = (own: Limits | undefined, today: Limits) => {
  const store = { jobs: new Map([['j', { state: { limits: today } }]]), queues: new Map() };
  const run = { job: 'j', queue: 'q', input: { tenant: 7 }, ...(own && { limits: own }) } as unknown as RunDefinition;
  return effectiveLimits(run, store as unknown as Pick<StateStore, 'jobs' | 'queues'>);
};

it.each<[string, Limits | undefined, Limits, number | undefined]>([
  ['that is new binds runs enqueued before', {}, { concurrency: 3 }, 3],
  ['that is new binds runs without any limits of their own', undefined, { concurrency: 3 }, 3],
  ['that was raised counts as it is now', { concurrency: 1 }, { concurrency: 3 }, 3],
  ['that was lifted is none', { concurrency: 1 }, {}, undefined],
])('a limit %s', (_, own, today, most) => {
  expect(limitsOf(own, today)?.concurrency).toEqual(most && [{ key: 'job:j', limit: most }]);
});

it('a run whose key the job has no more is limited as it was enqueued', () => {
  const own = { concurrency: 1, concurrencyKey: 'tenant' };
  expect(limitsOf(own, { concurrency: 9 })?.concurrency).toEqual([{ key: 'job:j=7', limit: 1 }]);
  expect(limitsOf({}, { concurrency: 9, concurrencyKey: 'tenant' })).toBeUndefined();
});
