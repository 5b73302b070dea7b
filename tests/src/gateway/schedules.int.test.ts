import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import type { ApiClient, Loose } from '../system/api-client.js';
import { ABORT, ask, ended, OPERATION } from './bulk-house.js';
import { createJob, type DomainHouse, eventually, openDomainHouse, refusal } from './domain-house.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let home: DomainHouse;
let api: ApiClient;
beforeAll(async () => {
  home = await openDomainHouse();
  api = home.api;
  for (const name of ['extract', 'transform', 'load', 'report', 'audit']) await createJob(api, { name });
});
afterAll(() => home?.[Symbol.asyncDispose]());

const CREATE = `mutation ($input: ScheduleInput!) { createSchedule(input: $input) {
  id description afterJob afterStatuses enabled nextFires createdAt } }`;
const UPDATE = 'mutation ($id: ID!, $input: ScheduleUpdateInput!) { updateSchedule(id: $id, input: $input) { id } }';
const PAUSE = 'mutation ($id: ID!) { pauseSchedule(id: $id) { id } }';
const RESUME = 'mutation ($id: ID!) { resumeSchedule(id: $id) { id } }';
const BACKFILL = `mutation ($id: ID!, $from: DateTime!, $to: DateTime!) {
  backfillSchedule(id: $id, from: $from, to: $to) { ${OPERATION} } }`;
const FIRES = `query ($id: ID, $from: DateTime!, $to: DateTime!) {
  scheduleFires(scheduleId: $id, from: $from, to: $to, first: 1000) { at outcome runId dst } }`;
const RUNS = `query ($id: ID!) { runs(filter: { scheduleId: $id }, first: 200) { nodes {
  id job input priority tags status createdBy } } }`;

const create = (input: object): Promise<Loose> => ask(api, CREATE, { input: { job: 'report', ...input } });
const iso = (at: number) => new Date(at).toISOString();

