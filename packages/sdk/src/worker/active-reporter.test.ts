import { defaultRetryPolicy, type RunDefinition, type RunEvent } from '@jobflow/contracts';
import type { Outcome } from '@jobflow/domain';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import { Attempt } from '../attempt/attempt.js';
import { LogBuffer } from '../attempt/log-buffer.js';
import type { PulledMessage } from '../intake/pulled-message.js';
import { ActiveReporter } from './active-reporter.js';

function makeReporter(timeout: RunDefinition['timeout'] = {}) {
  const clock = testClock();
  const told: RunEvent[] = [];
  const ends: (Outcome | undefined)[] = [];
  const reporter = new ActiveReporter({
    workerId: 'me',
    clock,
    record: async (_subject, events) => {
      told.push(...events);
      return true;
    },
  });
  const host = {
    clock,
    logs: new LogBuffer({ clock, record: () => Promise.resolve() }),
    secrets: { get: async () => '' },
    onEnd: (_: Attempt, outcome: Outcome | undefined) => void ends.push(outcome),
    onProgress: (attempt: Attempt) => reporter.progressed(attempt),
  };
  const run: RunDefinition = {
    ...{ id: '0193581c-7b5e-7000-8000-000000000000', job: 'j', jobRevision: 1, kind: 'HANDLER', queue: 'default' },
    ...{ priority: 5, retry: defaultRetryPolicy, timeout, createdAt: 0 },
  };
  const queued = { run, attempt: 1, delivery: 0, verify: false, queuedAt: 0 };
  const attempt = new Attempt(host, queued, {} as PulledMessage, 0);
  const progress = () => told.flatMap((event) => (event.type === 'RunProgressed' ? [event.progress] : []));
  return { attempt, reporter, clock, told, ends, progress };
}

describe('what is told of a run while it is active', () => {
  it('is nothing if it is short, and its start if it is not', async () => {
    const short = makeReporter();
    short.reporter.started(short.attempt);
    await short.clock.advance(20);
    short.attempt.returned(1);
    await short.clock.advance(1_000);
    expect(short.told).toEqual([]);
    const long = makeReporter();
    long.reporter.started(long.attempt);
    await long.clock.advance(25);
    expect(long.told).toMatchObject([{ type: 'RunStarted', startedAt: long.attempt.startedAt, workerId: 'me' }]);
    await long.clock.advance(1_000);
    expect(long.told).toHaveLength(1);
  });

  it('is its progress, with its start at the earliest', async () => {
    const { attempt, reporter, clock, told } = makeReporter();
    reporter.started(attempt);
    attempt.reportProgress(10, 'begun');
    expect(told).toEqual([]);
    await clock.advance(25);
    expect(told).toMatchObject([{ type: 'RunStarted' }, { type: 'RunProgressed', progress: 10, message: 'begun' }]);
  });

  it('is the newest of its progress, five times a second at most', async () => {
    const { attempt, reporter, clock, progress } = makeReporter();
    reporter.started(attempt);
    await clock.advance(25);
    for (let percent = 0; percent < 100; percent++) {
      attempt.reportProgress(percent, undefined);
      await clock.advance(10);
    }
    await clock.advance(300);
    expect(progress().length).toBeLessThanOrEqual(6);
    expect(progress().length).toBeGreaterThanOrEqual(5);
    expect([progress()[0], progress().at(-1)]).toEqual([0, 99]);
    expect(progress()).toEqual([...progress()].sort((a, b) => a - b));
  });

  it('is no progress beyond its bounds, and none once it has ended', async () => {
    const { attempt, reporter, clock, progress } = makeReporter();
    reporter.started(attempt);
    await clock.advance(25);
    for (const percent of [-5, 250, Number.NaN]) {
      attempt.reportProgress(percent, undefined);
      await clock.advance(250);
    }
    expect(progress()).toEqual([0, 100]);
    attempt.reportProgress(40, undefined);
    attempt.returned(1);
    attempt.reportProgress(60, undefined);
    await clock.advance(1_000);
    expect(progress()).toEqual([0, 100, 40]);
    expect(clock.timers()).toBe(0);
  });
});

describe('the time limits of an attempt', () => {
  it.each([
    [{ hardMs: 10 }, 10],
    [{ hardMs: 5_000 }, 5_000],
  ])('count from its start: %j', async (timeout, ms) => {
    const { attempt, reporter, clock, ends } = makeReporter(timeout);
    reporter.started(attempt);
    await clock.advance(ms - 1);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toMatchObject([{ kind: 'timed-out' }]);
  });
});
