import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ScheduleState } from '@jobflow/contracts';
import { createEventLog, createStateStore, type EventLog, newId, type StateStore, saveState } from '@jobflow/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../platform/backed.js';
import type { Loose } from '../system/api-client.js';
import { createJob, type DomainHouse, eventually, openDomainHouse, refusal } from './domain-house.js';

const main = new URL('../../../services/scheduler/dist/main.js', import.meta.url).pathname;

let home: DomainHouse;
let scheduler: ChildProcess;
let log: EventLog;
let store: StateStore;
beforeAll(async () => {
  home = await openDomainHouse();
  const { natsUrl, databaseUrl } = home.house.backing;
  scheduler = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, NATS_URL: natsUrl, DATABASE_URL: databaseUrl, JOBFLOW_HEALTH_PORT: '0' },
    stdio: 'ignore',
  });
  log = createEventLog(home.house.link, { actor: 'test', logger: silent });
  store = createStateStore(home.house.link, { kinds: ['job', 'schedule'], logger: silent });
  await store.start();
  for (const name of ['report', 'off']) await createJob(home.api, { name });
});
afterAll(async () => {
  await store?.stop();
  await log?.stop();
  if (scheduler && scheduler.exitCode === null) {
    const ended = once(scheduler, 'exit');
    scheduler.kill('SIGKILL');
    await ended;
  }
  await home?.[Symbol.asyncDispose]();
});

const FIRES = `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
  scheduleFires(scheduleId: $id, from: $from, to: $to, first: 1000) { outcome reason runId } }`;
const MINUTE = 60_000;

/** What became of the schedule's ticks, once there is one of this outcome. */
async function fires(id: string, outcome: string): Promise<Loose[]> {
  const now = Date.now();
  const range = { from: new Date(now - 10 * MINUTE), to: new Date(now + 10 * MINUTE) };
  const data = await eventually(home.api, FIRES, { id, ...range }, ({ scheduleFires }) =>
    scheduleFires.some((fire: Loose) => fire.outcome === outcome),
  );
  return data.scheduleFires;
}

/** A schedule that has been there for a while, whatever the API would say of it. */
async function longSince(over: Partial<ScheduleState>): Promise<string> {
  const since = Date.now() - MINUTE;
  const schedule: ScheduleState = {
    ...{ id: newId(), job: 'report', kind: 'INTERVAL', everyMs: 1_000, timezone: 'UTC', tags: [], enabled: true },
    ...{ missed: 'ALL', maxMissed: 2, overlap: 'ALLOW', jitterMs: 0, revision: 1 },
    ...{ activeSince: since, createdAt: since, updatedAt: since },
    ...over,
  };
  await saveState(log, store, { type: 'ScheduleSaved', schedule });
  return schedule.id;
}

describe('a fire that made no run', () => {
  it('says that the run before was still going', async () => {
    const id = await longSince({ overlap: 'SKIP' });
    const told = await fires(id, 'OVERLAPPED');
    expect(told.filter(({ outcome }) => outcome === 'RAN')).toEqual([
      { outcome: 'RAN', reason: null, runId: expect.any(String) },
    ]);
    expect(told.find(({ outcome }) => outcome === 'OVERLAPPED')).toEqual({
      outcome: 'OVERLAPPED',
      reason: 'The run before has not ended',
      runId: null,
    });
    expect(told.find(({ outcome }) => outcome === 'PLANNED')).toMatchObject({ reason: null });
  });

  it('says that it was missed, and how many are caught up', async () => {
    const told = await fires(await longSince({}), 'MISSED');
    expect(told.find(({ outcome }) => outcome === 'MISSED')).toEqual({
      outcome: 'MISSED',
      reason: expect.stringMatching(/^Missed: only the last 2 /),
      runId: null,
    });
    expect(told.filter(({ outcome }) => outcome === 'RAN').length).toBeGreaterThanOrEqual(2);
  });

  it('says why no run could be made of it', async () => {
    const tags = (letter: string) => Array.from({ length: 15 }, (_, n) => `${letter}${n}`);
    await createJob(home.api, { name: 'tagged', tags: tags('a') });
    const told = await fires(await longSince({ job: 'tagged', maxMissed: 1_000, tags: tags('b') }), 'MISSED');
    expect(told.find(({ outcome }) => outcome === 'MISSED')?.reason).toMatch(/^No run could be made: tags /);
    expect(told.filter(({ outcome }) => outcome === 'RAN')).toEqual([]);
  });

  it('says that its job was disabled', async () => {
    await home.api.must('mutation { updateJob(name: "off", input: { enabled: false }) { enabled } }');
    const told = await fires(await longSince({ job: 'off' }), 'PAUSED');
    expect(told.find(({ outcome }) => outcome === 'PAUSED')?.reason).toBe('Job off is disabled');
  });
});

