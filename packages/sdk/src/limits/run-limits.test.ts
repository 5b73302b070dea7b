import type { RunDefinition } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { expect, it, vi } from 'vitest';
import type { Admitted } from '../intake/suspects.js';
import type { PermitAnswer, Permits } from './permits.js';
import { RunLimits } from './run-limits.js';

const run = { id: 'run-1', job: 'invoice', queue: 'default', limits: { concurrency: 5 } } as unknown as RunDefinition;
const queueing = (delivery: number): Admitted =>
  ({
    message: { ack() {}, nak() {}, working: vi.fn(), term() {}, release: vi.fn() },
    queued: { run, attempt: 1, delivery, verify: false, queuedAt: 0 },
    claim: 0,
    begun: false,
    cancelled: false,
  }) as unknown as Admitted;

const limitsWith = (take: Permits['take']) => {
  const released: number[] = [];
  const granted: number[] = [];
  const limits = new RunLimits({
    workerId: 'w',
    permits: {
      take,
      release: ({ delivery }: { delivery: number }) => void released.push(delivery),
      onFreed: () => () => undefined,
    } as unknown as Permits,
    store: { jobs: new Map(), queues: new Map() },
    clock: testClock(0),
    random: () => 0.5,
    freeSlots: () => 10,
    onGranted: ({ queued }) => void granted.push(queued.delivery),
    onRoom: () => undefined,
    onRefused: () => undefined,
  });
  return { limits, released, granted };
};

it('the end of one queueing of a run gives back its own permits, and not those of another queueing', async () => {
  const { limits, released, granted } = limitsWith(async () => ({ kind: 'granted' }));
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

it.each([
  ['comes second', [1, 2]],
  ['came first', [2, 1]],
])('of two queueings of a run the later one waits, also when it %s, and the other is let go', async (_, order) => {
  const answers = new Map<number, (answer: PermitAnswer) => void>();
  const { limits, released, granted } = limitsWith(
    ({ delivery }) => new Promise((resolve) => void answers.set(delivery, resolve)),
  );
  const both = order.map(queueing);
  for (const one of both) expect(limits.enter(one)).toBe(true);
  const [earlier, later] = both.toSorted((a, b) => a.queued.delivery - b.queued.delivery);
  expect(limits.waiting).toBe(1);
  expect(earlier?.message.release).toHaveBeenCalledOnce();
  // Its permit, if it had been asked for, goes back, and costs the later one nothing.
  answers.get(1)?.({ kind: 'granted' });
  await Promise.resolve();
  expect(released).toEqual(order[0] === 1 ? [1] : []);
  limits.touch();
  expect(later?.message.working).toHaveBeenCalledOnce();
  answers.get(2)?.({ kind: 'granted' });
  await Promise.resolve();
  expect(granted).toEqual([2]);
  expect(limits.waiting).toBe(0);
});
