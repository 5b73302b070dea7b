import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../find/tool.js';
import { askNats } from './ask-nats.js';
import { type Place, placeOf, type Server, serverLaunch } from './server.js';

const USER = 'jobflow';
const INSIDE = 4222;

export interface NatsOptions {
  tool: Tool;
  dir: string;
  port: number;
  password: string;
  /** Whether every acknowledged write is on the disk before it is acknowledged. */
  fsync: boolean;
}

/** A private NATS server with JetStream. */
export async function natsServer(options: NatsOptions): Promise<Server> {
  const { tool, dir, port, password } = options;
  await mkdir(dir, { recursive: true });
  const place = placeOf(tool, dir, port, INSIDE);
  await writeFile(join(dir, 'nats.conf'), natsConfig({ ...options, place }), { mode: 0o600 });
  const url = `nats://${USER}:${password}@127.0.0.1:${port}`;
  return {
    url,
    spec: {
      name: 'nats',
      // A soft limit that makes the collector work harder, instead of a server that grows with its streams.
      ...serverLaunch(tool, 'nats', dir, { outside: port, inside: INSIDE }, ['-c', `${place.dir}/nats.conf`], {
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

/**
 * JetStream's own limit on its store is three quarters of the disk that is free when it starts, and a stream that no
 * longer fits into it does not come back: it is set far above what Jobflow's streams reserve, each of which has its own.
 */
export const natsConfig = ({ place, password, fsync }: { place: Place; password: string; fsync: boolean }): string => `\
server_name: jobflow
host: "${place.host}"
port: ${place.port}
max_payload: 8MB
max_control_line: 8KB
jetstream {
  store_dir: "${place.dir}/jetstream"
  max_memory_store: 256MB
  max_file_store: 256GB${fsync ? '\n  sync_interval: always' : ''}
}
authorization {
  user: ${USER}
  password: "${password}"
}
`;
