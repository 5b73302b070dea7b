import { describe, expect, it } from 'vitest';
import type { RunLifeEvent } from './evolve-run.js';
import * as run from './run-story.js';
import { tell } from './run-story.js';

/** given these events, when the last of them is folded … */
function when(...events: RunLifeEvent[]) {
  const { told } = tell(events);
  const last = told.at(-1);
  if (!last) throw new Error('no events');
  return last;
}
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

describe('claims', () => {
  const taken = [run.queued(), run.started(), run.claimed(1, { workerId: 'w2' })];

  it('over a started run count a loss, and the attempt goes on under its number', () => {
    expect(when(...taken).state).toMatchObject({ status: 'RUNNING', attempt: 1, claim: 1, workerId: 'w2', losses: 1 });
  });

  it('fence the worker that lost the run', () => {
    for (const late of [
      run.succeeded(),
      run.failed(),
      run.progressed(),
      run.started(),
      run.returned(),
      run.cancelled(),
    ])
      expect(when(...taken, late), late.type).toMatchObject({ accepted: false });
    expect(when(...taken, run.succeeded({ claim: 1, workerId: 'w2' }))).toMatchObject({
      accepted: true,
      shown: 2,
      state: { status: 'SUCCEEDED', startedAt: 2000 },
    });
  });

  it('over a run that was not seen starting count no loss', () => {
    expect(when(run.queued(), run.claimed(1)).state).toMatchObject({ status: 'QUEUED', claim: 1, losses: 0 });
  });

  it('over a run whose message somebody had before count as a loss once: it may have killed its worker unseen', () => {
    const again = run.claimed(1, { workerId: 'w2' }, false, true);
    expect(when(run.queued(), again).state).toMatchObject({ losses: 1, lostWorkers: [] });
    const twice = [run.queued(), again, run.claimed(2, { workerId: 'w3' }, false, true)];
    expect(when(...twice).state).toMatchObject({ losses: 1 });
  });

  it('keep the names of the workers lost, and whether the run was alone on the last', () => {
    const story = [
      run.queued(),
      run.started(),
      run.claimed(1, { workerId: 'w2' }),
      run.started({ claim: 1, workerId: 'w2' }),
      run.claimed(2, { workerId: 'w3' }),
      run.started({ claim: 2, workerId: 'w3' }, true),
    ];
    expect(when(...story).state).toMatchObject({ losses: 2, lostWorkers: ['w1', 'w2'], alone: true });
    const back = run.returned({ claim: 2, workerId: 'w3' });
    expect(when(...story, back).state).toMatchObject({ losses: 2, alone: false, started: false });
    const third = when(...story, run.claimed(3, { workerId: 'w4' })).state;
    expect(third).toMatchObject({ losses: 3, lostWorkers: ['w1', 'w2', 'w3'], alone: false });
  });

  it('of a worker that came back count no loss, and its start still counts', () => {
    const back = [run.queued(), run.started(), run.claimed(1, {}, true)];
    expect(when(...back).state).toMatchObject({ claim: 1, losses: 0, started: true });
    expect(when(...back, run.succeeded({ claim: 1 }))).toMatchObject({ accepted: true, shown: 1 });
  });

  it('by a stranger that says it came back count a loss', () => {
    expect(when(run.queued(), run.started(), run.claimed(1, { workerId: 'w2' }, true)).state?.losses).toBe(1);
  });

  it('end with the message they were made on: the next attempt is fresh and bears none', () => {
    const retried = [...taken, run.failed({ claim: 1, workerId: 'w2' }), run.queued({ attempt: 2, delivery: 1 })];
    expect(when(...retried).state).toMatchObject({ status: 'QUEUED', claim: 0 });
    expect(when(...retried, run.succeeded({ attempt: 2, delivery: 1 }))).toMatchObject({
      accepted: true,
      state: { status: 'SUCCEEDED', attempt: 2 },
    });
  });

  it('hold only with a higher number, on the current delivery', () => {
    expect(when(...taken, run.claimed(1, { workerId: 'w3' })).accepted).toBe(false);
    expect(when(run.queued(), run.failed(), run.claimed(1)).accepted).toBe(false);
    expect(when(run.queued(), run.failed(), run.queued({ attempt: 2 }), run.claimed(1)).accepted).toBe(false);
  });
});

