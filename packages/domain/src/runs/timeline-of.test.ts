import { describe, expect, it } from 'vitest';
import { attemptsOf } from './attempts-of.js';
import { duration } from './describe-event.js';
import type { RunLifeEvent } from './evolve-run.js';
import * as run from './run-story.js';
import { storedEvent } from './stored-event.js';
import { timelineOf } from './timeline-of.js';

const stored = (...events: RunLifeEvent[]) =>
  run
    .tell(events)
    .told.filter((t) => t.shown > 0)
    .map((t, i) => storedEvent(t.event, { at: 1000 + i, seq: i + 1, actor: 'test' }, t.accepted));
const messages = (...events: RunLifeEvent[]) => timelineOf(stored(...events)).map((e) => e.message);

describe('a timeline', () => {
  it('tells a run’s life in words', () => {
    const again = run.queued({ attempt: 2 });
    expect(
      messages(
        run.planned(),
        run.queued(),
        run.failed(),
        again,
        run.started({ attempt: 2 }),
        run.succeeded({ attempt: 2 }),
      ),
    ).toEqual([
      'Planned for 1970-01-01T00:00:05.000Z on queue default',
      'Queued on default with priority 5',
      'Attempt 1 started on w1',
      'Attempt 1 failed after 500 ms: no; next try at 1970-01-01T00:00:09.000Z',
      'Queued again on default for attempt 2',
      'Attempt 2 started on w1',
      'Succeeded after 500 ms',
    ]);
  });

  it('of a run that may run once has one start, on the worker that was lost with it, and says once why that is the end', () => {
    const claim = { claim: 1, workerId: 'w1' };
    const found = [run.claimed(2, { workerId: 'w2' }), run.buried('expired-lease', { claim: 2, workerId: 'w2' })];
    expect(messages(run.queued(), run.claimed(1), run.started(claim), ...found).slice(2)).toEqual([
      'Attempt 1 started on w1',
      'w2 took over attempt 1',
      'Ended as a dead letter: it is over: expired-lease',
    ]);
    const unseen = [run.claimed(2, { workerId: 'w2' }, false, true), ...found.slice(1)];
    expect(messages(run.queued(), run.claimed(1), ...unseen).join()).not.toContain('started');
  });

  it('of a run that a stopping worker ends tells of its start, though that was recorded with its end', () => {
    const end = run.buried('expired-lease', { claim: 1 });
    expect(messages(run.queued(), run.claimed(1), end)).toContain('Attempt 1 started on w1');
    expect(messages(run.queued(), run.claimed(1, {}, false, true), end)).toContain('Attempt 1 started on w1');
  });

  it('knows no start on a worker that found a run to be poison, or had no handler for it', () => {
    const started = (...events: RunLifeEvent[]) => messages(...events).filter((message) => message.includes('started'));
    const poison = run.buried('poison', { claim: 1, workerId: 'w2' });
    expect(started(run.queued(), run.started(), run.claimed(1, { workerId: 'w2' }), poison)).toEqual([
      'Attempt 1 started on w1',
    ]);
    expect(started(run.queued(), run.buried('no-handler'))).toEqual([]);
  });

  it('shows what came too late as such', () => {
    expect(messages(run.queued(), run.cancelRequested(), run.succeeded())).toEqual([
      'Queued on default with priority 5',
      'Cancellation requested: wrong',
      'Succeeded after 500 ms (came too late and changed nothing)',
    ]);
  });

  it('keeps nothing bulky or told elsewhere', () => {
    const [queued, , success] = stored(run.queued({}, { input: 'big', spec: 'big' }), run.started(), run.succeeded());
    expect(JSON.stringify([queued, success])).not.toMatch(/big|42|runId/);
  });
});

