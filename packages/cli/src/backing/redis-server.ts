import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonFile } from '../data-dir/json-file.js';
import { writeRedisUsers } from '../data-dir/worker-users.js';
import type { Tool } from '../find/tool.js';
import { reachableHost } from '../platform/claim-port.js';
import { askRedis } from './ask-redis.js';
import { redisConfig } from './redis-config.js';
import { ADDRESS_FILE, type Address, inUrl, placeOf, type Server, serverLaunch } from './server.js';

const INSIDE = 6379;

export interface RedisOptions {
  tool: Tool;
  /** The folder of all data; this server's is `redis` in it. */
  home: string;
  /** The address it listens on; the loopback one unless workers elsewhere are to reach it. */
  host?: string;
  port: number;
  password: string;
}

/** A private Redis server, for what may be lost: rate limits, permits, caches. */
export async function redisServer(options: RedisOptions): Promise<Server> {
  const { tool, home, host = '127.0.0.1', port, password } = options;
  const dir = join(home, 'redis');
  await mkdir(dir, { recursive: true });
  const place = placeOf(tool, dir, port, INSIDE, host);
  await writeFile(join(dir, 'redis.conf'), redisConfig(place), { mode: 0o600 });
  await writeRedisUsers(home, password);
  await writeJsonFile(join(dir, ADDRESS_FILE), { host, port } satisfies Address);
  const url = `redis://:${password}@${inUrl(reachableHost(host))}:${port}`;
  return {
    url,
    spec: {
      name: 'redis',
      ...serverLaunch(tool, 'redis', dir, { outside: port, inside: INSIDE, host }, [`${place.dir}/redis.conf`]),
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
