import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startBackingServices } from '@jobflow/cli';
import { Redis } from 'ioredis';
import { interrupted, noteServers } from './running-servers.js';

export interface PrivateServers extends AsyncDisposable {
  natsUrl: string;
  redisUrl: string;
}

/**
 * NATS and Redis for two engines under equal conditions: both sync every acknowledged write to the disk, or neither
 * waits for it (NATS as it comes, every two minutes; Redis without a file).
 */
export async function startPrivateServers(dir: string, fsync: boolean): Promise<PrivateServers> {
  const dataDir = await mkdtemp(join(dir, 'servers-'));
  const servers = await startBackingServices({ dataDir, only: ['nats', 'redis'], fsync, signal: interrupted });
  try {
    await prepareRedis(servers.redisUrl, fsync);
  } catch (error) {
    await servers.stop();
    throw error;
  }
  const stop = noteServers(servers);
  return { natsUrl: servers.natsUrl, redisUrl: servers.redisUrl, [Symbol.asyncDispose]: stop };
}

/** Jobflow's own Redis is bounded and writes no file; for BullMQ it is the store of jobs. */
async function prepareRedis(url: string, fsync: boolean): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    await redis.config('SET', 'maxmemory', '0');
    if (!fsync) return;
    await redis.config('SET', 'appendfsync', 'always');
    await redis.config('SET', 'appendonly', 'yes');
    while (!/aof_enabled:1[\s\S]*aof_rewrite_in_progress:0/.test(await redis.info('persistence'))) await wait(20);
  } finally {
    redis.disconnect();
  }
}
