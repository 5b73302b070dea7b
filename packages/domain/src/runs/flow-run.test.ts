import type { RunEventOf } from '@jobflow/contracts';
import { describe, expect, it } from 'vitest';
import type { RunLifeEvent } from './evolve-run.js';
import * as run from './run-story.js';
import { RUN_ID, tell } from './run-story.js';
import { storedEvent } from './stored-event.js';
import { timelineOf } from './timeline-of.js';

const flow = { id: '01890a5d-ac96-774b-bcce-b302099a8050', key: 'load' };
const blocked = (dueAt = 1000): RunEventOf<'RunPlanned'> => ({ ...run.planned(dueAt, { flow }), blocked: true });
const released = (delayMs?: number): RunLifeEvent => ({ type: 'RunReleased', runId: RUN_ID, at: 3000, delayMs });
const restarted: RunLifeEvent = { type: 'RunRestarted', runId: RUN_ID, at: 9000 };
const inputFailed = (delivery = 0): RunLifeEvent => ({
  type: 'RunInputFailed',
  runId: RUN_ID,
  delivery,
  at: 3100,
  error: { message: '{{parents.a.result.x}} does not exist', code: 'TEMPLATE', fingerprint: 'f', retryable: false },
});
const lastOf = (...events: RunLifeEvent[]) => tell(events).told.at(-1);

describe('a run that waits for others', () => {
  it('is blocked, and asks for nothing', () => {
    expect(lastOf(blocked())).toMatchObject({
      state: { status: 'BLOCKED', flowId: flow.id, dueAt: undefined },
      effects: [],
    });
  });

  it('is due once it is released: at once, after its delay, or at the time it was planned for', () => {
    const queueAt = (at: number) => [{ kind: 'queue-run', run: { runId: RUN_ID, at, attempt: 1, delivery: 0 } }];
    expect(lastOf(blocked(), released())).toMatchObject({
      state: { status: 'SCHEDULED', dueAt: 3000 },
      effects: queueAt(3000),
    });
    expect(lastOf(blocked(), released(500))).toMatchObject({ state: { dueAt: 3500 }, effects: queueAt(3500) });
    expect(lastOf(blocked(8000), released())).toMatchObject({ state: { dueAt: 8000 }, effects: queueAt(8000) });
  });

  it('is released once', () => {
    expect(lastOf(blocked(), released(), released())).toMatchObject({ accepted: false, effects: [] });
    expect(lastOf(blocked(), run.cancelRequested(), released())).toMatchObject({
      state: { status: 'CANCELLED' },
      accepted: false,
    });
  });

  it('cannot be queued past the fold by being cancelled or expired meanwhile', () => {
    expect(lastOf(blocked(), run.cancelRequested())).toMatchObject({
      state: { status: 'CANCELLED', cancelReason: 'wrong' },
    });
  });

  it('fails without an attempt when its input cannot be made, if that queueing was due', () => {
    const failed = lastOf(blocked(), released(), inputFailed());
    expect(failed).toMatchObject({ state: { status: 'FAILED', deadLetter: 'OPEN', attempt: 0, finishedAt: 3100 } });
    expect(failed?.effects.map(({ kind }) => kind)).toEqual(['notify-run', 'dead-letter']);
    expect(lastOf(blocked(), inputFailed())).toMatchObject({ accepted: false });
    expect(lastOf(blocked(), released(), inputFailed(1))).toMatchObject({ accepted: false });
    expect(lastOf(blocked(), released(), run.queued({}, { flow }), inputFailed())).toMatchObject({ accepted: false });
  });
});

describe('a run whose flow is retried', () => {
  const life = [run.queued({}, { flow }), run.failed(), run.queued({ attempt: 2 }, { flow }), run.dead({ attempt: 2 })];

  it('waits as if it had never run, except that its queueings count on', () => {
    const again = lastOf(...life, restarted)?.state;
    expect(again).toMatchObject({ status: 'BLOCKED', attempt: 0, delivery: 1, losses: 0, deadLetter: undefined });
    expect([again?.startedAt, again?.finishedAt, again?.fingerprint, again?.workerId]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has all its attempts, and hears nothing more of the old ones', () => {
    const again = [...life, restarted, released(), run.queued({ attempt: 1, delivery: 2 }, { flow })];
    expect(lastOf(...again)).toMatchObject({ accepted: true, state: { status: 'QUEUED', attempt: 1, delivery: 2 } });
    expect(lastOf(...again, run.succeeded({ attempt: 2, delivery: 1 }))).toMatchObject({ accepted: false });
    expect(lastOf(...again, run.failed({ attempt: 1, delivery: 2 }))).toMatchObject({ state: { status: 'RETRYING' } });
  });

  it('is one that failed or was cancelled, and no other', () => {
    expect(lastOf(run.queued({}, { flow }), restarted)).toMatchObject({ accepted: false });
    expect(lastOf(run.queued({}, { flow }), run.succeeded(), restarted)).toMatchObject({ accepted: false });
    expect(lastOf(run.queued({}, { flow }), run.cancelRequested(), restarted)).toMatchObject({
      state: { status: 'BLOCKED', cancelRequestedAt: undefined, cancelReason: undefined },
    });
  });
});

it('the timeline tells of waiting, release, failure and restart in words', () => {
  const events = [blocked(), released(500), inputFailed(), restarted, released()];
  const stored = tell(events).told.map(({ event, accepted }, n) =>
    storedEvent(event, { at: n, seq: n, actor: 'system:flow' }, accepted),
  );
  expect(timelineOf(stored).map(({ message }) => message)).toEqual([
    'Planned on queue default, once the runs it depends on have ended',
    'All it depends on has ended: it is due after 500 ms',
    'Its input cannot be made: {{parents.a.result.x}} does not exist',
    'Its flow is retried: it runs again, with fresh attempts',
    'Nothing it depends on is left to wait for',
  ]);
});
