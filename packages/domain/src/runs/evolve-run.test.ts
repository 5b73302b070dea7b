import { describe, expect, it } from 'vitest';
import * as run from './run-story.js';
import { when } from './run-story.js';

const retryAt9000 = {
  kind: 'queue-run',
  run: { runId: run.RUN_ID, queue: 'default', attempt: 2, delivery: 1, at: 9000 },
};
const notify = (status: string) => [{ kind: 'notify-run', run: expect.objectContaining({ status, job: 'mail.send' }) }];

describe('queueing', () => {
  it('of a new run begins its life', () => {
    const { state, accepted, effects } = when(run.queued());
    expect(accepted).toBe(true);
    expect(effects).toEqual([]);
    expect(state).toMatchObject({ status: 'QUEUED', attempt: 1, delivery: 0, claim: 0, queuedAt: 1000, revision: 1 });
  });

  it('of a schedule’s run says when it was due, and asks for nothing more', () => {
    const { state, effects } = when(run.queued({}, { scheduleId: 's', fireAt: 400 }));
    expect(state).toMatchObject({ status: 'QUEUED', dueAt: 400, fireAt: 400 });
    expect(effects).toEqual([]);
  });

  it('of a planned run is asked of the scheduler at its due time', () => {
    const { state, effects } = when(run.planned(5000));
    expect(state).toMatchObject({ status: 'SCHEDULED', attempt: 0, delivery: -1, dueAt: 5000 });
    expect(effects).toEqual([
      { kind: 'queue-run', run: { runId: run.RUN_ID, queue: 'default', attempt: 1, delivery: 0, at: 5000 } },
    ]);
  });

  it('counts once, however often its message is stored', () => {
    expect(when(run.queued(), run.queued())).toMatchObject({
      accepted: false,
      state: { status: 'QUEUED', revision: 2 },
    });
    expect(when(run.planned(), run.queued(), run.queued())).toMatchObject({ accepted: false });
    expect(when(run.queued(), run.failed(), run.queued())).toMatchObject({ accepted: false });
  });

  it('skips no delivery and no attempt', () => {
    expect(when(run.queued(), run.failed(), run.queued({ attempt: 2, delivery: 2 })).accepted).toBe(false);
    expect(when(run.queued(), run.failed(), run.queued({ attempt: 3, delivery: 1 })).accepted).toBe(false);
    expect(when(run.queued(), run.failed(), run.queued({ attempt: 1, delivery: 1 })).accepted).toBe(false);
    expect(when(run.queued(), run.failed(), run.queued({ attempt: 2, delivery: 1 }))).toMatchObject({
      accepted: true,
      state: { status: 'QUEUED', attempt: 2, delivery: 1, nextAttemptAt: undefined, startedAt: undefined },
    });
  });

  it('again, of a run that still waits, supersedes the older message', () => {
    const carried = run.queued({ attempt: 1, delivery: 1 });
    expect(when(run.queued(), carried)).toMatchObject({ accepted: true, state: { delivery: 1 } });
    expect(when(run.queued(), carried, run.succeeded())).toMatchObject({ accepted: false });
  });

  it('of a running or ended run is refused', () => {
    expect(when(run.queued(), run.started(), run.queued({ attempt: 1, delivery: 1 })).accepted).toBe(false);
    expect(when(run.queued(), run.succeeded(), run.queued({ attempt: 1, delivery: 1 })).accepted).toBe(false);
  });

  it('may come first for a run whose beginning was truncated', () => {
    expect(when(run.queued({ attempt: 2, delivery: 4 })).state).toMatchObject({ attempt: 2, delivery: 4 });
  });
});

