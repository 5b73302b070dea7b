import { type LinesLogged, logSubject } from '@jobflow/contracts';
import { attemptsOf, type StoredEvent, timelineOf } from '@jobflow/domain';
import {
  attemptLines,
  type Db,
  jobFigures,
  logInfo,
  logLines,
  logMatches,
  metricPoints,
  queueFigures,
  readPosition,
  runsAhead,
  runTotals,
  SUCCESS_RATE_SQL,
  storedEvents,
  windowStats,
} from '@jobflow/read-model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Projected, projected } from './projected.js';
import { randomLives, tell } from './random-lives.js';

let world: Projected;
let db: Db;
const now = Date.now();

beforeAll(async () => {
  world = await projected();
  const database = await world.database('queried');
  db = database.db;
  await world.project(database.url);
  await tell(world.log, randomLives(800, 53, now, { flows: false }));
  await world.caughtUp(db);
});
afterAll(() => world[Symbol.asyncDispose]());

const one = async (sql: string, params: unknown[] = []) => (await db.query<{ n: number }>(sql, params))[0]?.n ?? 0;

test('totals are the sum of all runs there are', async () => {
  const totals = await runTotals(db);
  expect(totals.total).toBe(await one('select count(*) as n from read.runs'));
  expect(totals.succeeded).toBe(await one(`select count(*) as n from read.runs where status = 'SUCCEEDED'`));
  expect(totals.deadLetters).toBe(await one(`select count(*) as n from read.runs where dead_letter = 'OPEN'`));
  expect(totals.deadLetters).toBeGreaterThan(0);
});

test('a window counts what ended in it', async () => {
  const all = await windowStats(db, now + 60_000, 7 * 86_400_000);
  const totals = await runTotals(db);
  expect(all).toMatchObject({ succeeded: totals.succeeded, failed: totals.failed, expired: totals.expired });
  expect(all.successRate).toBeCloseTo(totals.succeeded / (totals.succeeded + totals.failed + totals.expired));
  expect(all.avgDurationMs).toBeGreaterThan(0);
  expect(await windowStats(db, now - 30 * 86_400_000, 60_000)).toMatchObject({
    succeeded: 0,
    successRate: undefined,
    perMinute: 0,
  });
});

test('metric points fill the whole range, and add up whatever the step', async () => {
  const range = { from: now - 3_600_000, to: now };
  const sum = (points: { succeeded: number }[]) => points.reduce((n, point) => n + point.succeeded, 0);
  const minutes = await metricPoints(db, { ...range, stepMs: 60_000 });
  const quarters = await metricPoints(db, { ...range, stepMs: 900_000 });
  expect(minutes.length).toBeGreaterThanOrEqual(60);
  expect(minutes.every((point, n) => n === 0 || point.at - (minutes[n - 1]?.at ?? 0) === 60_000)).toBe(true);
  expect(sum(quarters)).toBe(sum(minutes));
  expect(sum(minutes)).toBeGreaterThan(100);
  const busy = minutes.find((point) => point.succeeded > 0);
  expect(busy?.runP50Ms).toBeLessThanOrEqual(busy?.runP99Ms ?? 0);
  const mail = await metricPoints(db, { ...range, stepMs: 3_600_000, queue: 'mail' });
  expect(sum(mail)).toBeGreaterThan(0);
  expect(sum(mail)).toBeLessThan(sum(minutes));
});

test('the figures of a queue tell its depth, its oldest and its rates', async () => {
  const figures = await queueFigures(db, now);
  expect(figures.map(({ queue }) => queue).toSorted()).toEqual(['default', 'mail', 'slow-lane']);
  const [mail] = await queueFigures(db, now, ['mail']);
  expect(mail?.queued).toBe(
    await one(`select count(*) as n from read.runs where queue = 'mail' and status = 'QUEUED'`),
  );
  expect(mail?.oldestWaitMs).toBeGreaterThanOrEqual(0);
  expect(mail?.waitP95Ms).toBeGreaterThanOrEqual(0);
  expect(mail?.enqueuedPerMinute).toBeGreaterThanOrEqual(0);
  expect(await queueFigures(db, now, ['unknown'])).toEqual([]);
});

test('the figures of a job tell its last run and its success rate, the same in SQL', async () => {
  const [figures] = await jobFigures(db, ['noop', 'unknown']);
  expect(figures?.outcomes).toHaveLength(100);
  expect(figures?.successRate).toBeGreaterThan(0.2);
  expect(figures?.successRate).toBeLessThan(1);
  expect(figures?.avgDurationMs).toBeGreaterThan(0);
  expect(figures?.lastRunId).toBe(
    (await db.query<{ id: string }>(`select id from read.runs where job = 'noop' order by id desc limit 1`))[0]?.id,
  );
  const rate = await one(`select ${SUCCESS_RATE_SQL} as n from read.job_stats where job = 'noop'`);
  expect(rate).toBeCloseTo(figures?.successRate ?? 0);
});

