import { describe, expect, it } from 'vitest';
import { keysLetGo } from '../limits/permit-waits.js';
import type { RunLifeEvent } from './evolve-run.js';
import { queueAt } from './next-queueing.js';
import * as run from './run-story.js';
import { tell } from './run-story.js';

/** given these events, when the last of them is folded … */
function when(...events: RunLifeEvent[]) {
  const last = tell(events).told.at(-1);
  if (!last) throw new Error('no events');
  return last;
}
const asks = (attempt: number, delivery: number, at: number) => [
  { kind: 'queue-run', run: { runId: run.RUN_ID, queue: 'default', attempt, delivery, at } },
];
const aware = (delivery: number, reschedules: number, attempt = 1) => ({
  ...run.queued({ attempt, delivery }),
  reschedules,
});

describe('rescheduling a run that waits for its time', () => {
  it.each([
    ['planned', [run.planned(5000)], { status: 'SCHEDULED', dueAt: 20_000 }, asks(1, 0, 20_000)],
    ['snoozed', [run.queued(), run.snoozed()], { status: 'SCHEDULED', dueAt: 20_000 }, asks(1, 1, 20_000)],
    ['retrying', [run.queued(), run.failed()], { status: 'RETRYING', nextAttemptAt: 20_000 }, asks(2, 1, 20_000)],
    ['given back', [run.queued(), run.returned()], { status: 'SCHEDULED', dueAt: 20_000 }, asks(1, 1, 20_000)],
  ] as const)('moves it when %s, and asks for the same queueing at the new time', (_, before, state, effects) => {
    const moved = when(...before, run.rescheduled(20_000, 8));
    expect(moved).toMatchObject({ accepted: true, effects });
    expect(moved.state).toMatchObject({ ...state, priority: 8, reschedules: 1, superseded: undefined });
  });

  it('for now leaves one that was given back where it is, due at once', () => {
    const { state, effects } = when(run.queued(), run.returned({}, 'no-handler', 9000), run.rescheduled(0));
    expect(state).toMatchObject({ status: 'QUEUED', nextAttemptAt: 0, waitReason: undefined, waitSince: undefined });
    expect(effects).toEqual(asks(1, 1, 0));
  });

  it('takes it out of the line of a limit; for now it keeps its place', () => {
    for (const limit of ['concurrency', 'rate'] as const) {
      const later = when(run.queued(), run.limited({}, limit), run.rescheduled()).state;
      expect(later).toMatchObject({ status: 'SCHEDULED', limitKey: undefined, limitedSince: undefined });
      const now = when(run.queued(), run.limited({}, limit), run.rescheduled(0)).state;
      expect(now).toMatchObject({ status: 'QUEUED', limitKey: undefined, limitedSince: 2700, nextAttemptAt: 0 });
    }
  });

  it('passes on the wake of a run that was woken, unless it is to try now', () => {
    const limits = { limits: { concurrency: 1 } };
    const woken = tell([run.queued({}, limits), run.limited(), { ...aware(1, 1), run: run.definition(limits) }]).state;
    const letGo = (event: RunLifeEvent) => {
      const after = tell([event], woken).state;
      return woken && after ? keysLetGo(woken, event, after) : undefined;
    };
    expect(letGo(run.rescheduled())).toEqual(['job:mail.send']);
    const returned = tell([run.returned({ delivery: 1 })], woken).state;
    const now = run.rescheduled(0);
    const after = tell([now], returned).state;
    expect(returned && after && keysLetGo(returned, now, after)).toEqual([]);
  });

  it.each([
    ['runs', [run.queued(), run.started()]],
    ['has ended', [run.queued(), run.succeeded()]],
    ['was cancelled', [run.planned(), run.cancelRequested()]],
  ] as const)('is refused when it %s', (_, before) => {
    expect(when(...before, run.rescheduled())).toMatchObject({ accepted: false, effects: [] });
  });

  it('does not keep it from being cancelled, or from expiring', () => {
    expect(when(run.planned(), run.rescheduled(), run.cancelRequested()).state).toMatchObject({ status: 'CANCELLED' });
    const expires = { expiresAt: 6000 };
    const expired = when(run.planned(5000, expires), run.rescheduled(), run.expired(7000)).state;
    expect(expired).toMatchObject({ status: 'EXPIRED' });
    const superseded = [run.queued({}, expires), run.rescheduled()];
    expect(when(...superseded, run.expired(7000)).state).toMatchObject({ status: 'EXPIRED', superseded: undefined });
    const cancelled = when(...superseded, run.cancelRequested());
    expect(cancelled.state).toMatchObject({ status: 'CANCELLED', superseded: undefined });
    expect(when(...superseded, run.cancelRequested(), run.started()).accepted).toBe(false);
  });
});