describe('cancelling', () => {
  it.each([
    ['SCHEDULED', [run.planned()]],
    ['QUEUED', [run.queued()]],
    ['RETRYING', [run.queued(), run.failed()]],
    ['given back', [run.queued(), run.returned()]],
  ])('a %s run ends it at once', (_, before) => {
    const end = when(...before, run.cancelRequested());
    expect(end.state).toMatchObject({ status: 'CANCELLED', cancelReason: 'wrong', nextAttemptAt: undefined });
    expect(end.effects).toEqual(notify('CANCELLED'));
  });

  it('a running one is noted; its worker ends it', () => {
    const asked = [run.queued(), run.started(), run.cancelRequested()];
    expect(when(...asked)).toMatchObject({ effects: [], state: { status: 'RUNNING', cancelRequestedAt: 1002 } });
    expect(when(...asked, run.cancelRequested()).accepted).toBe(false);
    expect(when(...asked, run.cancelled())).toMatchObject({
      state: { status: 'CANCELLED' },
      effects: notify('CANCELLED'),
    });
  });

  it('comes too late for an attempt that ends otherwise first', () => {
    const asked = [run.queued(), run.started(), run.cancelRequested()];
    expect(when(...asked, run.succeeded()).state).toMatchObject({ status: 'SUCCEEDED' });
    expect(when(...asked, run.dead()).state).toMatchObject({ status: 'FAILED' });
  });

  it.each([
    ['a retry', run.failed()],
    ['a snooze', run.snoozed()],
    ['a return', run.returned()],
  ])('forbids %s', (_, end) => {
    const over = when(run.queued(), run.started(), run.cancelRequested(), end);
    expect(over.state).toMatchObject({ status: 'CANCELLED', nextAttemptAt: undefined });
    expect(over.effects).toEqual(notify('CANCELLED'));
  });

  it('keeps the outcome that comes after as a late one, shown and without effect', () => {
    const late = when(run.queued(), run.cancelRequested(), run.succeeded());
    expect(late).toMatchObject({ accepted: false, effects: [], shown: 1, state: { status: 'CANCELLED', revision: 3 } });
  });

  it('an ended run is refused', () => {
    expect(when(run.queued(), run.succeeded(), run.cancelRequested())).toMatchObject({ accepted: false });
  });
});

describe('expiry', () => {
  const soon = { expiresAt: 6000 };
  it('ends what waits, once its time has come', () => {
    expect(when(run.queued({}, soon), run.expired(5999)).accepted).toBe(false);
    expect(when(run.queued({}, soon), run.expired(6000))).toMatchObject({ effects: notify('EXPIRED') });
    expect(when(run.planned(8000, soon), run.expired()).state).toMatchObject({ status: 'EXPIRED', finishedAt: 7000 });
    expect(when(run.queued({}, soon), run.failed(), run.expired()).state?.status).toBe('EXPIRED');
  });
  it('leaves alone what runs, has ended, or never expires', () => {
    expect(when(run.queued({}, soon), run.started(), run.expired()).accepted).toBe(false);
    expect(when(run.queued({}, soon), run.succeeded(), run.expired()).accepted).toBe(false);
    expect(when(run.queued(), run.expired()).accepted).toBe(false);
  });
});

it('an event of a run that nobody queued is refused and leaves no trace', () => {
  expect(when(run.succeeded())).toEqual(expect.objectContaining({ state: undefined, accepted: false, shown: 0 }));
});

describe('a dead letter', () => {
  const failed = [run.queued(), run.dead()];
  it.each([
    ['OPEN', [], { redriven: 'REDRIVEN', discarded: 'DISCARDED', reopened: undefined }],
    ['DISCARDED', [run.discarded()], { redriven: undefined, discarded: undefined, reopened: 'OPEN' }],
    ['REDRIVEN', [run.redriven()], { redriven: undefined, discarded: undefined, reopened: undefined }],
    [
      'OPEN again',
      [run.discarded(), run.reopened()],
      { redriven: 'REDRIVEN', discarded: 'DISCARDED', reopened: undefined },
    ],
  ] as const)('that is %s can become what its state allows, and nothing else', (_, before, becomes) => {
    const asked = { redriven: run.redriven(), discarded: run.discarded(), reopened: run.reopened() };
    for (const [name, event] of Object.entries(asked)) {
      const wanted = becomes[name as keyof typeof becomes];
      const was = when(...failed, ...before).state?.deadLetter;
      const now = when(...failed, ...before, event);
      expect(now.accepted, name).toBe(wanted !== undefined);
      expect(now, name).toMatchObject({
        effects: [],
        shown: 1,
        state: { status: 'FAILED', deadLetter: wanted ?? was },
      });
    }
  });

  it('is none unless the run has failed', () => {
    for (const lived of [[run.queued()], [run.queued(), run.succeeded()], [run.queued(), run.cancelRequested()]])
      for (const event of [run.redriven(), run.discarded(), run.reopened()])
        expect(when(...lived, event)).toMatchObject({ accepted: false, state: { deadLetter: undefined } });
  });
});

describe('the operations of a run', () => {
  it('are those that made or changed it, each once; one that came too late is not among them', () => {
    const made = run.queued({}, { operationId: 'made' });
    const letter = [made, run.dead(), run.discarded('a'), run.discarded('late'), run.reopened('b'), run.discarded('a')];
    expect(when(...letter).state?.operations).toEqual(['made', 'a', 'b']);
    expect(when(run.queued(), { ...run.cancelRequested(), operationId: 'c' }).state?.operations).toEqual(['c']);
    expect(
      when(run.queued(), run.succeeded(), { ...run.cancelRequested(), operationId: 'c' }).state?.operations,
    ).toBeUndefined();
    // What a redrive made is another run; the letter only led to it.
    expect(when(run.queued(), run.dead(), run.redriven('r')).state?.operations).toBeUndefined();
  });

  it('are the last twenty', () => {
    const back = Array.from({ length: 30 }, (_, n) => [run.discarded(`d${n}`), run.reopened(`r${n}`)]).flat();
    const { operations } = when(run.queued(), run.dead(), ...back).state ?? {};
    expect(operations).toHaveLength(20);
    expect(operations?.at(-1)).toBe('r29');
  });
});

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