test('timeline and attempts are derived from what is stored', async () => {
  const [retried] = await db.query<{ id: string; timeline_count: number }>(
    `select id, timeline_count from read.runs where status = 'SUCCEEDED' and attempt = 2 limit 1`,
  );
  const events: StoredEvent[] = await storedEvents(db, retried?.id ?? '');
  expect(attemptsOf(events).map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
  expect(timelineOf(events)).toHaveLength(retried?.timeline_count ?? 0);
  expect(await storedEvents(db, '01a20a97-15d3-70ce-8bac-1c9cc28d3027')).toEqual([]);
});

test('what is ahead of a queued run are those with a higher priority, or queued before it', async () => {
  const queued = await db.query<{ id: string; queue: string; priority: number }>(
    `select id, queue, priority from read.runs where queue = 'default' and status = 'QUEUED' and next_attempt_at is null and limit_key is null order by priority desc, id`,
  );
  expect(queued.length).toBeGreaterThan(3);
  for (const [n, run] of queued.slice(0, 4).entries()) expect(await runsAhead(db, run)).toBe(n);
});

test('lines are numbered without gaps, and found by level, attempt and text', async () => {
  const runId = '01a20a97-15d3-70ce-8bac-1c9cc28d3028';
  const lines = (attempt: number, from: number, dropped?: number): LinesLogged => ({
    type: 'LinesLogged',
    runId,
    attempt,
    lines: Array.from({ length: 10 }, (_, n) => ({
      at: now + from + n,
      level: n === 9 ? 'ERROR' : 'INFO',
      stream: 'STDOUT',
      message: `line 100% ${from + n} naïve\u0000`,
    })),
    ...(dropped && { dropped }),
  });
  for (const event of [lines(1, 0), lines(1, 10), lines(2, 20, 7)]) {
    await world.log.append({ messages: [{ subject: logSubject('default'), events: [event] }] });
  }
  await world.caughtUp(db, 'JF_LOGS');
  expect(await logInfo(db, runId)).toMatchObject({ lines: 30, dropped: 7 });
  const numbers = async (query: Parameters<typeof logLines>[2]) =>
    (await logLines(db, runId, query)).map(({ line }) => line);
  expect(await numbers({ limit: 1_000 })).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
  expect(await numbers({ limit: 3, afterLine: 12 })).toEqual([13, 14, 15]);
  expect(await numbers({ limit: 3, last: true })).toEqual([28, 29, 30]);
  expect(await numbers({ limit: 3, last: true, beforeLine: 10 })).toEqual([7, 8, 9]);
  expect(await numbers({ limit: 100, minLevel: 'WARN' })).toEqual([10, 20, 30]);
  expect(await numbers({ limit: 100, attempt: 2, minLevel: 'ERROR' })).toEqual([30]);
  expect(await logMatches(db, runId, { search: '100% 2', limit: 5 })).toEqual({
    total: 11,
    lines: [3, 21, 22, 23, 24],
  });
  expect(await logMatches(db, runId, { search: '_', limit: 5 })).toEqual({ total: 0, lines: [] });
  expect(await attemptLines(db, runId)).toEqual(
    new Map([
      [1, { firstLine: 1, lastLine: 20 }],
      [2, { firstLine: 21, lastLine: 30 }],
    ]),
  );
  expect((await logLines(db, runId, { limit: 1 }))[0]).toMatchObject({
    level: 'INFO',
    stream: 'STDOUT',
    attempt: 1,
    at: now,
  });
});

test('the position is what was folded last', async () => {
  const { state } = await world.link.jsm.streams.info('JF_RUNS_0');
  expect(await readPosition(db)).toEqual({ runs: state.last_seq, state: 0 });
});

test('a run whose row is older than the column for its first events has the same timeline', async () => {
  const [run] = await db.query<{ id: string }>(
    'select id from read.runs where first_seq is not null order by timeline_count desc limit 1',
  );
  if (!run) throw new Error('no run has its first events in its row');
  const before = await storedEvents(db, run.id);
  expect(before.length).toBeGreaterThan(1);
  await db.query('insert into read.run_events select id, first_seq, first_events from read.runs where id = $1', [
    run.id,
  ]);
  expect(await storedEvents(db, run.id)).not.toEqual(before);
  await db.query('update read.runs set first_seq = null, first_events = null where id = $1', [run.id]);
  expect(await storedEvents(db, run.id)).toEqual(before);
});