describe('an attempt', () => {
  it('that outlives its start is RUNNING, and SUCCEEDED at its end', () => {
    expect(when(run.queued(), run.started()).state).toMatchObject({ status: 'RUNNING', workerId: 'w1', waitMs: 1000 });
    const end = when(run.queued(), run.started(), run.succeeded());
    expect(end).toMatchObject({ state: { status: 'SUCCEEDED', durationMs: 500, finishedAt: 2500 }, shown: 1 });
    expect(end.effects).toEqual(notify('SUCCEEDED'));
  });

  it('may tell of its start with its end, which shows as two entries', () => {
    const end = when(run.queued(), run.succeeded());
    expect(end).toMatchObject({ shown: 2, state: { startedAt: 2000, waitMs: 1000, timelineCount: 3 } });
  });

  it('that was ended by a worker which had not begun it shows as one entry, and starts nothing', () => {
    const fresh = {
      state: { status: 'FAILED', startedAt: undefined, waitMs: undefined, durationMs: undefined },
      shown: 1,
    };
    expect(when(run.queued(), run.buried('no-handler'))).toMatchObject(fresh);
    const found = [run.claimed(2, { workerId: 'w2' }, false, true), run.buried('expired-lease', { claim: 2 })];
    expect(when(run.queued(), run.claimed(1), ...found)).toMatchObject(fresh);
    expect(when(run.queued(), run.claimed(1), run.started({ claim: 1 }), ...found)).toMatchObject({
      state: { startedAt: 2000, durationMs: 500, deadLetter: 'OPEN', timelineCount: 5 },
      shown: 1,
    });
  });

  it('that failed is queued again, until none is left', () => {
    const again = when(run.queued(), run.failed());
    expect(again.state).toMatchObject({ status: 'RETRYING', attempt: 1, nextAttemptAt: 9000, fingerprint: 'f' });
    expect(again.effects).toEqual([retryAt9000]);
    const end = when(run.queued(), run.dead());
    expect(end.state).toMatchObject({ status: 'FAILED', deadLetter: 'OPEN' });
    expect(end.effects).toEqual([
      ...notify('FAILED'),
      { kind: 'dead-letter', run: expect.objectContaining({ reason: 'attempts-exhausted', attempt: 1 }) },
    ]);
  });

  it('beyond the policy is dead even if its writer wants another', () => {
    const once = { retry: { ...run.definition().retry, maxAttempts: 1 } };
    expect(when(run.queued({}, once), run.failed())).toMatchObject({ state: { status: 'FAILED', deadLetter: 'OPEN' } });
  });

  it('that snoozes costs none and waits for its time', () => {
    const end = when(run.queued(), run.snoozed());
    expect(end.state).toMatchObject({ status: 'SCHEDULED', attempt: 1, dueAt: 8000 });
    expect(end.effects).toEqual([
      { kind: 'queue-run', run: { runId: run.RUN_ID, queue: 'default', attempt: 1, delivery: 1, at: 8000 } },
    ]);
  });

  it('given back stays queued, costs none, and says why if nobody handles it', () => {
    const drained = when(run.queued(), run.started(), run.returned());
    expect(drained.state).toMatchObject({ status: 'QUEUED', attempt: 1, nextAttemptAt: 3000, startedAt: undefined });
    expect(drained.effects).toEqual([
      { kind: 'queue-run', run: { runId: run.RUN_ID, queue: 'default', attempt: 1, delivery: 1, at: 3000 } },
    ]);
    const back = run.returned({}, 'no-handler');
    expect(when(run.queued(), back).state).toMatchObject({ waitReason: 'NO_HANDLER', waitSince: 2600 });
    const again = [
      run.queued({ attempt: 1, delivery: 1 }),
      { ...run.returned({ delivery: 1 }, 'no-handler'), at: 4000 },
    ];
    expect(when(run.queued(), back, ...again).state).toMatchObject({ waitReason: 'NO_HANDLER', waitSince: 2600 });
    expect(when(run.queued(), back, ...again.slice(0, 1), run.started({ delivery: 1 })).state).toMatchObject({
      waitReason: undefined,
    });
  });

  it('that was given back is over for its worker', () => {
    expect(when(run.queued(), run.returned(), run.succeeded()).accepted).toBe(false);
    expect(when(run.queued(), run.returned(), run.started()).accepted).toBe(false);
  });

  it('of an older delivery or attempt changes nothing', () => {
    const second = [run.queued(), run.failed(), run.queued({ attempt: 2 })];
    for (const late of [run.started(), run.progressed(), run.succeeded(), run.failed(), run.snoozed(), run.returned()])
      expect(when(...second, late), late.type).toMatchObject({
        accepted: false,
        state: { status: 'QUEUED', attempt: 2 },
      });
  });

  it('shows its progress without a timeline entry', () => {
    const going = when(run.queued(), run.started(), run.progressed());
    expect(going).toMatchObject({ accepted: true, shown: 0, state: { progress: 50, timelineCount: 2, revision: 3 } });
    expect(when(run.queued(), run.progressed()).accepted).toBe(false);
  });
});

it('an event of a run that nobody queued is refused and leaves no trace', () => {
  expect(when(run.succeeded())).toEqual(expect.objectContaining({ state: undefined, accepted: false, shown: 0 }));
});