describe('the recent fires of a schedule', () => {
  it('are its last ticks, newest first, each schedule’s own', async () => {
    const one = await longSince({ enabled: false });
    const other = await longSince({ enabled: false });
    const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * MINUTE);
    for (const n of [1, 2, 3, 4])
      await home.house.db.query(
        `insert into read.schedule_fires (schedule_id, tick, outcome, why) values ($1, $2, 'skipped', $3)`,
        [one, at(n), `Missed: ${n}`],
      );
    await home.house.db.query(
      `insert into read.schedule_fires (schedule_id, tick, outcome, run_id) values ($1, $2, 'fired', gen_random_uuid())`,
      [other, at(9)],
    );
    const fields = 'recentFires(count: 3) { at outcome reason }';
    const told = await home.api.must(
      `query ($one: ID!, $other: ID!) {
      one: schedule(id: $one) { ${fields} } other: schedule(id: $other) { ${fields} } }`,
      { one, other },
    );
    expect(told.one.recentFires).toEqual(
      [4, 3, 2].map((n) => ({ at: at(n).toISOString(), outcome: 'MISSED', reason: `Missed: ${n}` })),
    );
    expect(told.other.recentFires).toEqual([{ at: at(9).toISOString(), outcome: 'RAN', reason: null }]);
  });
});

describe('how many recent fires', () => {
  it.each([0, 101])('is 1 to 100, not %i', async (count) => {
    const id = await longSince({ enabled: false });
    const query = 'query ($id: ID!, $count: Int) { schedule(id: $id) { recentFires(count: $count) { at } } }';
    expect(await refusal(home.api, query, { id, count })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { count: 'must be 1 to 100' },
    });
  });
});

describe('a schedule of before that lies beyond the bounds', () => {
  it('is renamed, paused and resumed as it is', async () => {
    const days = (n: number) => n * 86_400_000;
    const id = await longSince({ everyMs: days(400), jitterMs: days(2) });
    const update = `mutation ($id: ID!, $input: ScheduleUpdateInput!) {
      updateSchedule(id: $id, input: $input) { name enabled everyMs } }`;
    const kept = { name: 'n', everyMs: days(400) };
    const named = await home.api.must(update, { id, input: { name: 'n' } });
    expect(named.updateSchedule).toEqual({ ...kept, enabled: true });
    const off = await home.api.must(update, { id, input: { enabled: false } });
    expect(off.updateSchedule).toEqual({ ...kept, enabled: false });
    const { resumeSchedule } = await home.api.must('mutation ($id: ID!) { resumeSchedule(id: $id) { enabled } }', {
      id,
    });
    expect(resumeSchedule).toEqual({ enabled: true });
    expect(await refusal(home.api, update, { id, input: { everyMs: days(367) } })).toMatchObject({
      fields: { everyMs: expect.stringContaining('366 days') },
    });
  });
});

describe('the range of fires', () => {
  it('is ten years at most', async () => {
    const range = { id: 'x', from: '2026-01-01T00:00:00Z', to: '2036-02-01T00:00:00Z' };
    expect(await refusal(home.api, FIRES, range)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: { to: expect.stringContaining('3,660 days') },
    });
  });
});
