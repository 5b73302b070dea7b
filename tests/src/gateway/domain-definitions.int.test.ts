import { createSecretBox, keyIdOf, secretAad } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { createJob, type DomainHouse, enqueue, eventually, openDomainHouse, refusal } from './domain-house.js';
import { admin } from './server-process.js';

let home: DomainHouse;
let api: ApiClient;
const key = Buffer.alloc(32, 7);
beforeAll(async () => {
  home = await openDomainHouse({ JOBFLOW_ENCRYPTION_KEY: key.toString('base64') });
  api = home.api;
});
afterAll(() => home[Symbol.asyncDispose]());

const CREATE = 'mutation ($input: JobInput!) { createJob(input: $input) { name } }';
const UPDATE = `mutation ($name: String!, $input: JobUpdateInput!, $revision: Int) {
  updateJob(name: $name, input: $input, expectedRevision: $revision) { name title description queue priority revision tags enabled retry { maxAttempts backoff } timeout { softMs hardMs } spec } }`;

describe('jobs', () => {
  it('are created with defaults, changed field by field, and keep their revisions', async () => {
    const { createJob: made } = await api.must(
      `mutation { createJob(input: { name: "call", kind: HTTP, spec: { url: "http://127.0.0.1:9/x" }, retry: { maxAttempts: 5 } }) {
        name title kind queue priority retry { maxAttempts backoff initialDelayMs maxDelayMs factor jitter } timeout { softMs hardMs } limits { memoryMb rate { limit } }
        guarantee logLevel enabled tags revision createdAt updatedAt createdBy lastRun { id } nextRunAt successRate waiting active recentRuns { id } outcomes { runId } schedules { id } channels { id } } }`,
    );
    expect(made).toMatchObject({
      title: 'call',
      queue: 'default',
      priority: 5,
      retry: {
        maxAttempts: 5,
        backoff: 'EXPONENTIAL',
        initialDelayMs: 1000,
        maxDelayMs: 3_600_000,
        factor: 2,
        jitter: 'FULL',
      },
      timeout: { softMs: null, hardMs: 3_600_000 },
      limits: { memoryMb: null, rate: null },
      guarantee: 'AT_LEAST_ONCE',
      enabled: true,
      revision: 1,
      lastRun: null,
      nextRunAt: null,
      successRate: null,
      waiting: 0,
      active: 0,
      recentRuns: [],
    });
    const change = async (input: object, revision?: number) =>
      (await api.must(UPDATE, { name: 'call', input, revision })).updateJob;
    expect(await change({ title: 'Call', tags: ['a', 'b', 'a'], retry: { backoff: 'FIXED' } })).toMatchObject({
      title: 'Call',
      tags: ['a', 'b'],
      retry: { maxAttempts: 5, backoff: 'FIXED' },
      revision: 2,
    });
    expect(await change({ title: null, retry: { maxAttempts: null }, timeout: { softMs: 10 } }, 2)).toMatchObject({
      title: 'call',
      retry: { maxAttempts: 3, backoff: 'FIXED' },
      timeout: { softMs: 10, hardMs: 3_600_000 },
      tags: ['a', 'b'],
      revision: 3,
    });
    expect(await change({ retry: null, timeout: null, tags: null })).toMatchObject({
      retry: { maxAttempts: 3, backoff: 'EXPONENTIAL' },
      timeout: { softMs: null },
      tags: [],
      revision: 4,
    });
    expect(await refusal(api, UPDATE, { name: 'call', input: {}, revision: 2 })).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 4,
    });
    const { job } = await api.must('{ job(name: "call") { revisions(last: 2) { revision actor at definition } } }');
    expect(job.revisions.map((one: { revision: number }) => one.revision)).toEqual([3, 4]);
  });

  it('changed by many at once lose no change', async () => {
    await createJob(api, { name: 'contended' });
    const second = await home.house.start();
    const clients = [api, new ApiClient(second.url)] as const;
    await clients[1].signIn(admin.email, admin.password);
    const change = (n: number) =>
      clients[n % 2 ? 1 : 0].must(UPDATE, {
        name: 'contended',
        input: n % 3 ? { title: `t${n}` } : { priority: n + 1 },
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => change(n)));
    await second.stop();
    const { job } = await api.must('{ job(name: "contended") { revision } }');
    expect(job.revision).toBe(11);
  });

  it('are refused with every wrong field named', async () => {
    const wrong = {
      name: 'a b',
      kind: 'HTTP',
      spec: { url: 'http://169.254.169.254/latest', headres: {} },
      inputSchema: { type: 'nonsense' },
      priority: 0,
      queue: 'Not.A.Queue',
      retry: { maxAttempts: 101 },
      timeout: { softMs: 20, hardMs: 10 },
      limits: { concurrency: 0 },
      tags: Array.from({ length: 21 }, (_, n) => `t${n}`),
    };
    const { code, fields } = await refusal(api, CREATE, { input: wrong });
    expect(code).toBe('BAD_USER_INPUT');
    expect(Object.keys(fields ?? {}).sort()).toEqual([
      'inputSchema',
      'limits.concurrency',
      'name',
      'priority',
      'queue',
      'retry.maxAttempts',
      'spec.headres',
      'tags',
      'timeout.softMs',
    ]);
    const input = { name: 'x', kind: 'HTTP' };
    expect(
      (await refusal(api, CREATE, { input: { ...input, spec: { url: 'http://169.254.169.254/' } } })).fields,
    ).toEqual({ 'spec.url': expect.stringContaining('not a public address') });
    expect(
      (await refusal(api, CREATE, { input: { name: 'x', kind: 'SHELL', spec: { script: 'echo {{input.name}}' } } }))
        .fields,
    ).toEqual({ 'spec.script': expect.stringContaining('templates') });
    expect(await refusal(api, CREATE, { input: { name: 'x', kind: 'HANDLER', queue: 'nowhere' } })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await refusal(api, CREATE, { input: { name: 'call', kind: 'HANDLER' } })).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 4,
    });
    expect(await refusal(api, UPDATE, { name: 'nobody', input: {} })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('may leave the host of a URL to a template', async () => {
    await api.must(CREATE, {
      input: {
        name: 'templated',
        kind: 'HTTP',
        spec: { url: 'https://{{input.host}}/x', headers: { 'x-a': '{{input.a}}' } },
      },
    });
  });

  it('are listed, sorted, filtered and paged, with their figures', async () => {
    for (const name of ['l1', 'l2', 'l3']) await createJob(api, { name, tags: ['listed'], priority: Number(name[1]) });
    const { run: ok } = await enqueue(api, { job: 'l2' });
    const { run: bad } = await enqueue(api, { job: 'l2' });
    const { run: waits } = await enqueue(api, { job: 'l3', delayMs: 60_000 });
    await home.worker.succeed(ok.id);
    await home.worker.fail(bad.id);
    const LIST = `query ($filter: JobFilter, $sort: JobSort, $first: Int, $after: String) { jobs(filter: $filter, sort: $sort, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { name successRate waiting active nextRunAt lastRun { id status } outcomes { status runId } recentRuns(first: 1) { id } } } }`;
    const filter = { tags: ['listed'] };
    await eventually(api, LIST, { filter }, ({ jobs }) => jobs.nodes[1].outcomes.length === 2);
    const names = async (variables: object) =>
      (await api.must(LIST, { filter, ...variables })).jobs.nodes.map((job: { name: string }) => job.name);
    const { jobs } = await api.must(LIST, { filter });
    expect(jobs.totalCount).toBe(3);
    expect(jobs.nodes[1]).toMatchObject({
      name: 'l2',
      successRate: 0.5,
      waiting: 0,
      lastRun: { id: bad.id, status: 'FAILED' },
      recentRuns: [{ id: bad.id }],
    });
    expect(jobs.nodes[2]).toMatchObject({ waiting: 1, nextRunAt: waits.dueAt });
    expect(await names({ sort: { by: 'PRIORITY', descending: true } })).toEqual(['l3', 'l2', 'l1']);
    expect(await names({ sort: { by: 'SUCCESS_RATE' } })).toEqual(['l2', 'l1', 'l3']);
    expect((await names({ sort: { by: 'LAST_RUN', descending: true } })).slice(0, 2)).toEqual(
      ['l2', 'l3'].sort((a) => (a === 'l2' ? -1 : 1)),
    );
    expect((await names({ sort: { by: 'NEXT_RUN' } }))[0]).toBe('l3');
    expect(await names({ filter: { ...filter, lastStatuses: ['FAILED'] } })).toEqual(['l2']);
    expect(await names({ filter: { ...filter, successRateBelow: 0.6 } })).toEqual(['l2']);
    expect(await names({ filter: { ...filter, search: 'L3' } })).toEqual(['l3']);
    for (const by of ['NAME', 'KIND', 'QUEUE', 'PRIORITY', 'LAST_RUN', 'NEXT_RUN', 'SUCCESS_RATE', 'UPDATED_AT']) {
      for (const descending of [true, false]) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const { nodes, pageInfo } = (await api.must(LIST, { filter, sort: { by, descending }, first: 1, after }))
            .jobs;
          seen.push(nodes[0].name);
          after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
        } while (after);
        expect([...seen].sort()).toEqual(['l1', 'l2', 'l3']);
      }
    }
    expect((await api.must('{ tags(prefix: "list") }')).tags).toEqual(['listed']);
  });

  it('sixty cards cost less than may be asked', async () => {
    const fields =
      'name title enabled successRate waiting active nextRunAt lastRun { id status createdAt } outcomes(last: 20) { runId status durationMs finishedAt }';
    await api.must(`{ jobs(first: 60) { nodes { ${fields} } } }`);
    await api.must(
      '{ runs(first: 50) { nodes { id job kind status queue attempt progress createdAt dueAt startedAt finishedAt durationMs waitMs revision error { message } jobDefinition { title } worker { host } } } }',
    );
    await api.must('{ queues { name depth active waitP95Ms workers } workers { id load } stats { total } }');
  });

  it('take their schedules with them when they are deleted', async () => {
    await createJob(api, { name: 'doomed' });
    const { createSchedule } = await api.must(
      'mutation { createSchedule(input: { job: "doomed", kind: CRON, cron: "0 9 * * *" }) { id nextFires } }',
    );
    expect(createSchedule.nextFires).toHaveLength(5);
    expect(await refusal(api, 'mutation { deleteJob(name: "doomed", expectedRevision: 7) }')).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 1,
    });
    expect((await api.must('mutation { deleteJob(name: "doomed") }')).deleteJob).toBe(true);
    const { schedule } = await api.must(
      'query ($id: ID!) { schedule(id: $id) { enabled disabledReason nextFires jobDefinition { name } } }',
      { id: createSchedule.id },
    );
    expect(schedule).toEqual({
      enabled: false,
      disabledReason: 'Job doomed was deleted',
      nextFires: [],
      jobDefinition: null,
    });
    expect(await refusal(api, '{ job(name: "doomed") { name } }')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(api, 'mutation { deleteJob(name: "doomed") }')).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('never give a revision twice, also not to another job that is made under the name of a deleted one', async () => {
    const schema = (title: string) => ({ inputSchema: { title } });
    await createJob(api, { name: 'phoenix', ...schema('first') });
    await api.must('mutation ($input: JobUpdateInput!) { updateJob(name: "phoenix", input: $input) { revision } }', {
      input: schema('second'),
    });
    for (const revision of [3, 4]) {
      await api.must('mutation { deleteJob(name: "phoenix") }');
      const made = await createJob(api, { name: 'phoenix', ...schema(`made as ${revision}`) });
      expect(made.createJob.revision).toBe(revision);
    }
    const { job } = await api.must('{ job(name: "phoenix") { revision revisions { revision } } }');
    expect(job.revisions.map(({ revision }: { revision: number }) => revision)).toEqual([1, 2, 3, 4]);
  });
});

