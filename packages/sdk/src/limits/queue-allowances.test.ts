import type { QueueState } from '@jobflow/contracts';
import { testClock } from '@jobflow/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PulledMessage } from '../intake/pulled-message.js';
import { wantedLevels } from '../worker/queue-levels.js';
import { Runners } from '../worker/runners.js';
import type { Permits, QueueAnswer, QueueRequest } from './permits.js';
import { QueueAllowances } from './queue-allowances.js';

/** What was asked and given back; questions are answered by the test. Redis's own side has tests of its own. */
class Ledger {
  readonly asked: { request: QueueRequest; answer: (answer: QueueAnswer) => void }[] = [];
  readonly back: { concurrency: number | undefined; rate: number | undefined; count: number; unused: number }[] = [];
  readonly permits: Permits = {
    takeForQueue: (request) => new Promise((answer) => this.asked.push({ request, answer })),
    giveBackForQueue: ({ count, concurrency, rate }, unused) =>
      void this.back.push({ concurrency, rate: rate?.limit, count, unused }),
    onFreed: () => () => undefined,
    take: () => Promise.reject(new Error('no run is limited here')),
    release: () => undefined,
    reserve: () => undefined,
    trouble: () => undefined,
    start: async () => undefined,
    stop: async () => undefined,
  };
  async grant(n: number, count: number): Promise<void> {
    this.asked[n]?.answer({ kind: 'granted', count });
    await Promise.resolve();
  }
}

const queue = (over: Partial<QueueState> = {}): QueueState =>
  ({ name: 'mail', levels: [5], paused: false, revision: 1, ...over }) as QueueState;
const message = {
  data: new Uint8Array(),
  seq: 1,
  deliveryCount: 1,
  ack() {},
  nak() {},
  working() {},
  term() {},
} as PulledMessage;

let ledger: Ledger;
let allowances: QueueAllowances;
let woken: number;
beforeEach(() => {
  ledger = new Ledger();
  woken = 0;
  allowances = new QueueAllowances(ledger.permits, testClock(0), () => {
    woken += 1;
  });
});
const of = (over: Partial<QueueState>) => {
  const allowance = allowances.of(queue(over));
  if (!allowance) throw new Error('nothing limits this queue');
  return allowance;
};
const levelsOf = (...states: QueueState[]) => {
  const queues = new Map(states.map((state) => [state.name, { state, seq: 1 }]));
  return wantedLevels({ queues, jobs: new Map() } as never, undefined, allowances, {
    runners: new Runners([], []),
  });
};

const ways: Record<string, () => void> = {
  'the limit is removed': () => void allowances.of(queue()),
  'the limit changes': () => void allowances.of(queue({ concurrency: 9 })),
  'concurrency gives way to a rate': () => void allowances.of(queue({ rate: { limit: 7, perMs: 1_000 } })),
  'the queue is paused': () => void levelsOf(queue({ concurrency: 5, paused: true })),
  'the queue is gone': () => void levelsOf(),
  'the worker takes nothing more': () => allowances.stop(),
};

describe.each(Object.entries(ways))('when %s', (_, happens) => {
  it('permits that no message has go back, under the limit they were taken under', async () => {
    const allowance = of({ concurrency: 5 });
    allowance.want(4);
    await ledger.grant(0, 4);
    allowance.delivered(message);
    happens();
    expect(ledger.back).toEqual([{ concurrency: 5, rate: undefined, count: 3, unused: 3 }]);
    expect(allowance.credits()).toBe(0);
  });

  it('permits that were being asked for go back as soon as they come, and no more are asked for', async () => {
    const allowance = of({ concurrency: 5 });
    allowance.want(4);
    happens();
    await ledger.grant(0, 4);
    expect(ledger.back).toEqual([{ concurrency: 5, rate: undefined, count: 4, unused: 4 }]);
    expect(allowance.credits()).toBe(0);
    allowance.want(4);
    expect(ledger.asked).toHaveLength(1);
  });

  it('the permit of a message goes back once, at its end', async () => {
    const allowance = of({ concurrency: 5 });
    allowance.want(1);
    await ledger.grant(0, 1);
    const counted = allowance.delivered(message);
    happens();
    expect(ledger.back).toEqual([]);
    counted?.ack();
    counted?.nak();
    expect(ledger.back).toEqual([{ concurrency: 5, rate: undefined, count: 1, unused: 0 }]);
  });

  it('a message that comes late, after its permit went back, goes back to its queue', async () => {
    const allowance = of({ concurrency: 5 });
    allowance.want(1);
    await ledger.grant(0, 1);
    happens();
    ledger.back.length = 0;
    let given = 0;
    expect(allowance.delivered({ ...message, nak: () => void given++ })).toBeUndefined();
    expect(given).toBe(1);
    expect(ledger.back).toEqual([]);
  });
});

it('a message that was asked for before the limit was set goes back to its queue', () => {
  let given = 0;
  expect(of({ concurrency: 5 }).delivered({ ...message, nak: () => void given++ })).toBeUndefined();
  expect(given).toBe(1);
  expect(ledger.back).toEqual([]);
});

it('a queue that is served again asks anew, and is not held up by what it waited for before', async () => {
  const before = of({ concurrency: 5 });
  before.want(1);
  ledger.asked[0]?.answer({ kind: 'refused', waitMs: 60_000 });
  await Promise.resolve();
  levelsOf(queue({ concurrency: 5, paused: true }));
  const [level] = levelsOf(queue({ concurrency: 5 }));
  level?.allowance?.want(2);
  expect(ledger.asked.map(({ request }) => request.count)).toEqual([1, 2]);
  await ledger.grant(1, 2);
  expect(level?.allowance?.credits()).toBe(2);
  expect(woken).toBe(2);
});

it('an unchanged queue keeps its allowance', () => {
  expect(of({ concurrency: 5 })).toBe(of({ concurrency: 5, revision: 2 }));
  expect(levelsOf(queue({ concurrency: 5 }))[0]?.allowance).toBe(of({ concurrency: 5 }));
});
