import { defaultRetryPolicy, type RunDefinition, type RunEvent } from '@jobflow/contracts';
import type { Outcome } from '@jobflow/domain';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { Attempt } from '../attempt/attempt.js';
import { LogBuffer } from '../attempt/log-buffer.js';
import { defineHandler } from '../define/define-handler.js';
import { defineJob } from '../define/define-job.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import { ActiveReporter } from './active-reporter.js';
import { HandlerlessRuns } from './handlerless-runs.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { Runners } from './runners.js';
import { Slots } from './slots.js';
import { checkWorkerOptions } from './worker-options.js';

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
const queued = { run, attempt: 1, delivery: 0, verify: false, queuedAt: 0 };

describe('slots', () => {
  it('are asked for while they are free, and ahead only while handlers are short', () => {
    const slots = new Slots(10, 40);
    expect(slots.room(0)).toBe(10);
    expect(slots.room(4)).toBe(6);
    for (let n = 0; n < 10; n++) slots.taken();
    expect(slots.room(0)).toBe(0);
    for (let n = 0; n < 10; n++) slots.freed(0);
    expect(slots.room(0)).toBe(50);
    expect(slots.room(60)).toBe(0);
    for (let n = 0; n < 200; n++) {
      slots.taken();
      slots.freed(20);
    }
    expect([slots.room(0), slots.room(0, 100), slots.room(0, 200)]).toEqual([12, 50, 50]);
    expect([slots.room(0, 20), slots.room(30, 100), slots.room(60, 100)]).toEqual([20, 20, 0]);
    for (let n = 0; n < 200; n++) {
      slots.taken();
      slots.freed(1_000);
    }
    expect(slots.room(0)).toBe(10);
  });
});

describe('runs without a handler', () => {
  /** What a worker says of it each time that it comes again. */
  function meet(runs: HandlerlessRuns, until: number) {
    const first = 1_000_000;
    const delays: number[] = [];
    let now = first;
    let outcome: Outcome = runs.outcome(queued, 'a handler', now, false);
    while (outcome.kind === 'returned' && now - first < until) {
      delays.push(outcome.notBefore - now);
      now = outcome.notBefore + 5;
      outcome = runs.outcome({ ...queued, waitingSince: first }, 'a handler', now, false);
    }
    return { delays, outcome, waited: now - first };
  }

  it('stay queued however long that takes, and come less and less often', () => {
    const hour = 3_600_000;
    const { delays, outcome } = meet(new HandlerlessRuns(), 48 * hour);
    expect(outcome).toMatchObject({ kind: 'returned', reason: 'no-handler' });
    // At first at once: in a branch of its queue only those meet it who can carry it out.
    expect(delays.slice(0, 3)).toEqual([0, 2_000, 2_000]);
    expect(delays.at(-1)).toBe(hour);
    expect(delays.length).toBeLessThan(150);
  });

  it('come again after a tenth of the time that they have waited', () => {
    const later = new HandlerlessRuns().outcome({ ...queued, waitingSince: 0 }, 'a handler', 100_000, false);
    expect(later).toMatchObject({ notBefore: 110_000 });
  });

  it('come soon and go on coming soon where another worker can carry them out', () => {
    // Nor are they given up: there is a worker that has their handler.
    const runs = new HandlerlessRuns(5_000);
    const after = (waited: number) => {
      const outcome = runs.outcome({ ...queued, waitingSince: 0 }, 'a handler', waited, true);
      return outcome.kind === 'returned' ? outcome.notBefore - waited : undefined;
    };
    expect([0, 1_000, 10_000, 24 * 3_600_000].map(after)).toEqual([100, 100, 1_000, 5_000]);
  });

  it('are given up after their time where one is set', () => {
    const { outcome, waited } = meet(new HandlerlessRuns(60_000), 120_000);
    expect(outcome).toMatchObject({ kind: 'dead', reason: 'no-handler', error: { code: 'NO_HANDLER' } });
    expect(waited).toBeGreaterThanOrEqual(60_000);
    expect(waited).toBeLessThan(60_200);
  });

  it('are counted from when any worker met them, if the message says so', () => {
    const waiting = { ...queued, waitingSince: 10 ** 9 - 60_000 };
    expect(new HandlerlessRuns(60_000).outcome(waiting, 'a handler', 10 ** 9, false).kind).toBe('dead');
    expect(new HandlerlessRuns(60_000).outcome(waiting, 'a handler', 10 ** 9 - 1, false).kind).toBe('returned');
  });

  it('are counted from when they were met, not from when they were made', () => {
    const runs = new HandlerlessRuns(60_000);
    expect(runs.outcome({ ...queued, run: { ...run, createdAt: 0 } }, 'a handler', 10 ** 9, false).kind).toBe(
      'returned',
    );
  });
});

