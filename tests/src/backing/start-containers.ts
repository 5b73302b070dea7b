import { randomBytes } from 'node:crypto';
import { type BackingName, natsConfig, USERS_FILE, usersConfig } from '@jobflow/cli';
import { connectNats } from '@jobflow/platform';
import { createDb } from '@jobflow/read-model';
import { GenericContainer } from 'testcontainers';
import { silent } from '../platform/backed.js';
import { askRedis } from './ask-redis.js';
import { ContainerServer, type ContainerSpec } from './container-server.js';
import type { TestServers, TestServersOptions } from './start-test-servers.js';

/** The images of docker-compose.yml. */
const IMAGES = { nats: 'nats:2.14-alpine', postgres: 'postgres:17-alpine', redis: 'redis:8-alpine' } as const;
const USER = 'jobflow';
const CONFIG_DIR = '/etc/nats';

/** A container for each server that is asked for, configured as the private ones are. */
export async function startContainers({ only, fsync = true }: TestServersOptions): Promise<TestServers> {
  const wanted: readonly BackingName[] = only ?? ['nats', 'postgres', 'redis'];
  const running = new Map<BackingName, ContainerServer>();
  const stop = async () => {
    await Promise.all([...running.values()].map((server) => server.remove()));
  };
  const started = await Promise.allSettled(
    wanted.map(async (name) => {
      running.set(name, await ContainerServer.launch(specOf(name, fsync)));
    }),
  );
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const get = (name: BackingName): ContainerServer => {
    const server = running.get(name);
    if (!server) throw new Error(`${name} was not started here`);
    return server;
  };
  return {
    get natsUrl() {
      return get('nats').url;
    },
    get databaseUrl() {
      return get('postgres').url;
    },
    get redisUrl() {
      return get('redis').url;
    },
    get nats() {
      return get('nats');
    },
    get postgres() {
      return get('postgres');
    },
    get redis() {
      return get('redis');
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function specOf(name: BackingName, fsync: boolean): ContainerSpec {
  // A letter first: NATS reads what begins with a digit as a number.
  const password = `p${randomBytes(16).toString('hex')}`;
  const container = new GenericContainer(IMAGES[name]);
  switch (name) {
    case 'nats': {
      const place = { dir: '/data', host: '0.0.0.0', port: 4222 };
      const files = [
        { content: natsConfig({ place, fsync }), target: `${CONFIG_DIR}/jobflow.conf` },
        { content: usersConfig(password, []), target: `${CONFIG_DIR}/${USERS_FILE}` },
      ];
      return {
        container: container.withCopyContentToContainer(files).withCommand(['-c', `${CONFIG_DIR}/jobflow.conf`]),
        port: 4222,
        urlAt: (address) => `nats://${USER}:${password}@${address}`,
        async probe(url) {
          const link = await connectNats(url, { name: 'probe', logger: silent, bootTimeoutMs: 1_000 });
          await link.stop();
        },
      };
    }
    case 'postgres':
      return {
        container: container.withEnvironment({
          POSTGRES_USER: USER,
          POSTGRES_PASSWORD: password,
          POSTGRES_DB: USER,
        }),
        port: 5432,
        urlAt: (address) => `postgres://${USER}:${password}@${address}/${USER}`,
        async probe(url) {
          const db = await createDb(url, { name: 'probe', max: 1 });
          try {
            await db.query('select 1');
          } finally {
            await db.stop();
          }
        },
      };
    case 'redis':
      return {
        container: container.withCommand(['redis-server', '--save', '', '--requirepass', password]),
        port: 6379,
        urlAt: (address) => `redis://:${password}@${address}`,
        probe: askRedis,
      };
    default:
      return name satisfies never;
  }
}
