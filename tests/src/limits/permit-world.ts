import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackingServices, startBackingServices } from '@jobflow/cli';
import type { HoldersReply } from '@jobflow/contracts';
import { newId, systemClock } from '@jobflow/platform';
import { RedisPermits } from '@jobflow/sdk/permits';
import { Redis } from 'ioredis';

export interface PermitWorld extends AsyncDisposable {
  backing: BackingServices;
  /** What any of its workers told of, in order. */
  troubles: readonly string[];
  /** Permits as a worker of its own has them. */
  worker(options?: {
    id?: string;
    leaseMs?: number;
    patienceMs?: number;
    holders?: HoldersReply | (() => Promise<HoldersReply>);
  }): Promise<WorkerPermits>;
  flush(): Promise<void>;
}

export interface WorkerPermits extends RedisPermits {
  /** As if its process were killed: nothing is given back, nothing is renewed. */
  kill(): void;
  /** From now on it hears of nothing: it finds out by itself. */
  deafen(): void;
}

const nobody: HoldersReply = { ok: true, runs: [], queues: [] };

export async function permitWorld(): Promise<PermitWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-permits-'));
  const backing = await startBackingServices({ dataDir, only: ['redis'] });
  const connect = () => {
    const redis = new Redis(backing.redisUrl, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResubscribe: false,
      commandTimeout: 2_000,
      retryStrategy: () => 100,
    });
    redis.on('error', () => undefined);
    return redis;
  };
  const connections: Redis[] = [];
  const all: RedisPermits[] = [];
  const troubles: string[] = [];
  return {
    backing,
    troubles,
    async worker({ id = `worker-${newId()}`, leaseMs, patienceMs, holders = nobody } = {}) {
      const [redis, news] = [connect(), connect()];
      connections.push(redis, news);
      const permits = new RedisPermits({
        workerId: id,
        redis,
        news,
        clock: systemClock,
        askHolders: async () => (typeof holders === 'function' ? await holders() : holders),
        onTrouble: (what) => void troubles.push(what),
        ...(leaseMs && { leaseMs }),
        ...(patienceMs !== undefined && { patienceMs }),
      });
      all.push(permits);
      await permits.start();
      return Object.assign(permits, {
        kill() {
          redis.disconnect();
          news.disconnect();
        },
        deafen: () => news.disconnect(),
      });
    },
    async flush() {
      const redis = connect();
      await new Promise((resolve) => redis.once('ready', resolve));
      await redis.flushall();
      redis.disconnect();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((permits) => permits.stop()));
      for (const connection of connections) connection.disconnect();
      await backing.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
