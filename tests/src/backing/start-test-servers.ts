import { type BackingOptions, startBackingServices } from '@jobflow/cli';

/** A server that a test may take away and give back; it keeps its data and its address. */
export interface TestServer {
  /** By SIGKILL; resolves when it is gone. It comes back by itself. */
  kill9(): Promise<void>;
  /** Resolves when it answers, after whatever was done to it. */
  whenReady(): Promise<void>;
  /** It stays away until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
}

/** A URL or server of one that was left out by `only` throws when it is asked for. */
export interface TestServers extends AsyncDisposable {
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly nats: TestServer;
  readonly postgres: TestServer;
  readonly redis: TestServer;
  stop(): Promise<void>;
}

export type TestServersOptions = Pick<BackingOptions, 'dataDir' | 'only' | 'fsync'>;

/**
 * The door through which tests get NATS, Postgres and Redis: private ones, found or fetched as `jobflow start` does, or
 * with JOBFLOW_TEST_BACKING=testcontainers from the official images, by the Docker that testcontainers finds.
 */
export async function startTestServers(options: TestServersOptions): Promise<TestServers> {
  const how = process.env.JOBFLOW_TEST_BACKING || 'finder';
  switch (how) {
    case 'finder':
      return startBackingServices(options);
    case 'testcontainers': {
      const { startContainers } = await import('./start-containers.js');
      return startContainers(options);
    }
    default:
      throw new Error(`JOBFLOW_TEST_BACKING is ${how}: it may be "finder", which is the default, or "testcontainers".`);
  }
}
