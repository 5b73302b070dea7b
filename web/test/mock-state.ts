import { makeOperations } from './mock-bulk.ts';
import { makeJobs } from './mock-jobs.ts';
import { makeChannels, makeDeliveries, makeLog, makeQueues, makeSchedules, makeWorkers } from './mock-platform.ts';
import { type Fields, iso, type MockRun, makeRun, makeRuns } from './mock-runs.ts';

/** Arguments as graphql-js hands them over: the schema has checked them already. */
// biome-ignore lint/suspicious/noExplicitAny: their shape is the schema's business
export type Args = Record<string, any>;

export type MockState = ReturnType<typeof mockState>;

/** The fixtures with a heart that beats: runs start, end and are made while someone watches. */
export function mockState() {
  const now = Date.now();
  const runs = makeRuns(now);
  const schedules = makeSchedules(now);
  const jobs = makeJobs(
    () => runs,
    () => schedules,
    now,
  );
  const queues = makeQueues();
  const workers = makeWorkers(now);
  const channels = makeChannels(now);
  const deliveries = makeDeliveries(runs, now);
  const log = makeLog(5_000, now);
  const operations = makeOperations(now);
  const listeners = new Set<(run: MockRun) => void>();

  const tell = (run: MockRun) => {
    for (const listener of listeners) listener(run);
  };
  const change = (run: MockRun, more: Fields) => {
    Object.assign(run, more, { revision: run.revision + 1 });
    tell(run);
  };
  const add = (run: MockRun) => {
    runs.unshift(run);
    tell(run);
    setTimeout(() => change(run, { status: 'RUNNING', startedAt: iso(Date.now()), attempt: 1 }), 600).unref();
    setTimeout(
      () => change(run, { status: 'SUCCEEDED', finishedAt: iso(Date.now()), durationMs: 1_400, result: { ok: true } }),
      2_000,
    ).unref();
    return run;
  };
  const beat = setInterval(() => add(makeRun('email.send', 'QUEUED', Date.now())), 8_000);
  beat.unref();

  return {
    now,
    runs,
    schedules,
    jobs,
    queues,
    workers,
    channels,
    deliveries,
    log,
    operations,
    listeners,
    change,
    add,
    stop: () => clearInterval(beat),
  };
}

export const matches = (run: MockRun, filter: Args | null) =>
  (!filter?.statuses || filter.statuses.includes(run.status)) &&
  (!filter?.jobs || filter.jobs.includes(run.job)) &&
  (!filter?.ids || filter.ids.includes(run.id)) &&
  (!filter?.deadLetter || filter.deadLetter.includes(run.deadLetter)) &&
  (!filter?.fingerprints || filter.fingerprints.includes((run.error as { fingerprint?: string } | null)?.fingerprint));
