import { controlSubject } from '@jobflow/contracts';
import { expect, test } from 'vitest';
import { projected } from './projected.js';
import { randomLives, tell } from './random-lives.js';

test('the planner is told how to find runs, and then again what the database is configured to', async () => {
  await using world = await projected();
  const { url, db } = await world.database('configured');
  await db.query('alter database configured set enable_mergejoin = off');
  await db.query('create table noted (mergejoin text, seqscan text)');
  await db.query(`create function note() returns trigger language plpgsql as $$ begin
    insert into noted values (current_setting('enable_mergejoin'), current_setting('enable_seqscan')); return null; end $$`);
  // Timelines are written after the runs.
  await db.query('create trigger noting after insert on read.run_events for each statement execute function note()');
  await world.project(url);
  const told = randomLives(40, 7, Date.now());
  const born = told.filter(({ events }) => events.every(({ type }) => type === 'RunQueued'));
  const ids = born.flatMap(({ events }) => events.flatMap((event) => (event.type === 'RunQueued' ? event.run.id : [])));
  await tell(world.log, born);
  await world.caughtUp(db);
  await tell(world.log, [
    {
      subject: controlSubject('default'),
      events: ids.map((runId) => ({ type: 'RunCancelRequested' as const, runId })),
    },
  ]);
  await world.caughtUp(db);
  expect(await db.query(`select 1 from read.runs where status = 'CANCELLED'`)).not.toEqual([]);
  expect(await db.query('select distinct mergejoin, seqscan from noted')).toEqual([
    { mergejoin: 'off', seqscan: 'on' },
  ]);
});
