import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNS_STREAM } from '@jobflow/contracts';
import { connectNats, ensureStreams } from '@jobflow/platform';
import { createDb } from '@jobflow/read-model';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { silent } from '../platform/backed.js';
import { askRedis } from './ask-redis.js';
import { startTestServers, type TestServers } from './start-test-servers.js';

// What tests rely on, of whichever servers JOBFLOW_TEST_BACKING names.
let dataDir: string;
let servers: TestServers;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'jobflow-servers-'));
  servers = await startTestServers({ dataDir, fsync: false });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(async () => {
  await servers?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function query(sql: string) {
  const db = await createDb(servers.databaseUrl, { name: 'test', max: 1 });
  try {
    return await db.query(sql);
  } finally {
    await db.stop();
  }
}

async function streamNames() {
  const link = await connectNats(servers.natsUrl, { name: 'test', logger: silent });
  try {
    return await link.jsm.streams.names().next();
  } finally {
    await link.stop();
  }
}

it('a server that is killed comes back at its address, with its data', async () => {
  const link = await connectNats(servers.natsUrl, { name: 'test', logger: silent });
  await ensureStreams(link);
  await link.stop();
  await query('create table kept as select 7 as n');
  await Promise.all([servers.nats.kill9(), servers.postgres.kill9(), servers.redis.kill9()]);
  await Promise.all([servers.nats.whenReady(), servers.postgres.whenReady(), servers.redis.whenReady()]);
  expect(await streamNames()).toContain(RUNS_STREAM);
  expect(await query('select n from kept')).toEqual([{ n: 7 }]);
  await expect(askRedis(servers.redisUrl)).resolves.toBeUndefined();
});

it('a server that is stopped stays away until it is started', async () => {
  await servers.redis.stop();
  await expect(askRedis(servers.redisUrl)).rejects.toThrow();
  await servers.redis.start();
  await expect(askRedis(servers.redisUrl)).resolves.toBeUndefined();
  await servers.redis.restart();
  await expect(askRedis(servers.redisUrl)).resolves.toBeUndefined();
});

it('a server that was left out says so', async () => {
  const dir = join(dataDir, 'redis-alone');
  await using alone = await startTestServers({ dataDir: dir, only: ['redis'] });
  await expect(askRedis(alone.redisUrl)).resolves.toBeUndefined();
  expect(() => alone.natsUrl).toThrow('nats was not started here');
});

it('an unknown way to the servers is refused', async () => {
  vi.stubEnv('JOBFLOW_TEST_BACKING', 'kubernetes');
  await expect(startTestServers({ dataDir })).rejects.toThrow('it may be "finder", which is the default');
});
