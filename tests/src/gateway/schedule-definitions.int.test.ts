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