describe('attempts', () => {
  const statuses = (...events: RunLifeEvent[]) => attemptsOf(stored(...events)).map((a) => `${a.number} ${a.status}`);

  it('are listed with times, worker and error', () => {
    const attempts = attemptsOf(
      stored(run.queued(), run.failed(), run.queued({ attempt: 2 }), run.started({ attempt: 2, workerId: 'w2' })),
    );
    expect(attempts).toEqual([
      expect.objectContaining({
        number: 1,
        status: 'FAILED',
        workerId: 'w1',
        queuedAt: 1000,
        startedAt: 2000,
        finishedAt: 2500,
        waitMs: 1000,
        durationMs: 500,
        error: expect.objectContaining({ message: 'no' }),
      }),
      expect.objectContaining({ number: 2, status: 'RUNNING', workerId: 'w2', dueAt: 9000, queuedAt: 1002 }),
    ]);
    expect(attempts[1]).not.toHaveProperty('finishedAt');
  });

  it('left behind by a lost worker are LOST, and go on under the same number', () => {
    const taken = [run.queued(), run.started(), run.claimed(1, { workerId: 'w2' })];
    expect(statuses(...taken)).toEqual(['1 LOST']);
    expect(statuses(...taken, run.succeeded({ claim: 1, workerId: 'w2' }))).toEqual(['1 LOST', '1 SUCCEEDED']);
    expect(statuses(...taken, run.succeeded())).toEqual(['1 LOST']);
    expect(statuses(run.queued(), run.started(), run.claimed(1, {}, true), run.succeeded({ claim: 1 }))).toEqual([
      '1 SUCCEEDED',
    ]);
  });

  it('that ended after the run was cancelled are shown, for they did run', () => {
    expect(statuses(run.queued(), run.cancelRequested(), run.succeeded())).toEqual(['1 SUCCEEDED']);
  });

  it('that were snoozed are SNOOZED, those that a stopping worker cut short CANCELLED; without a start there is none', () => {
    expect(statuses(run.queued(), run.snoozed())).toEqual(['1 SNOOZED']);
    const back = [run.queued(), run.started(), run.returned(), run.queued({ delivery: 1 })];
    expect(statuses(...back, run.succeeded({ delivery: 1 }))).toEqual(['1 CANCELLED', '1 SUCCEEDED']);
    expect(statuses(run.queued(), run.returned())).toEqual([]);
    expect(statuses(run.queued(), run.returned({}, 'no-handler'))).toEqual([]);
    expect(statuses(run.queued(), run.buried('no-handler'))).toEqual([]);
  });

  it('that were lost are listed once, with the reason for which that was the end', () => {
    const on = { claim: 2, workerId: 'w2' };
    const [first, second] = [run.claimed(1), run.claimed(2, { workerId: 'w2' }, false, true)];
    const end = run.buried('expired-lease', on);
    const error = expect.objectContaining({ message: 'it is over: expired-lease' });
    const seen = attemptsOf(stored(run.queued(), first, run.started({ claim: 1 }), second, end, end));
    expect(seen).toEqual([expect.objectContaining({ status: 'LOST', workerId: 'w1', startedAt: 2000, error })]);
    // Whether it had begun nobody knows; that it is lost is known.
    const unseen = attemptsOf(stored(run.queued(), first, second, end));
    expect(unseen).toEqual([{ number: 1, status: 'LOST', workerId: 'w1', queuedAt: 1000, finishedAt: 2500, error }]);
    const poison = run.buried('poison', { claim: 1, workerId: 'w2' });
    const poisoned = [run.queued(), run.started(), run.claimed(1, { workerId: 'w2' }), poison];
    expect(attemptsOf(stored(...poisoned))).toEqual([
      expect.objectContaining({ status: 'LOST', error: expect.objectContaining({ message: 'it is over: poison' }) }),
    ]);
    expect(statuses(run.queued(), run.claimed(1), run.buried('expired-lease', { claim: 1 }))).toEqual(['1 LOST']);
  });
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1540, '1.5 s'],
  [59_990, '60 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [90_000_000, '1 d 1 h'],
])('%i ms read %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