describe('runners', () => {
  const shell = { kind: 'SHELL', enabled: false, nowhere: false, reason: 'switched off' } as const;
  const sql = { kind: 'SQL', enabled: false, nowhere: true, reason: 'not built' } as const;
  const http = { kind: 'HTTP', enabled: true, run: () => 1 } as const;
  const runners = new Runners([defineHandler('j', {}, () => 1)], [shell, sql, http]);

  it('are found by the handler’s name or the kind', () => {
    expect(runners.find(run).kind).toBe('run');
    expect(runners.find({ ...run, job: 'other' })).toMatchObject({
      kind: 'elsewhere',
      missing: expect.stringContaining('other'),
    });
    expect(runners.find({ ...run, kind: 'HTTP' }).kind).toBe('run');
    expect(runners.find({ ...run, kind: 'SHELL' })).toMatchObject({
      kind: 'elsewhere',
      missing: expect.stringContaining('switched off'),
    });
    expect(runners.find({ ...run, kind: 'SQL' })).toEqual({ kind: 'nowhere', reason: 'not built' });
    expect(runners.find({ ...run, kind: 'PYTHON' }).kind).toBe('elsewhere');
  });

  it('tell what they are', () => {
    expect(runners.describe().kinds).toContainEqual({ kind: 'SHELL', enabled: false, reason: 'switched off' });
    expect(runners.describe().handlers).toEqual([{ name: 'j' }]);
    expect(() => new Runners([defineHandler('j', {}, () => 1), defineHandler('j', {}, () => 2)], [])).toThrow(
      /two handlers/,
    );
  });
});

describe('a run that has cost workers', () => {
  it('gets a process of its own wherever its handler can be loaded', () => {
    const known = defineHandler('j', { module: import.meta.url }, () => 1);
    expect(new Runners([known], []).find(run)).toMatchObject({ ownProcess: false });
    expect(new Runners([known], []).find(run, true)).toMatchObject({ ownProcess: true });
    expect(new Runners([{ ...known, module: undefined }], []).find(run, true)).toMatchObject({ ownProcess: false });
    expect(new Runners([known], []).find({ ...run, limits: { cpuSeconds: 1 } })).toMatchObject({ ownProcess: true });
  });
});

