import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonFile } from '../data-dir/json-file.js';
import { writeNatsUsers } from '../data-dir/worker-users.js';
import type { Tool } from '../find/tool.js';
import { reachableHost } from '../platform/claim-port.js';
import { askNats } from './ask-nats.js';
import { NATS_USER, natsConfig } from './nats-config.js';
import { ADDRESS_FILE, type Address, inUrl, placeOf, type Server, serverLaunch } from './server.js';

const INSIDE = 4222;

export interface NatsOptions {
  tool: Tool;
  /** The folder of all data; this server's is `nats` in it. */
  home: string;
  /** The address it listens on; the loopback one unless workers elsewhere are to reach it. */
  host?: string;
  port: number;
  password: string;
  /** Whether every acknowledged write is on the disk before it is acknowledged. */
  fsync: boolean;
}

/** A private NATS server with JetStream. */
export async function natsServer(options: NatsOptions): Promise<Server> {
  const { tool, home, host = '127.0.0.1', port, password } = options;
  const dir = join(home, 'nats');
  await mkdir(dir, { recursive: true });
  const place = placeOf(tool, dir, port, INSIDE, host);
  await writeFile(join(dir, 'nats.conf'), natsConfig({ ...options, place }), { mode: 0o600 });
  await writeNatsUsers(home, password);
  await writeJsonFile(join(dir, ADDRESS_FILE), { host, port } satisfies Address);
  const url = `nats://${NATS_USER}:${password}@${inUrl(reachableHost(host))}:${port}`;
  return {
    url,
    spec: {
      name: 'nats',
      // A soft limit that makes the collector work harder, instead of a server that grows with its streams.
      ...serverLaunch(tool, 'nats', dir, { outside: port, inside: INSIDE, host }, ['-c', `${place.dir}/nats.conf`], {
        GOMEMLIMIT: '512MiB',
      }),
      async probe() {
        const answer = await askNats(url, 1_000);
        if (answer.refused) throw new Error(answer.refused);
      },
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 10_000,
      startTimeoutMs: 120_000, // it reads its streams first
    },
  };
}
