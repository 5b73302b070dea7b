import { EFFECTS_STREAM, endsOf, isTerminal, NotifyRuns, type RunStatus } from '@jobflow/contracts';
import { createOrderedReader, type ReadMessage } from '@jobflow/platform';
import { createProjector } from '@jobflow/projector';
import type { Db } from '@jobflow/read-model';
import { expect, test } from 'vitest';
import { silent, until } from '../platform/backed.js';
import { differences, dumpTables, wrongCounters } from './dump-tables.js';
import { checkpointOf, type Projected, type ProjectorProcess, projected } from './projected.js';
import { randomLives, seeded, type Told, tell } from './random-lives.js';

/** Says everything while `meanwhile` does its worst. */
async function underLoad(world: Projected, told: readonly Told[], meanwhile: () => Promise<void>): Promise<void> {
  await Promise.all([tell(world.log, told, 100), meanwhile()]);
}

/** Folds the whole log once more, undisturbed, into a database of its own, and compares every row. */
async function expectAsIfUnharmed(world: Projected, harmed: Db): Promise<void> {
  await world.caughtUp(harmed);
  const unharmed = await world.database('unharmed');
  const projector = await world.project(unharmed.url);
  await world.caughtUp(unharmed.db);
  expect(await projector.stop()).toBe(0);
  expect(differences(await dumpTables(unharmed.db), await dumpTables(harmed))).toEqual([]);
  expect(await wrongCounters(harmed)).toEqual([]);
}

const leading = async (projector: ProjectorProcess) =>
  (await projector.ready()).checks.projection?.message === 'leading';

test('a projector killed again and again leaves the rows of an unharmed fold, and has told every end exactly once', async () => {
  await using world = await projected();
  const { url, db } = await world.database('harmed');
  const told = randomLives(1_500, 7, Date.now());
  const random = seeded(7);
  const rounds = 10;
  const size = Math.ceil(told.length / rounds);
  let projector = await world.project(url);
  for (let round = 0; round < rounds; round++) {
    const before = await checkpointOf(db);
    // Many small batches, so that the kill comes at any point of folding, writing and relaying.
    const saying = tell(world.log, told.slice(round * size, (round + 1) * size), 10);
    await until(async () => (await checkpointOf(db)) > before, 'the projector goes on');
    await new Promise((resolve) => setTimeout(resolve, random() * 80));
    await projector.kill9();
    await saying;
    projector = await world.project(url);
  }
  await world.caughtUp(db);
  await expectEveryEndTold(world, db);
  expect(await projector.stop()).toBe(0);
  await expectAsIfUnharmed(world, db);
});

test('Postgres killed in mid-load loses rows and checkpoint together, and nothing in the end', async () => {
  await using world = await projected();
  const { url, db } = await world.database('harmed');
  const projector = await world.project(url);
  await underLoad(world, randomLives(2_500, 11, Date.now()), async () => {
    await until(async () => (await checkpointOf(db)) > 500, 'it has begun');
    await world.backing.postgres.kill9();
  });
  await until(async () => (await checkpointOf(db).catch(() => 0)) > 0, 'Postgres is back');
  await expectAsIfUnharmed(world, db);
  expect(await projector.stop()).toBe(0);
});

test('nats-server killed in mid-load costs no row', async () => {
  await using world = await projected();
  const { url, db } = await world.database('harmed');
  const projector = await world.project(url);
  const told = randomLives(2_000, 13, Date.now());
  await tell(world.log, told.slice(0, told.length / 2));
  await until(async () => (await checkpointOf(db)) > 500, 'it has begun');
  await world.backing.nats.kill9();
  await until(
    async () => (await world.link.jsm.streams.info('JF_RUNS_0').catch(() => undefined)) !== undefined,
    'NATS is back',
  );
  await tell(world.log, told.slice(told.length / 2));
  await expectAsIfUnharmed(world, db);
  expect(await projector.stop()).toBe(0);
});