describe('schedules', () => {
  const CREATE_SCHEDULE =
    'mutation ($input: ScheduleInput!) { createSchedule(input: $input) { id description timezone missed overlap maxMissed jitterMs enabled revision nextFires(count: 3) lastRun { id } } }';
  const create = async (input: object) =>
    (await api.must(CREATE_SCHEDULE, { input: { job: 'timed', ...input } })).createSchedule;
  beforeAll(() => createJob(api, { name: 'timed', inputSchema: { type: ['object', 'null'] } }));

  it('are described in words and tell their next fires', async () => {
    const made = await create({ kind: 'CRON', cron: '0 9 * * 1-5', timezone: 'Europe/Berlin', name: 'mornings' });
    expect(made).toMatchObject({
      timezone: 'Europe/Berlin',
      missed: 'LAST',
      overlap: 'ALLOW',
      enabled: true,
      lastRun: null,
    });
    expect(made.description).toContain('09:00');
    expect(made.nextFires).toHaveLength(3);
    const { nextFires } = await api.must(
      '{ nextFires(kind: CRON, cron: "0 9 * * 1-5", timezone: "Europe/Berlin", count: 3) }',
    );
    expect(nextFires).toEqual(made.nextFires);
    const { previewSchedule } = await api.must(
      '{ previewSchedule(input: { kind: CRON, cron: "0 0 31 * 1", timezone: "UTC" }, count: 2) { description warnings fires { at dst outcome timezone } } }',
    );
    expect(previewSchedule.fires).toHaveLength(2);
    expect(previewSchedule.warnings.length).toBeGreaterThan(0);
    const { job } = await api.must(
      '{ job(name: "timed") { nextRunAt nextFire { at scheduleId outcome timezone } schedules { name } } }',
    );
    expect(job).toMatchObject({
      nextRunAt: made.nextFires[0],
      nextFire: { at: made.nextFires[0], scheduleId: made.id, outcome: 'PLANNED', timezone: 'Europe/Berlin' },
      schedules: [{ name: 'mornings' }],
    });
  });

  it.each([
    ['a cron nobody understands', { kind: 'CRON', cron: '61 * * * *' }, { cron: expect.stringContaining('column 1') }],
    ['no cron', { kind: 'CRON' }, { cron: expect.any(String) }],
    [
      'an unknown zone',
      { kind: 'CRON', cron: '* * * * *', timezone: 'Europe/Nowhere' },
      { timezone: expect.any(String) },
    ],
    [
      'an end before the start',
      { kind: 'INTERVAL', everyMs: 5000, startsAt: '2030-01-02T00:00:00Z', endsAt: '2030-01-01T00:00:00Z' },
      { endsAt: expect.any(String) },
    ],
    ['a moment that has passed', { kind: 'ONCE', at: '2020-01-01T00:00:00Z' }, { at: expect.any(String) }],
    ['too short an interval', { kind: 'INTERVAL', everyMs: 10 }, { everyMs: expect.any(String) }],
    ['input the job refuses', { kind: 'INTERVAL', everyMs: 5000, input: 'text' }, { input: expect.any(String) }],
    ["nobody's end", { kind: 'AFTER_JOB' }, { afterJob: expect.stringContaining('is required') }],
  ])('are refused with %s', async (_what, input, fields) => {
    expect(await refusal(api, CREATE_SCHEDULE, { input: { job: 'timed', ...input } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields,
    });
  });

  it('name a job and a queue that are there', async () => {
    expect(
      await refusal(api, CREATE_SCHEDULE, { input: { job: 'nobody', kind: 'CRON', cron: '* * * * *' } }),
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(
      await refusal(api, CREATE_SCHEDULE, {
        input: { job: 'timed', queue: 'nowhere', kind: 'CRON', cron: '* * * * *' },
      }),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are paused with a reason, resumed, changed and deleted', async () => {
    const { id } = await create({ kind: 'INTERVAL', everyMs: 60_000, tags: ['s'] });
    const { pauseSchedule } = await api.must(
      'mutation ($id: ID!) { pauseSchedule(id: $id, reason: "holidays") { enabled disabledReason nextFires revision } }',
      { id },
    );
    expect(pauseSchedule).toMatchObject({ enabled: false, disabledReason: 'holidays', nextFires: [], revision: 2 });
    const { resumeSchedule } = await api.must(
      'mutation ($id: ID!) { resumeSchedule(id: $id) { enabled disabledReason nextFires revision } }',
      { id },
    );
    expect(resumeSchedule).toMatchObject({ enabled: true, disabledReason: null, revision: 3 });
    const UPDATE_SCHEDULE =
      'mutation ($id: ID!, $input: ScheduleUpdateInput!, $revision: Int) { updateSchedule(id: $id, input: $input, expectedRevision: $revision) { everyMs tags name revision } }';
    expect(
      (await api.must(UPDATE_SCHEDULE, { id, input: { everyMs: 120_000, tags: null, name: 'n' } })).updateSchedule,
    ).toEqual({ everyMs: 120_000, tags: [], name: 'n', revision: 4 });
    expect(await refusal(api, UPDATE_SCHEDULE, { id, input: {}, revision: 1 })).toMatchObject({
      code: 'CONFLICT',
      currentRevision: 4,
    });
    expect((await api.must('mutation ($id: ID!) { deleteSchedule(id: $id) }', { id })).deleteSchedule).toBe(true);
    expect(await refusal(api, UPDATE_SCHEDULE, { id, input: {} })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('can be triggered, paused or not', async () => {
    const { id } = await create({
      kind: 'CRON',
      cron: '0 0 1 1 *',
      input: { from: 'schedule' },
      priority: 9,
      enabled: false,
    });
    const { triggerSchedule } = await api.must(
      'mutation ($id: ID!) { triggerSchedule(id: $id) { id status input priority scheduleId schedule { id } } }',
      { id },
    );
    expect(triggerSchedule).toMatchObject({
      status: 'QUEUED',
      input: { from: 'schedule' },
      priority: 9,
      scheduleId: id,
      schedule: { id },
    });
    const { runs } = await api.must('query ($id: ID) { runs(filter: { scheduleId: $id }) { nodes { id } } }', { id });
    expect(runs.nodes).toEqual([{ id: triggerSchedule.id }]);
  });

  it('are listed in pages, and their fires with what came of them', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push((await create({ kind: 'CRON', cron: '0 12 * * *', name: `page ${n}` })).id);
    const LIST =
      'query ($after: String) { schedules(filter: { search: "PAGE" }, first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }';
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { schedules } = await api.must(LIST, { after });
      expect(schedules.totalCount).toBe(5);
      seen.push(...schedules.nodes.map((one: { id: string }) => one.id));
      after = schedules.pageInfo.hasNextPage ? schedules.pageInfo.endCursor : undefined;
    } while (after);
    expect(seen).toEqual(made.reverse());
    const [id] = made as [string];
    const past = Date.now() - 7_200_000;
    const rows = [
      [past, 'fired', null],
      [past + 60_000, 'skipped', 'Missed: it could not fire in time'],
      [past + 120_000, 'skipped', 'The run before has not ended'],
      [past + 180_000, 'skipped', 'Job timed is disabled'],
    ];
    for (const [at, outcome, why] of rows) {
      await home.house.db.query(
        'insert into read.schedule_fires (schedule_id, tick, outcome, why) values ($1, to_timestamp($2::float8 / 1000), $3, $4)',
        [id, at, outcome, why],
      );
    }
    const FIRES =
      'query ($id: ID, $from: DateTime!, $to: DateTime!, $first: Int) { scheduleFires(scheduleId: $id, from: $from, to: $to, first: $first) { at outcome job scheduleId timezone } }';
    const from = new Date(past - 1000).toISOString();
    const { scheduleFires } = await api.must(FIRES, {
      id,
      from,
      to: new Date(Date.now() + 2 * 86_400_000).toISOString(),
    });
    expect(scheduleFires.map((fire: { outcome: string }) => fire.outcome)).toEqual([
      'RAN',
      'MISSED',
      'OVERLAPPED',
      'PAUSED',
      'PLANNED',
      'PLANNED',
    ]);
    expect(scheduleFires[0]).toMatchObject({ job: 'timed', scheduleId: id, timezone: 'UTC' });
    expect(await refusal(api, FIRES, { from, to: from })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

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

describe('channels', () => {
  const CREATE_CHANNEL =
    'mutation ($input: ChannelInput!) { createChannel(input: $input) { secret channel { id name kind target headers enabled rules { jobs statuses mode } signatures ordered revision lastDeliveryAt lastError successRate } } }';
  const input = {
    name: 'ops',
    kind: 'WEBHOOK',
    url: 'http://127.0.0.1:9/hook/secret-token?key=abc',
    headers: { 'x-api-key': 'topsecret' },
    rules: [{ jobs: ['call'], statuses: ['FAILED'] }],
  };

  it('keep their secret and headers sealed, and show them once', async () => {
    const { createChannel } = await api.must(CREATE_CHANNEL, { input });
    const { channel, secret } = createChannel;
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
    expect(channel).toMatchObject({
      target: 'http://127.0.0.1:9/…',
      headers: { 'x-api-key': '[redacted]' },
      enabled: true,
      rules: [{ jobs: ['call'], statuses: ['FAILED'], mode: 'EVERY' }],
      signatures: ['V1'],
      ordered: false,
    });
    const name = `channel:${channel.id}`;
    const open = async () => {
      const [row] = await home.house.db.query<{ sealed: string }>(
        'select sealed from gateway.secrets where name = $1',
        [name],
      );
      expect(row?.sealed).not.toContain('topsecret');
      const box = createSecretBox(key, keyIdOf(key));
      return JSON.parse(box.open(row?.sealed ?? '', secretAad('gateway.secrets', name, 'sealed', box.keyId)));
    };
    expect(await open()).toEqual({ secret, headers: { 'x-api-key': 'topsecret' } });
    const update =
      'mutation ($id: ID!, $input: ChannelUpdateInput!, $revision: Int) { updateChannel(id: $id, input: $input, expectedRevision: $revision) { headers enabled name revision } }';
    expect(
      (await api.must(update, { id: channel.id, input: { headers: { 'x-b': 'b' }, enabled: false } })).updateChannel,
    ).toMatchObject({ headers: { 'x-b': '[redacted]' }, enabled: false, name: 'ops' });
    expect(await open()).toEqual({ secret, headers: { 'x-b': 'b' } });
    expect(
      await refusal(api, update, { id: channel.id, input: { headers: { 'x-c': 'c' } }, revision: 1 }),
    ).toMatchObject({ code: 'CONFLICT' });
    expect(await open()).toEqual({ secret, headers: { 'x-b': 'b' } });
    expect((await api.must('mutation ($id: ID!) { deleteChannel(id: $id) }', { id: channel.id })).deleteChannel).toBe(
      true,
    );
    expect(await home.house.db.query('select 1 from gateway.secrets where name = $1', [name])).toEqual([]);
    expect(await refusal(api, 'query ($id: ID!) { channel(id: $id) { id } }', { id: channel.id })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('are found by the jobs their rules match', async () => {
    const { createChannel } = await api.must(CREATE_CHANNEL, {
      input: { ...input, name: 'all', rules: [{ tags: ['urgent'] }] },
    });
    await createJob(api, { name: 'urgent', tags: ['urgent'] });
    expect((await api.must('{ channels(job: "urgent") { id } }')).channels).toEqual([{ id: createChannel.channel.id }]);
    expect((await api.must('{ channels(job: "call") { id } }')).channels).toEqual([]);
    expect((await api.must('{ job(name: "urgent") { channels { name } } }')).job.channels).toEqual([{ name: 'all' }]);
  });

  it.each([
    ['a private address', { url: 'http://10.0.0.1/x' }, 'url'],
    ['user info in the URL', { url: 'https://me:pw@example.com/' }, 'url'],
    ['no URL', { url: null }, 'url'],
    ['plain http to the world', { url: 'http://example.com/' }, 'url'],
    ['a short secret', { secret: 'whsec_c2hvcnQ=' }, 'secret'],
    ['no base64', { secret: 'not base64 at all!' }, 'secret'],
    ["headers that are Jobflow's", { headers: { Host: 'x' } }, 'headers.Host'],
    ['a header with a line break', { headers: { 'x-a': 'b\r\nc: d' } }, 'headers.x-a'],
    ['a kind that is not there yet', { kind: 'SLACK' }, 'kind'],
    ['a mode that is not there yet', { rules: [{ mode: 'DIGEST' }] }, 'rules.0.mode'],
    ['no name', { name: '' }, 'name'],
  ])('are refused with %s', async (_what, wrong, field) => {
    const { code, fields } = await refusal(api, CREATE_CHANNEL, { input: { ...input, ...wrong } });
    expect(code).toBe('BAD_USER_INPUT');
    expect(Object.keys(fields ?? {})).toEqual([field]);
  });

  it("take a secret of one's own", async () => {
    const own = Buffer.alloc(24, 1).toString('base64');
    const { createChannel } = await api.must(CREATE_CHANNEL, { input: { ...input, secret: own } });
    expect(createChannel.secret).toBe(`whsec_${own}`);
  });

  it('can be tested, and the delivery is there to be read and followed', async () => {
    const { createChannel } = await api.must(CREATE_CHANNEL, { input });
    const { id } = createChannel.channel;
    const frames = api.subscribe(
      'subscription ($filter: DeliveryFilter) { deliveryUpdates(filter: $filter) { id event status } }',
      { filter: { channelId: id } },
    );
    const first = frames.next();
    const test = async () =>
      (
        await api.must(
          'mutation ($id: ID!) { testChannel(id: $id) { id channelId event status target attempts { number } createdAt } }',
          { id },
        )
      ).testChannel;
    const delivery = await test();
    expect(delivery).toMatchObject({
      channelId: id,
      event: 'test',
      status: 'PENDING',
      target: 'http://127.0.0.1:9/…',
      attempts: [],
    });
    expect((await api.must('query ($id: ID!) { delivery(id: $id) { id } }', { id: delivery.id })).delivery).toEqual({
      id: delivery.id,
    });
    const { deliveries } = await api.must(
      'query ($id: ID!) { deliveries(filter: { channelId: $id }) { nodes { id } pageInfo { hasNextPage } } }',
      { id },
    );
    expect(deliveries).toEqual({ nodes: [{ id: delivery.id }], pageInfo: { hasNextPage: false } });
    let told = false;
    void first.then(() => (told = true));
    // Nothing is told of the time before somebody listens.
    await until(async () => {
      if (!told) await test();
      return told;
    }, 'a frame comes');
    expect((await first).value?.deliveryUpdates[0]).toMatchObject({ event: 'test', status: 'PENDING' });
    await frames.return(undefined);
  });
});
