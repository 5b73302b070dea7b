import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, openDomainHouse, refusal } from './domain-house.js';

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
});
afterAll(() => home?.[Symbol.asyncDispose]());

describe('queues', () => {
  it('are there, made, configured, paused', async () => {
    const { queues } = await api.must(
      '{ queues { name paused defaultPriority retentionDays concurrency rate { limit } } }',
    );
    expect(queues.map((queue: { name: string }) => queue.name)).toContain('default');
    const CONFIGURE =
      'mutation ($name: String!, $input: QueueInput!, $revision: Int) { configureQueue(name: $name, input: $input, expectedRevision: $revision) { name description defaultPriority retentionDays revision } }';
    const { configureQueue } = await api.must(CONFIGURE, {
      name: 'mail',
      input: { description: 'letters', defaultPriority: 3, retentionDays: 7 },
    });
    expect(configureQueue).toMatchObject({
      name: 'mail',
      description: 'letters',
      defaultPriority: 3,
      retentionDays: 7,
    });
    await createJob(api, { name: 'letter', queue: 'mail' });
    expect((await api.must('{ job(name: "letter") { queue priority } }')).job).toEqual({ queue: 'mail', priority: 3 });
    for (const input of [
      { concurrency: 0 },
      { concurrencyPerKey: 100_001 },
      { defaultPriority: 11 },
      { retentionDays: 0 },
    ]) {
      expect(await refusal(api, CONFIGURE, { name: 'mail', input })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: { [Object.keys(input)[0] as string]: expect.any(String) },
      });
    }
    const noTime = { rate: { limit: 1, perMs: 0 } };
    expect(await refusal(api, CONFIGURE, { name: 'mail', input: noTime })).toMatchObject({
      fields: { 'rate.perMs': 'must be 1 to 86400000' },
    });
    expect(await refusal(api, CONFIGURE, { name: 'Not.A.Queue', input: {} })).toMatchObject({
      fields: { name: expect.any(String) },
    });
    expect(await refusal(api, CONFIGURE, { name: 'mail', input: {}, revision: 99 })).toMatchObject({
      code: 'CONFLICT',
      currentRevision: configureQueue.revision,
    });
    expect(await refusal(api, 'mutation { pauseQueue(name: "nowhere") { name } }')).toMatchObject({
      code: 'NOT_FOUND',
    });
    const { pauseQueue } = await api.must(
      'mutation { pauseQueue(name: "mail", reason: "strike") { paused pauseReason pausedAt pausedBy } }',
    );
    expect(pauseQueue).toMatchObject({
      paused: true,
      pauseReason: 'strike',
      pausedAt: expect.any(String),
      pausedBy: expect.any(String),
    });
    const { resumeQueue } = await api.must(
      'mutation { resumeQueue(name: "mail") { paused pauseReason pausedAt pausedBy } }',
    );
    expect(resumeQueue).toEqual({ paused: false, pauseReason: null, pausedAt: null, pausedBy: null });
    const { auditLog } = await api.must(
      '{ auditLog(filter: { target: "mail" }, first: 10) { nodes { action reason actor } } }',
    );
    expect(
      auditLog.nodes.map((entry: { action: string; reason: string | null }) => [entry.action, entry.reason]),
    ).toEqual([
      ['queue.resumed', null],
      ['queue.paused', 'strike'],
      ['queue.configured', null],
    ]);
  });
});
