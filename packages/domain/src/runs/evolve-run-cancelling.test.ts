import { describe, expect, it } from 'vitest';
import * as run from './run-story.js';
import { when } from './run-story.js';

const notify = (status: string) => [{ kind: 'notify-run', run: expect.objectContaining({ status, job: 'mail.send' }) }];

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
