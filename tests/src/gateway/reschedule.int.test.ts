import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../system/api-client.js';
import * as bulk from './bulk-house.js';
import { ask, deadLetters, deadLettersOf, doAll, runOf, runsOf } from './bulk-house.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
  await createJob(api, { name: 'moved', retry: { maxAttempts: 3 } });
});
afterAll(() => home[Symbol.asyncDispose]());

const RESCHEDULE = `mutation ($id: ID!, $at: DateTime, $priority: Int) {
  rescheduleRun(id: $id, at: $at, priority: $priority) {
    id status dueAt nextAttemptAt priority whyNotRunning { code message } timeline { type message } } }`;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const statusIs = (id: string, status: string) =>
  eventually(api, 'query ($id: ID!) { run(id: $id) { status } }', { id }, ({ run }) => run.status === status);

describe('rescheduleRun', () => {
  it('moves a delayed run, and says so in its timeline and in why it waits', async () => {
    const { run } = await enqueue(api, { job: 'moved', delayMs: 3_600_000 });
    const at = inMinutes(120);
    const moved = await ask(api, RESCHEDULE, { id: run.id, at, priority: 8 });
    expect(moved).toMatchObject({ status: 'SCHEDULED', dueAt: at, priority: 8 });
    expect(moved.whyNotRunning[0]).toMatchObject({
      code: 'DUE_LATER',
      message: expect.stringMatching(/It is due in (2 h|1 h 59 min)/),
    });
    expect(moved.timeline.at(-1)).toEqual({
      type: 'RunRescheduled',
      message: `Rescheduled for ${at} with priority 8`,
    });
  });

  it('without a time, or with one that has passed, means now', async () => {
    for (const at of [null, inMinutes(-60)]) {
      const { run } = await enqueue(api, { job: 'moved', delayMs: 3_600_000 });
      const before = Date.now();
      const { dueAt, status } = await ask(api, RESCHEDULE, { id: run.id, at });
      expect(status).toBe('SCHEDULED');
      expect(Date.parse(dueAt)).toBeGreaterThanOrEqual(before - 1_000);
      expect(Date.parse(dueAt)).toBeLessThanOrEqual(Date.now() + 1_000);
    }
  });

  it('moves the next try of a failed run', async () => {
    const { run } = await enqueue(api, { job: 'moved' });
    await home.worker.fail(run.id, { kind: 'retry', at: Date.now() + 600_000 });
    await statusIs(run.id, 'RETRYING');
    const at = inMinutes(1);
    expect(await ask(api, RESCHEDULE, { id: run.id, at })).toMatchObject({ status: 'RETRYING', nextAttemptAt: at });
  });

  it('takes a queued run out of its queue, unless a worker has started it', async () => {
    const { run } = await enqueue(api, { job: 'moved' });
    const at = inMinutes(5);
    expect(await ask(api, RESCHEDULE, { id: run.id, at })).toMatchObject({ status: 'SCHEDULED', dueAt: at });
    await home.worker.start(run.id);
    await statusIs(run.id, 'RUNNING');
    expect(await refusal(api, RESCHEDULE, { id: run.id, at })).toMatchObject({
      code: 'CONFLICT',
      currentStatus: 'RUNNING',
    });
  });

  it('answers as the log has it when a worker starts the run at the same moment, and the start always counts', async () => {
    // Half a millisecond later each time: before, while and after the request is looked at.
    for (let n = 0; n < 40; n++) {
      const { run } = await enqueue(api, { job: 'moved' });
      const [answer] = await Promise.all([
        api.ask(RESCHEDULE, { id: run.id, at: inMinutes(5) }),
        wait(n / 2).then(() => home.worker.start(run.id)),
      ]);
      await statusIs(run.id, 'RUNNING');
      const { run: after } = await api.must('query ($id: ID!) { run(id: $id) { timeline { type message } } }', run);
      const told = after.timeline.find(({ type }: { type: string }) => type === 'RunRescheduled');
      if (answer.errors) expect(answer.errors[0]?.extensions).toMatchObject({ currentStatus: 'RUNNING' });
      else expect(told.message).not.toContain('too late');
    }
  });

  it('is refused for a run that has ended, for a priority there is none of, and for a time after its expiry', async () => {
    const { run } = await enqueue(api, { job: 'moved', delayMs: 60_000, expiresAt: inMinutes(10) });
    expect(await refusal(api, RESCHEDULE, { id: run.id, priority: 11 })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { priority: 'must be 1 to 10' },
    });
    expect(await refusal(api, RESCHEDULE, { id: run.id, at: inMinutes(11) })).toMatchObject({
      fields: { at: expect.stringContaining('before the run expires') },
    });
    await api.must('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: run.id });
    expect(await refusal(api, RESCHEDULE, { id: run.id })).toMatchObject({
      code: 'CONFLICT',
      currentStatus: 'CANCELLED',
    });
  });

  it('does not keep a run from being cancelled', async () => {
    const { run } = await enqueue(api, { job: 'moved' });
    await ask(api, RESCHEDULE, { id: run.id, at: inMinutes(5) });
    const cancelled = await ask(api, 'mutation ($id: ID!) { cancelRun(id: $id) { status } }', { id: run.id });
    expect(cancelled.status).toBe('CANCELLED');
  });
});