test('of two projectors one is active, and the other takes over when it is killed', async () => {
  await using world = await projected();
  const { url, db } = await world.database('harmed');
  const one = await world.project(url);
  await until(() => leading(one), 'the first leads');
  const two = await world.project(url);
  await until(async () => (await two.ready()).checks.projection?.message === 'standing by', 'the second stands by');
  await underLoad(world, randomLives(2_500, 17, Date.now()), async () => {
    await until(async () => (await checkpointOf(db)) > 500, 'it has begun');
    expect(await leading(two)).toBe(false);
    await one.kill9();
    await until(() => leading(two), 'the second leads', 10_000);
  });
  await expectAsIfUnharmed(world, db);
  expect(await two.stop()).toBe(0);
});

test('a leader whose lock is taken from it stops at once, and nothing is folded twice', async () => {
  await using world = await projected();
  const { url, db } = await world.database('harmed');
  const one = await world.project(url);
  await until(() => leading(one), 'the first leads');
  const two = await world.project(url);
  await underLoad(world, randomLives(2_500, 19, Date.now()), async () => {
    await until(async () => (await checkpointOf(db)) > 500, 'it has begun');
    for (let round = 0; round < 4; round++) {
      await db.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (
        select oid from pg_database where datname = current_database())`);
      await until(async () => (await leading(one)) !== (await leading(two)), 'one of them leads', 10_000);
    }
  });
  await expectAsIfUnharmed(world, db);
  expect(await one.stop()).toBe(0);
  expect(await two.stop()).toBe(0);
});

test('a projector that is told to stop while it asks for the lead stops, and leaves the lead to others', async () => {
  await using world = await projected();
  const { db } = await world.database('harmed');
  const parts = { link: world.link, db, logger: silent };
  const one = createProjector(parts);
  await one.start();
  await one.stop();
  const two = createProjector(parts);
  await two.start();
  await until(async () => two.role() === 'leading', 'another leads');
  await two.stop();
});

async function expectEveryEndTold(world: Projected, db: Db): Promise<void> {
  await until(async () => (await db.query('select 1 from read.outbox limit 1')).length === 0, 'the outbox is empty');
  const rows = await db.query<{ id: string; status: RunStatus; restarts: number }>(
    `select r.id, r.status, (select count(*)::int from read.timelines e, json_array_elements(e.events) as event
       where e.run_id = r.id and event ->> 'type' = 'RunRestarted') as restarts from read.runs r`,
  );
  const told = await notifications(world);
  const ends = Map.groupBy(
    told.flatMap(({ groups }) => groups.flatMap(endsOf)),
    ({ runId }) => runId,
  );
  // A run that its flow let run again has ended once before each time.
  const wanted = rows.map(({ id, status, restarts }) => `${id} ${restarts + Number(isTerminal(status))}`);
  expect(rows.map(({ id }) => `${id} ${ends.get(id)?.length ?? 0}`)).toEqual(wanted);
  for (const { id, status } of rows)
    if (isTerminal(status)) expect(ends.get(id)?.map((end) => end.status)).toContain(status);

  const flows = await db.query<{ id: string; ends: number }>(
    `select id, retries + (status <> 'RUNNING')::int as ends from read.flows order by id`,
  );
  const toldFlows = told.flatMap((effect) => ('flows' in effect && effect.flows ? effect.flows : []));
  expect(flows.length).toBeGreaterThan(10);
  for (const { id, ends: times } of flows) expect(toldFlows.filter(({ flowId }) => flowId === id)).toHaveLength(times);
}

async function notifications(world: Projected): Promise<NotifyRuns[]> {
  const { state } = await world.link.jsm.streams.info(EFFECTS_STREAM);
  const messages: ReadMessage[] = [];
  const reader = createOrderedReader(world.link, {
    stream: EFFECTS_STREAM,
    fromSeq: 1,
    logger: silent,
    onBatch: async (batch) => void messages.push(...batch),
  });
  await reader.start();
  await until(() => (messages.at(-1)?.seq ?? 0) >= state.last_seq, 'the effects are read');
  await reader.stop();
  const told = messages.filter(({ subject }) => subject === 'jf.effect.notify-run');
  return told.map(({ data }) => NotifyRuns.parse(JSON.parse(new TextDecoder().decode(data))));
}
