import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../find/tool.js';
import { askRedis } from './ask-redis.js';
import { type Place, placeOf, type Server, serverLaunch } from './server.js';

const INSIDE = 6379;

export interface RedisOptions {
  tool: Tool;
  dir: string;
  port: number;
  password: string;
}

/** A private Redis server, for what may be lost: rate limits, permits, caches. */
export async function redisServer(options: RedisOptions): Promise<Server> {
  const { tool, dir, port, password } = options;
  await mkdir(dir, { recursive: true });
  const place = placeOf(tool, dir, port, INSIDE);
  await writeFile(join(dir, 'redis.conf'), redisConfig(place, password), { mode: 0o600 });
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return {
    url,
    spec: {
      name: 'redis',
      ...serverLaunch(tool, 'redis', dir, { outside: port, inside: INSIDE }, [`${place.dir}/redis.conf`]),
      async probe() {
        const answer = await askRedis(url, 1_000);
        if (answer.refused) throw new Error(answer.refused);
      },
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
      startTimeoutMs: 30_000,
    },
  };
}

/**
 * Nothing is written to disk. When the memory is full, writes are refused rather than keys evicted: an evicted permit
 * would break a limit in silence.
 */
export const redisConfig = (place: Place, password: string): string => `\
bind ${place.host}
port ${place.port}
protected-mode yes
requirepass ${password}
dir "${place.dir}"
daemonize no
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
loglevel notice
`;
