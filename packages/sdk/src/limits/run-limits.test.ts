import type { RunDefinition } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { expect, it } from 'vitest';
import type { Admitted } from '../intake/suspects.js';
import type { Permits } from './permits.js';
import { RunLimits } from './run-limits.js';

const run = { id: 'run-1', job: 'invoice', queue: 'default', limits: { concurrency: 5 } } as unknown as RunDefinition;
const queueing = (delivery: number): Admitted =>
  ({
    message: { ack() {}, nak() {}, working() {}, term() {} },
    queued: { run, attempt: 1, delivery, verify: false, queuedAt: 0 },
    claim: 0,
    begun: false,
    cancelled: false,
  }) as unknown as Admitted;

it('the end of one queueing of a run gives back its own permits, and not those of another queueing', async () => {
  const released: number[] = [];
  const permits = {
    take: async () => ({ kind: 'granted' }),
    release: ({ delivery }: { delivery: number }) => void released.push(delivery),
    onFreed: () => () => undefined,
  } as unknown as Permits;
  const granted: number[] = [];
  const limits = new RunLimits({
    workerId: 'w',
    permits,
    store: { jobs: new Map(), queues: new Map() },
    clock: testClock(0),
    random: () => 0.5,
    freeSlots: () => 10,
    onGranted: ({ queued }) => void granted.push(queued.delivery),
    onRoom: () => undefined,
    onRefused: () => undefined,
  });
  for (const delivery of [0, 1]) {
    expect(limits.enter(queueing(delivery))).toBe(true);
    await Promise.resolve();
  }
  expect(granted).toEqual([0, 1]);
  limits.ended('run-1', 1);
  expect(released).toEqual([1]);
  limits.ended('run-1', 1);
  expect(released).toEqual([1]);
  limits.ended('run-1', 0);
  expect(released).toEqual([1, 0]);
});