describe('rescheduling a run whose message is in the log', () => {
  const put = [run.queued(), run.rescheduled(20_000, 8)];

  it('makes it wait for its time, its message void', () => {
    const { state, effects } = when(...put);
    expect(state).toMatchObject({ status: 'SCHEDULED', superseded: true, dueAt: 20_000, priority: 8, delivery: 0 });
    expect(effects).toEqual(asks(1, 1, 20_000));
  });

  it('for now changes nothing: it is where it is wanted; with another priority it does', () => {
    expect(when(run.queued(), run.rescheduled(0, 5, 'o1'))).toMatchObject({
      accepted: true,
      effects: [],
      state: { status: 'QUEUED', reschedules: undefined, superseded: undefined, operations: ['o1'] },
    });
    expect(when(run.queued(), run.rescheduled(0, 9)).state).toMatchObject({ superseded: true, priority: 9 });
  });

  it.each([
    ['a start', run.started(), { status: 'RUNNING', started: true }],
    ['a claim', run.claimed(1), { status: 'QUEUED', claim: 1 }],
    ['an end', run.succeeded(), { status: 'SUCCEEDED' }],
    ['a failure', run.failed(), { status: 'RETRYING', nextAttemptAt: 9000 }],
  ] as const)('loses against %s of that message', (_, event, state) => {
    const after = when(...put, event);
    expect(after).toMatchObject({ accepted: true, state: { ...state, superseded: undefined } });
    expect(when(...put, event, aware(1, 1)).state?.delivery).toBe(event.type === 'RunClaimed' ? 1 : 0);
  });

  it.each([
    ['says so', run.returned({}, 'rescheduled')],
    ['is shut down', run.returned()],
    ['finds a limit reached', run.limited()],
  ] as const)('holds once the worker that has the message %s', (_, event) => {
    const { state, effects, accepted } = when(...put, event);
    expect(accepted).toBe(true);
    expect(state).toMatchObject({ status: 'SCHEDULED', superseded: undefined, dueAt: 20_000, limitKey: undefined });
    expect(effects).toEqual(asks(1, 1, 20_000));
    expect(when(...put, event, run.started()).accepted).toBe(false);
  });

  it('holds once it is queued anew: what is said of the old message counts no more', () => {
    const anew = when(...put, aware(1, 1));
    expect(anew.state).toMatchObject({ status: 'QUEUED', delivery: 1, superseded: undefined, queuedSeq: 3 });
    expect(when(...put, aware(1, 1), run.started({ delivery: 0 })).accepted).toBe(false);
    expect(when(...put, aware(1, 1), run.started({ delivery: 1 })).accepted).toBe(true);
  });

  it('can be done again', () => {
    const { state } = when(...put, run.rescheduled(30_000));
    expect(state).toMatchObject({ status: 'SCHEDULED', superseded: true, dueAt: 30_000, reschedules: 2, priority: 8 });
  });
});

describe('a message queued in ignorance of a reschedule', () => {
  const late = [run.planned(5000), run.rescheduled(20_000), run.queued({ delivery: 0 })];

  it('is void from the start: the run waits for its new time', () => {
    const { state, effects, accepted } = when(...late);
    expect(accepted).toBe(true);
    expect(state).toMatchObject({ status: 'SCHEDULED', superseded: true, delivery: 0, attempt: 1, dueAt: 20_000 });
    expect(effects).toEqual(asks(1, 1, 20_000));
    expect(state && queueAt(state)).toBe(20_000);
    expect(when(...late, run.started()).state).toMatchObject({ status: 'RUNNING', superseded: undefined });
  });

  it('counts if it comes at no other time and with no other priority than was asked for', () => {
    const fits = when(run.planned(5000), run.rescheduled(900), run.queued({ delivery: 0 })).state;
    expect(fits).toMatchObject({ status: 'QUEUED', superseded: undefined });
    const low = when(run.planned(5000), run.rescheduled(900, 9), run.queued({ delivery: 0 })).state;
    expect(low).toMatchObject({ status: 'SCHEDULED', superseded: true, priority: 9, dueAt: 900 });
  });

  it('is the next attempt when it was a retry', () => {
    const { state } = when(run.queued(), run.failed(), run.rescheduled(), run.queued({ attempt: 2, delivery: 1 }));
    expect(state).toMatchObject({ status: 'SCHEDULED', superseded: true, attempt: 2, delivery: 1, dueAt: 20_000 });
  });
});