describe('an outcome', () => {
  function makeRecorder() {
    const order: string[] = [];
    const clock = testClock();
    const stored = Promise.withResolvers<void>();
    const recorder: OutcomeRecorder = new OutcomeRecorder({
      workerId: 'me',
      clock,
      random: () => 0,
      record: async (_subject: string, [event]: RunEvent[]) => {
        order.push(`publish ${event?.type}`);
        await stored.promise;
        order.push('stored');
      },
      onSettled: () => void order.push('settled'),
      onTrouble: (what) => void order.push(what),
    });
    const host = {
      clock,
      logs: new LogBuffer({ clock, record: () => Promise.resolve() }),
      secrets: { get: async () => '' },
      onEnd: (attempt: Attempt, outcome: Outcome | undefined) => outcome && recorder.record(attempt, outcome),
      onProgress: () => undefined,
    };
    const message = {
      ack: () => void order.push('ack'),
      release: () => void order.push('release'),
    } as unknown as PulledMessage;
    const attempt = new Attempt(host, queued, message, 0);
    return { attempt, recorder, order, stored, clock };
  }

  it('is stored before its message is acknowledged', async () => {
    const { attempt, recorder, order, stored } = makeRecorder();
    attempt.returned(1);
    await Promise.resolve();
    expect(order).toEqual(['publish RunSucceeded']);
    stored.resolve();
    await recorder.idle();
    expect(order).toEqual(['publish RunSucceeded', 'stored', 'ack', 'settled']);
  });

  it('is told after the start of its run, although on another subject', async () => {
    const { attempt, recorder, order, stored, clock } = makeRecorder();
    const startStored = Promise.withResolvers<boolean>();
    const active = new ActiveReporter({ workerId: 'me', clock, record: () => startStored.promise });
    active.started(attempt);
    await clock.advance(30);
    attempt.returned(1);
    await clock.advance(0);
    expect(order).toEqual([]);
    startStored.resolve(true);
    stored.resolve();
    await recorder.idle();
    expect(order[0]).toBe('publish RunSucceeded');
    active.stop();
  });

  it('that is stored late leaves its message to whoever may have it by then', async () => {
    const { attempt, recorder, order, stored, clock } = makeRecorder();
    attempt.returned(1);
    await clock.advance(20_000);
    stored.resolve();
    await recorder.idle();
    expect(order).toEqual(['publish RunSucceeded', 'stored', 'release', 'settled']);
  });

  it('that cannot be stored leaves its message alone', async () => {
    const { attempt, recorder, order, stored } = makeRecorder();
    attempt.returned(1);
    stored.reject(new Error('the log stopped'));
    await recorder.idle();
    expect(order).not.toContain('ack');
  });

  it('of a run that was taken over while it was being stored does not take the message from its new worker', async () => {
    const { attempt, recorder, order, stored } = makeRecorder();
    attempt.returned(1);
    attempt.takenOver();
    stored.resolve();
    await recorder.idle();
    expect(order).not.toContain('ack');
  });

  it('waits for a claim that is under way, and counts under it', async () => {
    const { attempt, recorder, order, stored } = makeRecorder();
    const claimed = Promise.withResolvers<void>();
    attempt.claiming = claimed.promise;
    attempt.returned(1);
    await Promise.resolve();
    expect(order).toEqual([]);
    attempt.claiming = undefined;
    attempt.disowned = true;
    claimed.resolve();
    stored.resolve();
    await recorder.idle();
    expect(order).toEqual(['settled']);
  });
});

describe('options', () => {
  it.each([{ concurrency: 0 }, { concurrency: 1.5 }, { prefetch: -1 }, { queues: ['No.Dots'] }])(
    '%j are refused',
    (options) => {
      expect(() => checkWorkerOptions({ nats: 'nats://x', ...options })).toThrow(RangeError);
    },
  );

  it('hold what was defined, and nothing else', () => {
    const check = (options: object) => () => checkWorkerOptions({ nats: 'nats://x', ...options });
    const handler = defineHandler('a', {}, () => null);
    const job = defineJob('b');
    expect(check({ handlers: [handler, { ...handler }], jobs: [job] })).not.toThrow();
    expect(check({ handlers: { a: handler } })).toThrow(
      'handlers must be a list of what defineHandler returns, not an object',
    );
    expect(check({ handlers: [handler, () => null] })).toThrow(
      'handlers[1] must be what defineHandler returns, not a function',
    );
    expect(check({ handlers: [undefined] })).toThrow('handlers[0] must be what defineHandler returns, not undefined');
    expect(check({ jobs: [{ name: 'b' }] })).toThrow('jobs[0] must be what defineJob returns, not an object');
  });

  it('that there are not are refused by name, with the one that was meant', () => {
    const check = (options: object) => () => checkWorkerOptions({ nats: 'nats://x', ...options });
    expect(check({ concurency: 5 })).toThrow(
      new TypeError('worker: unknown option "concurency"; did you mean "concurrency"?'),
    );
    expect(check({ id: 'w-1', handler: [] })).toThrow(
      new TypeError('worker "w-1": unknown option "handler"; did you mean "handlers"?'),
    );
    expect(check({ retries: 3 })).toThrow(/^worker: unknown option "retries"; there are nats, .*clock$/);
    for (const options of [undefined, null, 'nats://x'])
      expect(() => checkWorkerOptions(options as never)).toThrow(/^worker: the options must be an object, not /);
  });
});
