import { NO_REDIS, type WorkerBeat } from '@jobflow/contracts';
import { expect, it } from 'vitest';
import { Loaders } from '../context/loaders.js';
import { isOnline, limitsTroubleOf, listWorkers } from './list-workers.js';

const beat = (told: Partial<WorkerBeat>): WorkerBeat => ({
  id: 'w',
  host: 'h',
  pid: 1,
  version: '1',
  queues: ['*'],
  handlers: [],
  kinds: [],
  concurrency: 10,
  prefetch: 0,
  active: 4,
  load: 0.4,
  memoryMb: 1,
  cpuPercent: 1,
  finished: 0,
  failed: 0,
  startedAt: 0,
  at: 0,
  status: 'ONLINE',
  ...told,
});
const NOW = 1_000_000;
const listed = (rows: { beat: WorkerBeat; ago: number }[]) =>
  listWorkers({
    clock: { now: () => NOW },
    loaders: new Loaders(),
    db: { query: async () => rows.map((row) => ({ beat: row.beat, last_heartbeat_at: new Date(NOW - row.ago) })) },
  } as unknown as Parameters<typeof listWorkers>[0]);

it('a worker that has been silent for 15 s is offline and runs nothing', async () => {
  const [live, silent, gone] = await listed([
    { beat: beat({}), ago: 14_000 },
    { beat: beat({}), ago: 16_000 },
    { beat: beat({ status: 'OFFLINE' }), ago: 100 },
  ]);
  expect(live).toMatchObject({ status: 'ONLINE', active: 4, load: 0.4 });
  expect(silent).toMatchObject({ status: 'OFFLINE', active: 0, load: 0 });
  expect([live, silent, gone].map((worker) => worker && isOnline(worker))).toEqual([true, false, false]);
});

it('limits cannot be counted if no worker can, for the reason of one that has a Redis if there is one', async () => {
  const away = 'Redis cannot be reached; check that it runs';
  const trouble = async (...told: (string | undefined)[]) =>
    limitsTroubleOf(
      await listed(told.map((limitsTrouble) => ({ beat: beat(limitsTrouble ? { limitsTrouble } : {}), ago: 0 }))),
    );
  expect(await trouble(NO_REDIS, away)).toBe(away);
  expect(await trouble(away, NO_REDIS)).toBe(away);
  expect(await trouble(NO_REDIS, NO_REDIS)).toBe(NO_REDIS);
  expect(await trouble(NO_REDIS, away, undefined)).toBeUndefined();
  expect(await trouble()).toBeUndefined();
});
