import {
  controlSubject,
  defaultRetryPolicy,
  defaultTimeoutPolicy,
  type JobState,
  outcomeSubject,
  RUNS_STREAM,
  STATE_STREAM,
  stateSubject,
} from '@jobflow/contracts';
import { ensureStreams } from '@jobflow/platform';
import { expect, test } from 'vitest';
import { until } from '../platform/backed.js';
import { differences, dumpTables } from './dump-tables.js';
import { checkpointOf, type ProjectorProcess, projected } from './projected.js';
import { randomLives, tell } from './random-lives.js';

const trouble = async (projector: ProjectorProcess) => {
  const { projection } = (await projector.ready()).checks;
  return projection && !projection.ok ? projection.message : undefined;
};

const job = (title: string): JobState => ({
  name: 'a',
  title,
  kind: 'HANDLER',
  queue: 'default',
  priority: 5,
  retry: defaultRetryPolicy,
  timeout: defaultTimeoutPolicy,
  limits: {},
  guarantee: 'AT_LEAST_ONCE',
  logLevel: 'INFO',
  enabled: true,
  tags: [],
  revision: 1,
  createdAt: 1,
  updatedAt: 1,
});

test('a message that no schema accepts is kept aside with its reason, and what follows is folded', async () => {
  await using world = await projected();
  const { url, db } = await world.database('strange');
  const projector = await world.project(url);
  const told = randomLives(60, 29, Date.now());
  await tell(world.log, told.slice(0, 40));
  const at = controlSubject('default');
  const newer = JSON.stringify({ v: 99, id: 'x', at: 1, by: { actor: 'test' }, events: [] });
  for (const data of ['not json \xff', '{"v":1,"events":[]}', newer, '']) await world.link.js.publish(at, data);
  await tell(world.log, told.slice(40));
  await world.caughtUp(db);

  const rejected = await db.query<{ stream: string; seq: number; reason: string; data: Buffer }>(
    'select stream, seq, reason, data from read.rejected order by seq',
  );
  expect(rejected.map(({ stream, seq }) => [stream, seq])).toEqual([41, 42, 43, 44].map((seq) => [RUNS_STREAM, seq]));
  expect(rejected.map(({ reason }) => reason)).toEqual([
    'not JSON',
    expect.stringMatching(/.+/),
    expect.stringContaining('newer Jobflow'),
    'not JSON',
  ]);
  expect(rejected[2]?.data.toString()).toBe(newer);
  const report = await projector.ready();
  expect(report.ready).toBe(true);
  expect(report.checks.rejected?.message).toContain('4 messages');
  expect(projector.output()).toContain('no schema accepts');
  expect(await projector.stop()).toBe(0);
});

test('a hole in the run log stops the fold before it, with the reason in its health', async () => {
  await using world = await projected();
  const told = randomLives(300, 31, Date.now());
  await tell(world.log, told);
  const hole = Math.floor(told.length / 2);
  await world.link.jsm.streams.deleteMessage(RUNS_STREAM, hole);

  const { url, db } = await world.database('hole');
  const projector = await world.project(url);
  await until(async () => (await trouble(projector)) !== undefined, 'the hole is noticed', 10_000);
  expect(await trouble(projector)).toContain(`${RUNS_STREAM} has no messages from ${hole} to ${hole}`);
  expect(await checkpointOf(db)).toBeLessThan(hole);
  expect(await projector.stop()).toBe(0);
});

test('another log in the place of the one that was folded is refused, whether it is shorter or longer', async () => {
  await using world = await projected();
  const { url, db } = await world.database('replaced');
  const first = await world.project(url);
  await tell(world.log, randomLives(200, 37, Date.now()));
  const end = await world.caughtUp(db);
  expect(await first.stop()).toBe(0);
  const before = await dumpTables(db);

  await world.link.jsm.streams.delete(RUNS_STREAM);
  await ensureStreams(world.link);
  const other = randomLives(600, 41, Date.now());
  await tell(world.log, other.slice(0, 20));
  const shorter = await world.project(url);
  await until(async () => (await trouble(shorter)) !== undefined, 'the shorter log is noticed', 10_000);
  expect(await trouble(shorter)).toContain('not the same log');
  expect(await shorter.stop()).toBe(0);

  await tell(world.log, other.slice(20));
  expect(other.length).toBeGreaterThan(end);
  const longer = await world.project(url);
  await until(async () => (await trouble(longer)) !== undefined, 'the longer log is noticed', 10_000);
  expect(await trouble(longer)).toContain('not the same log');
  expect(await longer.stop()).toBe(0);
  expect(differences(before, await dumpTables(db))).toEqual([]);
});

test('a log that is replaced while the projector looks on is refused before anything of it is applied', async () => {
  await using world = await projected();
  const { url, db } = await world.database('replaced');
  const projector = await world.project(url);
  await tell(world.log, randomLives(200, 43, Date.now()));
  const end = await world.caughtUp(db);
  const before = await dumpTables(db);
  await world.link.jsm.streams.delete(RUNS_STREAM);
  await ensureStreams(world.link);
  const other = randomLives(600, 47, Date.now());
  expect(other.length).toBeGreaterThan(end);
  await tell(world.log, other);
  await until(async () => (await trouble(projector)) !== undefined, 'the other log is noticed', 20_000);
  expect(await trouble(projector)).toContain('not the same log');
  expect(differences(before, await dumpTables(db))).toEqual([]);
  expect(await projector.stop()).toBe(0);
});

test('a longer stream of definitions in the place of the folded one is refused, although it drops old messages itself', async () => {
  await using world = await projected();
  const { url, db } = await world.database('replaced');
  const save = (title: string) =>
    world.log.append({
      messages: [{ subject: stateSubject('job', 'a'), events: [{ type: 'JobSaved', job: job(title) }] }],
    });
  const first = await world.project(url);
  for (let n = 0; n < 3; n++) await save(`before ${n}`);
  await world.caughtUp(db, STATE_STREAM);
  expect(await first.stop()).toBe(0);
  const before = await dumpTables(db);

  await world.link.jsm.streams.delete(STATE_STREAM);
  await ensureStreams(world.link);
  // So many that the message at the checkpoint is gone.
  for (let n = 0; n < 70; n++) await save(`after ${n}`);
  const second = await world.project(url);
  await until(async () => (await trouble(second)) !== undefined, 'the other stream is noticed', 10_000);
  expect(await trouble(second)).toMatch(/JF_STATE was created at .*not the same log/);
  expect(differences(before, await dumpTables(db))).toEqual([]);
  expect(await second.stop()).toBe(0);
});

test('a fact for a run that nobody queued changes nothing', async () => {
  await using world = await projected();
  const { url, db } = await world.database('stray');
  const projector = await world.project(url);
  const runId = '01a20a97-15d3-70ce-8bac-1c9cc28d3027';
  const on = { runId, attempt: 1, delivery: 0, claim: 0, workerId: 'w' };
  const end = { ...on, type: 'RunSucceeded' as const, startedAt: 1, finishedAt: 2 };
  await tell(world.log, [{ subject: outcomeSubject('default'), events: [end] }]);
  await world.caughtUp(db);
  const rows = await dumpTables(db);
  expect(rows.runs).toEqual([]);
  expect(rows.timelines).toEqual([]);
  expect(rows.job_stats).toEqual([]);
  expect(await projector.stop()).toBe(0);
});