describe('rescheduleRuns', () => {
  it('moves all that wait, and tells which could not be moved', async () => {
    await createJob(api, { name: 'many' });
    const soon = await enqueue(api, { job: 'many', delayMs: 60_000 });
    const queued = await enqueue(api, { job: 'many' });
    const expiring = await enqueue(api, { job: 'many', delayMs: 60_000, expiresAt: inMinutes(10) });
    const running = await enqueue(api, { job: 'many' });
    await home.worker.start(running.run.id);
    await statusIs(running.run.id, 'RUNNING');
    const filter = { jobs: ['many'] };
    expect(await ask(api, bulk.PREVIEW, { action: 'RESCHEDULE', filter })).toMatchObject({ count: 3, undoable: false });
    const at = inMinutes(60);
    const done = await doAll(api, bulk.RESCHEDULE, { filter, at, expectedCount: 3 });
    expect(done).toMatchObject({ action: 'RESCHEDULE', total: 3, done: 2, failed: 1, undoableUntil: null });
    expect(done.failures).toEqual([
      { index: 3, id: expiring.run.id, code: 'CONFLICT', message: expect.stringContaining('before the run expires') },
    ]);
    const moved = await runsOf(api, { operationId: done.id });
    expect(moved.map(({ id, status }) => [id, status]).sort()).toEqual(
      [soon, queued].map(({ run }) => [run.id, 'SCHEDULED']).sort(),
    );
    const [row] = await home.house.db.query<{ due: Date }>('select due_at as due from read.runs where id = $1', [
      queued.run.id,
    ]);
    expect(row?.due.toISOString()).toBe(at);
    // Once more, to the same time: it is so already.
    expect(await doAll(api, bulk.RESCHEDULE, { filter, at })).toMatchObject({ total: 3, done: 2, failed: 1 });
  });
});

describe('a dead letter', () => {
  it('is closed by running it again, and linked to the run that does its work', async () => {
    const [id = ''] = await deadLetters(home, 'again', 1);
    const before = await deadLettersOf(api);
    const again = await ask(api, 'mutation ($id: ID!) { retryRun(id: $id) { id } }', { id });
    await eventually(
      api,
      'query ($id: ID!) { run(id: $id) { deadLetter retriedBy timeline { type message } } }',
      { id },
      ({ run }) =>
        run.deadLetter === 'REDRIVEN' &&
        run.retriedBy[0] === again.id &&
        run.timeline.at(-1).message === `Redriven: run ${again.id} does its work again`,
    );
    expect(await deadLettersOf(api)).toBe(before - 1);
    // Run once more, it stays as it is.
    const once = await ask(api, 'mutation ($id: ID!) { retryRun(id: $id) { id } }', { id });
    await statusIs(once.id, 'QUEUED');
    expect(await runOf(api, id)).toMatchObject({ deadLetter: 'REDRIVEN', retriedBy: [again.id, once.id] });
    expect((await doAll(api, bulk.REDRIVE, { filter: { jobs: ['again'], deadLetter: ['OPEN'] } })).total).toBe(0);
  });
});
