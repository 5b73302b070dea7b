import { expect, it } from 'vitest';
import { until } from '../platform/backed.js';
import { ApiClient } from '../system/api-client.js';
import { ask, ended, OPERATION } from './bulk-house.js';
import { createJob, openDomainHouse } from './domain-house.js';
import { admin } from './server-process.js';

const TICKS = 8_000;
const MINUTE = 60_000;

it('a gateway killed in the middle of a backfill, and the next one as well, leave exactly one run for each tick', async () => {
  await using home = await openDomainHouse();
  const { db } = home.house;
  await createJob(home.api, { name: 'filled' });
  const { id: scheduleId } = await ask(
    home.api,
    'mutation ($input: ScheduleInput!) { createSchedule(input: $input) { id } }',
    { input: { job: 'filled', kind: 'CRON', cron: '* * * * *', enabled: false } },
  );
  const to = Math.floor(Date.now() / MINUTE) * MINUTE;
  const { id, total } = await ask(
    home.api,
    `mutation ($id: ID!, $from: DateTime!, $to: DateTime!) {
       backfillSchedule(id: $id, from: $from, to: $to) { ${OPERATION} } }`,
    { id: scheduleId, from: new Date(to - TICKS * MINUTE).toISOString(), to: new Date(to).toISOString() },
  );
  expect(total).toBe(TICKS);

  const doneSoFar = async () =>
    (await db.query<{ done: number }>('select done from gateway.bulk_operations where id = $1', [id]))[0]?.done ?? 0;
  let gateway = home.gateway;
  for (const reached of [1, 2_500]) {
    // Killed while runs are there that are not counted yet.
    await until(async () => {
      const [row] = await db.query<{ uncounted: boolean }>(
        `select done >= $2 and done < (select count(*) from read.runs where schedule_id = $3) as uncounted
         from gateway.bulk_operations where id = $1`,
        [id, reached, scheduleId],
      );
      return row?.uncounted === true;
    }, `${reached} are done, and a page is under way`);
    await gateway.kill9();
    expect(await doneSoFar()).toBeLessThan(TICKS);
    gateway = await home.house.start();
  }
  const api = new ApiClient(gateway.url);
  await api.signIn(admin.email, admin.password);
  expect(await ended(api, id)).toMatchObject({ status: 'FINISHED', total: TICKS, done: TICKS, failed: 0 });
  api[Symbol.dispose]();

  const [counted] = await db.query(
    `select count(*) as runs, count(distinct fire_at) as ticks, min(fire_at) as first, max(fire_at) as last
     from read.runs where schedule_id = $1`,
    [scheduleId],
  );
  expect(counted).toEqual({
    runs: TICKS,
    ticks: TICKS,
    first: new Date(to - TICKS * MINUTE),
    last: new Date(to - MINUTE),
  });
  const [fires] = await db.query(
    `select count(*) as fires, count(distinct run_id) as runs from read.schedule_fires
     where schedule_id = $1 and outcome = 'fired'`,
    [scheduleId],
  );
  expect(fires).toEqual({ fires: TICKS, runs: TICKS });
  expect(await db.query('select 1 from gateway.bulk_items')).toEqual([]);
});
