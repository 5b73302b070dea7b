import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../system/api-client.js';
import * as bulk from './bulk-house.js';
import { ask, deadLetters, doAll, openLetters, runOf, runsOf } from './bulk-house.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('cancelling', () => {
  it('ends what waits, asks what runs to stop, and its undo makes new runs that wait for the same time', async () => {
    await createJob(api, { name: 'cancelled' });
    const { run: queued } = await enqueue(api, { job: 'cancelled', priority: 8 });
    const { run: planned } = await enqueue(api, { job: 'cancelled', delayMs: 3_600_000 });
    const { run: running } = await enqueue(api, { job: 'cancelled' });
    const { run: over } = await enqueue(api, { job: 'cancelled' });
    await home.worker.start(running.id);
    await home.worker.succeed(over.id);
    await eventually(
      api,
      'query ($id: ID!) { run(id: $id) { status } }',
      { id: over.id },
      ({ run }) => run.status === 'SUCCEEDED',
    );
    const filter = { jobs: ['cancelled'] };
    const done = await doAll(api, bulk.CANCEL, { filter, reason: 'wrong batch', expectedCount: 3 });
    expect(done).toMatchObject({ total: 3, done: 3, failed: 0 });
    for (const id of [queued.id, planned.id])
      expect(await runOf(api, id)).toMatchObject({ status: 'CANCELLED', cancelReason: 'wrong batch' });
    expect(await runOf(api, running.id)).toMatchObject({ status: 'RUNNING', cancelReason: 'wrong batch' });
    expect((await runsOf(api, { operationId: done.id })).map((one) => one.id).sort()).toEqual([
      queued.id,
      planned.id,
      running.id,
    ]);

    const undone = await doAll(api, bulk.UNDO, { id: done.id });
    expect(undone).toMatchObject({ action: 'RETRY', undoOf: done.id, total: 2, done: 2 });
    const again = await runsOf(api, { operationId: undone.id });
    expect(again.find((one) => one.retryOf === queued.id)).toMatchObject({ status: 'QUEUED', priority: 8 });
    const { run: waits } = await api.must('query ($id: ID!) { run(id: $id) { status dueAt } }', {
      id: again.find((one) => one.retryOf === planned.id)?.id,
    });
    expect(waits).toEqual({ status: 'SCHEDULED', dueAt: planned.dueAt });
  });
});

describe('retrying', () => {
  it('gives every ended run of the filter a new one', async () => {
    await createJob(api, { name: 'again' });
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await enqueue(api, { job: 'again', input: { n } })).run.id);
    await home.worker.succeed(ids[0] ?? '');
    await home.worker.fail(ids[1] ?? '');
    await bulk.allDead(api, 'again', 1);
    const done = await doAll(api, bulk.RETRY, { filter: { jobs: ['again'] } });
    expect(done).toMatchObject({ total: 2, done: 2 });
    expect((await runsOf(api, { operationId: done.id })).map((run) => run.retryOf).sort()).toEqual(ids.slice(0, 2));
  });
});

describe('the progress of an operation', () => {
  it('is told as it goes, from how it stands now to its end', async () => {
    await deadLetters(home, 'watched', 4);
    const { id } = await ask(api, bulk.REDRIVE, { filter: openLetters('watched'), perSecond: 4 });
    const frames: { done: number; status: string }[] = [];
    for await (const { bulkOperationUpdates } of api.subscribe(
      'subscription ($id: ID) { bulkOperationUpdates(id: $id) { done status } }',
      { id },
    ))
      frames.push(bulkOperationUpdates);
    expect(frames.at(-1)).toEqual({ done: 4, status: 'FINISHED' });
    const counts = frames.map((frame) => frame.done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.some((done) => done > 0 && done < 4)).toBe(true);
    expect(await refusal(api, 'mutation { abortBulkOperation(id: "nonsense") { id } }')).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(api, bulk.ABORT, { id })).toMatchObject({ code: 'CONFLICT', currentStatus: 'FINISHED' });
  });
});

it('no more than twenty operations are under way at once', async () => {
  await deadLetters(home, 'many', 1);
  const { db } = home.house;
  await db.query(
    `insert into gateway.bulk_operations (id, action, status, total, options, created_by, created_at)
     select gen_random_uuid(), 'RESCHEDULE', 'RUNNING', 1, '{"stateSeq":0}', 'test', now() from generate_series(1, 20)`,
  );
  expect(await refusal(api, bulk.DISCARD, { filter: openLetters('many'), reason: 'x' })).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('20 bulk operations'),
  });
  // They have no items, so they end by themselves.
  await eventually(api, '{ bulkOperations { nodes { finished } } }', {}, ({ bulkOperations }) =>
    bulkOperations.nodes.every((one: { finished: boolean }) => one.finished),
  );
});
