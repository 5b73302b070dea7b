import { expect, test } from 'vitest';
import { differences, dumpTables, wrongCounters } from './dump-tables.js';
import { checkpointOf, projected } from './projected.js';
import { randomLives, tell } from './random-lives.js';

test('the same log gives the same rows, whether it is folded as it comes or all at once', async () => {
  await using world = await projected();
  const asItComes = await world.database('as_it_comes');
  const allAtOnce = await world.database('all_at_once');
  const first = await world.project(asItComes.url);

  const told = randomLives(1_000, 42, Date.now());
  const alone = told.splice(-40);
  for (let from = 0, unit = 1; from < told.length; from += unit, unit = 1 + ((unit * 7) % 90)) {
    await tell(world.log, told.slice(from, from + unit));
    if (from % 5 === 0) await world.caughtUp(asItComes.db);
  }
  // The last ones by themselves, so that what a batch leaves behind is not written over by what follows.
  for (const message of alone) {
    await tell(world.log, [message]);
    await world.caughtUp(asItComes.db);
  }
  const last = await world.caughtUp(asItComes.db);
  expect(await first.stop()).toBe(0);

  const second = await world.project(allAtOnce.url);
  await world.caughtUp(allAtOnce.db);
  expect(await second.stop()).toBe(0);

  expect(await checkpointOf(allAtOnce.db)).toBe(last);
  const rows = await dumpTables(asItComes.db);
  expect(rows.runs?.length).toBeGreaterThan(900);
  expect(rows.timelines?.length).toBeGreaterThan(2_000);
  const of = (where: string) => asItComes.db.query(`select id from read.runs where limit_key is not null and ${where}`);
  expect((await of(`next_attempt_at is not null and wait_reason = 'CONCURRENCY_LIMIT'`)).length).toBeGreaterThan(20);
  const flows = await asItComes.db.query<{ status: string; retried: boolean }>(
    'select distinct status, retries > 0 as retried from read.flows order by status, retried',
  );
  expect(flows.map(({ status, retried }) => `${status}${retried ? ' again' : ''}`)).toEqual([
    'CANCELLED',
    'FAILED again',
    'RUNNING',
    'RUNNING again',
    'SUCCEEDED',
  ]);
  expect(differences(rows, await dumpTables(allAtOnce.db))).toEqual([]);
  expect(await wrongCounters(asItComes.db)).toEqual([]);
  expect(await wrongCounters(allAtOnce.db)).toEqual([]);
});
