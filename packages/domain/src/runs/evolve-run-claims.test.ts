import { describe, expect, it } from 'vitest';
import * as run from './run-story.js';
import { when } from './run-story.js';

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
