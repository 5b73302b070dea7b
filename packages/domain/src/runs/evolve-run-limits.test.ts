import { describe, expect, it } from 'vitest';
import { keysLetGo } from '../limits/permit-waits.js';
import { placeInLine } from '../limits/place-in-line.js';
import type { RunState } from './run-state.js';
import * as run from './run-story.js';
import { when } from './run-story.js';

const FLOW = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('a run that a limit kept from starting', () => {
  const limits = { concurrency: 1 };
  const queued = run.queued({}, { limits });

  it('waits for a permit in no queue, at no cost, until it is queued again', () => {
    const { state, effects } = when(queued, run.limited());
    expect(effects).toEqual([]);
    expect(state).toMatchObject({
      status: 'QUEUED',
      attempt: 1,
      limitKey: 'job:mail.send',
      waitReason: 'CONCURRENCY_LIMIT',
      waitSince: 2700,
      limitedSince: 2700,
      nextAttemptAt: undefined,
    });
    const again = when(queued, run.limited(), run.queued({ attempt: 1, delivery: 1 }));
    expect(again).toMatchObject({ accepted: true, state: { delivery: 1, limitKey: undefined, waitReason: undefined } });
  });

  it('carries the key from then on, if its job has that limit only since it was enqueued', () => {
    const second = { attempt: 1, delivery: 1 };
    const unlimited = run.queued({}, { limits: {} });
    expect(when(unlimited).state?.limitKeys).toBeUndefined();
    const woken = when(unlimited, run.limited(), run.queued(second, { limits: {} }));
    expect(woken.state?.limitKeys).toEqual(['job:mail.send']);
    expect(keysLetGo(woken.state as RunState, run.succeeded(second), woken.state as RunState)).toEqual([
      'job:mail.send',
    ]);
    const templated = { limits: {}, flow: { id: FLOW, key: 'a', templated: true } };
    const node = when(run.queued({}, templated), run.limited(), run.queued(second, templated));
    expect(node.state?.limitKeys).toEqual(['job:mail.send']);
    expect(when(queued, run.limited()).state?.limitKeys).toEqual(['job:mail.send']);
  });

  it('stands before those of lower priority, and keeps to that when its priority changes while it waits', () => {
    const urgent = when(run.queued({}, { limits, priority: 7 }), run.limited());
    expect(urgent.state).toMatchObject({ limitedSince: placeInLine(2700, 7), waitSince: 2700 });
    const again = when(
      run.queued({}, { limits, priority: 7 }),
      run.limited(),
      run.queued({ attempt: 1, delivery: 1 }, { limits, priority: 7 }),
      run.limited({ attempt: 1, delivery: 1 }, 'concurrency', { at: 9000 }),
    );
    expect(again.state).toMatchObject({ limitedSince: placeInLine(2700, 7), waitSince: 2700 });
    const now = when(queued, run.limited(), run.rescheduled(0, 9));
    expect(now.state).toMatchObject({ priority: 9, limitedSince: placeInLine(2700, 9) });
  });

  it('keeps its place until it starts, and gets a new one after that', () => {
    const second = { attempt: 1, delivery: 1 };
    const twice = when(queued, run.limited(), run.queued(second), run.limited(second, 'concurrency', { at: 9000 }));
    expect(twice.state).toMatchObject({ limitedSince: 2700, waitSince: 2700 });
    expect(when(queued, run.limited(), run.queued(second), run.started(second)).state?.limitedSince).toBeUndefined();
    expect(when(queued, run.limited(), run.queued(second), run.failed(second)).state?.limitedSince).toBeUndefined();
  });

  it('comes back when its turn under a rate has come', () => {
    const { state, effects } = when(run.queued(), run.limited({}, 'rate'));
    expect(state).toMatchObject({ status: 'QUEUED', waitReason: 'RATE_LIMIT', nextAttemptAt: 6500 });
    expect(effects).toMatchObject([{ kind: 'queue-run', run: { attempt: 1, delivery: 1, at: 6500 } }]);
  });

  it('hears no more of the queueing it was refused in', () => {
    for (const late of [run.started(), run.succeeded(), run.limited(), run.returned(), run.claimed(1)])
      expect(when(queued, run.limited(), late).accepted).toBe(false);
  });

  it('is not one that has started, or one of another claim', () => {
    expect(when(queued, run.started(), run.limited()).accepted).toBe(false);
    expect(when(queued, run.claimed(1), run.limited()).accepted).toBe(false);
    expect(when(queued, run.started(), run.claimed(1, { workerId: 'w2' }), run.limited({ claim: 1 }))).toMatchObject({
      accepted: true,
      state: { status: 'QUEUED', started: false, workerId: undefined, startedAt: undefined },
    });
  });

  it('can be cancelled and expire', () => {
    const expiring = run.queued({}, { limits, expiresAt: 6000 });
    expect(when(queued, run.limited(), run.cancelRequested()).state).toMatchObject({
      status: 'CANCELLED',
      limitKey: undefined,
      waitReason: undefined,
    });
    expect(when(expiring, run.limited(), run.expired()).state).toMatchObject({
      status: 'EXPIRED',
      limitKey: undefined,
    });
    const asked = [queued, run.started(), run.cancelRequested(), run.claimed(1, { workerId: 'w2' })];
    expect(when(...asked, run.limited({ claim: 1 })).state).toMatchObject({ status: 'CANCELLED' });
  });

  it('is given back when its limits cannot be counted, and says so', () => {
    const { state } = when(queued, run.returned({}, 'limits-unavailable'));
    expect(state).toMatchObject({ status: 'QUEUED', waitReason: 'LIMITS_UNAVAILABLE', nextAttemptAt: 3000 });
  });
});
