import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackingServices } from '@jobflow/cli';
import { connectNats } from '@jobflow/platform';
import { createDb } from '@jobflow/read-model';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { interrupted, noteServers } from '../contenders/running-servers.js';

/** Which servers the benchmarks run on: started once more, and asked. */
export async function serverVersions(dir: string): Promise<string> {
  const dataDir = await mkdtemp(join(dir, 'versions-'));
  const servers = await startBackingServices({ dataDir, signal: interrupted });
  const stop = noteServers(servers);
  const link = await connectNats(servers.natsUrl, { name: 'bench', logger: pino({ level: 'warn' }) });
  const db = await createDb(servers.databaseUrl, { name: 'bench', max: 1 });
  const redis = new Redis(servers.redisUrl, { maxRetriesPerRequest: 1 });
  try {
    const [row] = await db.query<{ server_version: string }>('show server_version');
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1];
    return `nats-server ${link.nc.info?.version}, Postgres ${row?.server_version}, Redis ${version}`;
  } finally {
    redis.disconnect();
    await db.stop();
    await link.stop();
    await stop();
  }
}