describe('a schedule that follows a job', () => {
  it('waits for its success unless told otherwise, and has no times of its own', async () => {
    expect(await create({ kind: 'AFTER_JOB', afterJob: 'load' })).toMatchObject({
      afterJob: 'load',
      afterStatuses: ['SUCCEEDED'],
      description: 'After load has succeeded',
      enabled: true,
      nextFires: [],
    });
  });

  it.each([
    ['whom to follow', {}, { afterJob: expect.stringContaining('is required') }],
    ['a job that is there', { afterJob: 'nobody' }, { afterJob: 'there is no job "nobody"' }],
    [
      'ends',
      { afterJob: 'load', afterStatuses: ['RUNNING'] },
      { afterStatuses: expect.stringContaining('RUNNING is no end') },
    ],
    [
      'at least one end',
      { afterJob: 'load', afterStatuses: [] },
      { afterStatuses: expect.stringContaining('at least one') },
    ],
    ['another job than its own', { afterJob: 'report' }, { afterJob: expect.stringContaining('report → report') }],
  ])('must name %s', async (_what, input, fields) => {
    expect(await refusal(api, CREATE, { input: { job: 'report', kind: 'AFTER_JOB', ...input } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields,
    });
  });

  it('is never late, so that a policy for missed fires is refused, made or changed, but not null or silence', async () => {
    const follows = { job: 'report', kind: 'AFTER_JOB', afterJob: 'load' };
    const no = expect.stringContaining('has no meaning for an AFTER_JOB schedule');
    expect(await refusal(api, CREATE, { input: { ...follows, missed: 'ALL', maxMissed: 5 } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { missed: no, maxMissed: no },
    });
    const { id } = await create({ ...follows, missed: null });
    expect(await refusal(api, UPDATE, { id, input: { missed: 'LAST' } })).toMatchObject({ fields: { missed: no } });
    await ask(api, UPDATE, { id, input: { name: 'n' } });
    const timed = await create({ kind: 'CRON', cron: '0 0 1 1 *', missed: 'ALL' });
    await ask(api, UPDATE, { id: timed.id, input: { kind: 'AFTER_JOB', afterJob: 'load' } });
  });

  it('may not lead back to its own job, however it comes to that: made, changed or resumed', async () => {
    const chain = { kind: 'AFTER_JOB', afterStatuses: ['SUCCEEDED'] };
    await create({ ...chain, afterJob: 'extract', job: 'transform' });
    const middle = await create({ ...chain, afterJob: 'transform', job: 'load' });
    const closing = { ...chain, afterJob: 'load', job: 'extract' };
    const fields = { afterJob: expect.stringContaining('load → extract → transform → load') };
    expect(await refusal(api, CREATE, { input: closing })).toMatchObject({ code: 'BAD_USER_INPUT', fields });
    await ask(api, PAUSE, { id: middle.id });
    const { id } = await create(closing);
    expect(await refusal(api, RESUME, { id: middle.id })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { afterJob: expect.stringContaining('transform → load → extract → transform') },
    });
    await ask(api, UPDATE, { id, input: { afterJob: 'audit' } });
    await ask(api, RESUME, { id: middle.id });
    expect(await refusal(api, UPDATE, { id, input: { afterJob: 'load' } })).toMatchObject({ fields });
  });
});

describe('a backfill', () => {
  const hourly = (over: object = {}) => create({ kind: 'CRON', cron: '0 * * * *', ...over });
  const to = Math.floor(Date.now() / HOUR) * HOUR;
  const span = (hours: number) => ({ from: iso(to - hours * HOUR), to: iso(to) });

  it('makes one run for each tick that made none, as the schedule would, and shows them among its fires', async () => {
    const { id } = await hourly({ input: { a: 1 }, priority: 7, tags: ['t'], enabled: false });
    const started = await ask(api, BACKFILL, { id, ...span(12) });
    expect(started).toMatchObject({ action: 'BACKFILL', total: 12, filter: { scheduleId: id, ...span(12) } });
    expect(await ended(api, started.id)).toMatchObject({ status: 'FINISHED', done: 12, failed: 0 });
    const { runs } = await api.must(RUNS, { id });
    expect(runs.nodes).toHaveLength(12);
    expect(runs.nodes[0]).toMatchObject({ job: 'report', input: { a: 1 }, priority: 7, tags: ['t'], status: 'QUEUED' });
    const { scheduleFires } = await api.must(FIRES, { id, ...span(12) });
    expect(scheduleFires.map(({ at, outcome }: Loose) => [at, outcome])).toEqual(
      Array.from({ length: 12 }, (_, n) => [iso(to - (12 - n) * HOUR), 'RAN']),
    );
    expect(new Set(scheduleFires.map(({ runId }: Loose) => runId))).toEqual(
      new Set(runs.nodes.map((run: Loose) => run.id)),
    );
    const { runs: made } = await api.must('query ($id: ID!) { runs(filter: { operationId: $id }) { totalCount } }', {
      id: started.id,
    });
    expect(made.totalCount).toBe(12);
  });

  it('done again, or twice at once, fills only what is still open; a tick that was skipped is filled, too', async () => {
    const { id } = await hourly({ enabled: false });
    const tick = (hours: number) => new Date(to - hours * HOUR);
    await home.house.db.query(
      `insert into read.schedule_fires (schedule_id, tick, outcome, why, run_id)
       values ($1, $2, 'fired', null, gen_random_uuid()), ($1, $3, 'skipped', 'Missed: it could not fire in time', null)`,
      [id, tick(3), tick(2)],
    );
    const [one, two] = await Promise.all([
      ask(api, BACKFILL, { id, ...span(5) }),
      ask(api, BACKFILL, { id, ...span(5) }),
    ]);
    expect(one.total + two.total).toBe(4);
    for (const operation of [one, two]) await ended(api, operation.id);
    expect(await ask(api, BACKFILL, { id, ...span(6) })).toMatchObject({ total: 1 });
    await eventually(api, RUNS, { id }, ({ runs }) => runs.nodes.length === 5);
    const { scheduleFires } = await api.must(FIRES, { id, ...span(6) });
    expect(scheduleFires.map(({ outcome }: Loose) => outcome)).toEqual(Array(6).fill('RAN'));
    expect(await ask(api, BACKFILL, { id, ...span(6) })).toMatchObject({ total: 0, finished: true });
  });

  it('leaves to the schedule what it still owes', async () => {
    const { id, createdAt } = await create({ kind: 'INTERVAL', everyMs: 1_000, startsAt: iso(Date.now() - 10_000) });
    await until(() => Date.now() > Date.parse(createdAt) + 3_000, 'some ticks are owed');
    const started = await ask(api, BACKFILL, { id, from: iso(Date.now() - DAY), to: iso(Date.now()) });
    expect([10, 11]).toContain(started.total);
  });

  it.each([
    [
      'more ticks than can be filled, which are counted',
      { from: iso(to - 4 * DAY), to: iso(to) },
      { to: expect.stringContaining('there are 11,520 ticks') },
    ],
    ['an end before its beginning', { from: iso(to), to: iso(to - 1) }, { to: expect.any(String) }],
    ['the future', { from: iso(to), to: iso(Date.now() + DAY) }, { to: expect.stringContaining('future') }],
  ])('is refused for %s', async (_what, range, fields) => {
    const { id } = await create({ kind: 'CRON', cron: '*/30 * * * * *', enabled: false });
    expect(await refusal(api, BACKFILL, { id, ...range })).toMatchObject({ code: 'BAD_USER_INPUT', fields });
  });

  it('has nothing to fill of a schedule that follows a job, or that is not there', async () => {
    const { id } = await create({ kind: 'AFTER_JOB', afterJob: 'audit' });
    expect(await refusal(api, BACKFILL, { id, ...span(1) })).toMatchObject({ fields: { id: expect.any(String) } });
    expect(await refusal(api, BACKFILL, { id: 'none', ...span(1) })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is aborted keeps what it made, and the next one makes the rest', async () => {
    const { id } = await create({ kind: 'CRON', cron: '* * * * *', enabled: false });
    const range = { from: iso(to - 6_000 * 60_000), to: iso(to) };
    const started = await ask(api, BACKFILL, { id, ...range });
    expect(started.total).toBe(6_000);
    const aborted = await ask(api, ABORT, { id: started.id });
    expect(aborted.status).toBe('ABORTED');
    expect(aborted.done).toBeLessThan(6_000);
    const rest = await ask(api, BACKFILL, { id, ...range });
    expect(rest.total).toBe(6_000 - aborted.done);
    expect(await ended(api, rest.id)).toMatchObject({ status: 'FINISHED', failed: 0 });
    const [counted] = await home.house.db.query(
      'select count(*) as runs, count(distinct fire_at) as ticks from read.runs where schedule_id = $1',
      [id],
    );
    expect(counted).toEqual({ runs: 6_000, ticks: 6_000 });
  });
});

describe('the calendar', () => {
  const CALENDAR = `query ($from: DateTime!, $to: DateTime!, $stepMs: SafeInt!, $timezone: String, $job: String) {
    scheduleCalendar(from: $from, to: $to, stepMs: $stepMs, timezone: $timezone, job: $job) {
      from planned ran failed missed busiestAt busiest dst } }`;
  const calendar = async (args: Record<string, unknown>): Promise<Loose[]> =>
    (await api.must(CALENDAR, args)).scheduleCalendar;

  it('counts what is planned in each cell, and names the busiest second', async () => {
    await createJob(api, { name: 'busy' });
    const day = Math.ceil(Date.now() / DAY) * DAY + DAY;
    await create({ job: 'busy', kind: 'CRON', cron: '0 */6 * * *' });
    await create({ job: 'busy', kind: 'CRON', cron: '0 12 * * *' });
    await create({ job: 'busy', kind: 'CRON', cron: '0 12 * * *', enabled: false });
    const cells = await calendar({ from: iso(day), to: iso(day + 2 * DAY), stepMs: DAY, job: 'busy' });
    expect(cells).toEqual(
      [0, 1].map((n) => ({
        ...{ from: iso(day + n * DAY), planned: 5, ran: 0, failed: 0, missed: 0, dst: 'NONE' },
        ...{ busiest: 2, busiestAt: iso(day + n * DAY + 12 * HOUR) },
      })),
    );
  });

  it('tells what became of fires that have passed', async () => {
    await createJob(api, { name: 'past' });
    const { id } = await create({ job: 'past', kind: 'CRON', cron: '0 0 1 1 *', enabled: false });
    const from = Math.floor(Date.now() / DAY) * DAY - 10 * DAY;
    const rows = [
      [from + 1_000, 'fired'],
      [from + 1_400, 'fired'],
      [from + HOUR, 'skipped'],
      [from + DAY, 'fired'],
    ];
    for (const [at, outcome] of rows)
      await home.house.db.query(
        `insert into read.schedule_fires (schedule_id, tick, outcome, run_id)
         values ($1, to_timestamp($2::float8 / 1000), $3, gen_random_uuid())`,
        [id, at, outcome],
      );
    const cells = await calendar({ from: iso(from), to: iso(from + 3 * DAY), stepMs: DAY, job: 'past' });
    expect(cells.map(({ ran, missed, busiest }) => [ran, missed, busiest])).toEqual([
      [2, 1, 2],
      [1, 0, 1],
      [0, 0, 0],
    ]);
    expect(cells[0]?.busiestAt).toBe(iso(from + 1_000));
    expect(cells[2]?.busiestAt).toBeNull();
  });

  it('follows the days of the zone, and marks those on which clocks change', async () => {
    const from = '2027-03-26T23:00:00.000Z';
    const cells = await calendar({
      from,
      to: '2027-03-30T22:00:00Z',
      stepMs: DAY,
      timezone: 'Europe/Berlin',
      job: 'load',
    });
    expect(cells.map((cell) => [cell.from, cell.dst])).toEqual([
      [from, 'NONE'],
      ['2027-03-27T23:00:00.000Z', 'SKIPPED'],
      ['2027-03-28T22:00:00.000Z', 'NONE'],
      ['2027-03-29T22:00:00.000Z', 'NONE'],
    ]);
  });

  it.each([
    ['a zone nobody knows', { timezone: 'Mars/Base' }, { timezone: expect.stringContaining('Mars/Base') }],
    ['an end before its start', { to: '2027-03-01T00:00:00Z' }, { to: expect.any(String) }],
    ['too short a step', { stepMs: 1_000 }, { stepMs: expect.any(String) }],
    ['too many cells', { to: '2037-03-01T00:00:00Z' }, { stepMs: expect.stringContaining('1000 cells') }],
  ])('is refused for %s', async (_what, over, fields) => {
    const args = { from: '2027-03-02T00:00:00Z', to: '2027-03-03T00:00:00Z', stepMs: HOUR, ...over };
    expect(await refusal(api, CALENDAR, args)).toMatchObject({ code: 'BAD_USER_INPUT', fields });
  });
});
