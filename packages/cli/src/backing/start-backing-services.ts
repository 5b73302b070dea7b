import { join } from 'node:path';
import { type DataDir, openDataDir } from '../data-dir/data-dir.js';
import { cacheDirOf } from '../find/cache-dir.js';
import { findTool } from '../find/find-tool.js';
import type { FindContext, Tool, ToolNeed } from '../find/tool.js';
import { natsNeed, redisNeed } from '../find/tool-needs.js';
import { formatVersion } from '../find/version.js';
import { type Log, silentLog } from '../log.js';
import { ManagedProcess } from '../process/managed-process.js';
import type { RotatingLog } from '../process/rotating-log.js';
import { natsServer } from './nats-server.js';
import { postgresServer } from './postgres-server.js';
import { redisServer } from './redis-server.js';
import type { Address, Server } from './server.js';

export type BackingName = 'nats' | 'postgres' | 'redis';

const ALL: readonly BackingName[] = ['nats', 'postgres', 'redis'];

export interface BackingOptions {
  /** Where their data, secrets and logs are kept. Locked: one process at a time. */
  dataDir: string;
  /** Where fetched programs are kept; shared between data directories. */
  cacheDir?: string;
  /** Which of them to start; all three if left out. */
  only?: readonly BackingName[];
  /** Whether NATS writes to the disk before it acknowledges. Default true. */
  fsync?: boolean;
  /** Where NATS listens, for workers elsewhere. Default: the loopback address, a port that stays the same. */
  natsListen?: Address;
  /** Likewise Redis, for limits that workers elsewhere keep. */
  redisListen?: Address;
  log?: Log;
  /** Gives a start up that is under way. */
  signal?: AbortSignal | undefined;
}

/**
 * Private servers on free loopback ports, kept running until `stop`. A URL or process of one that was left out by
 * `only` throws when it is asked for.
 */
export interface BackingServices extends AsyncDisposable {
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly nats: ManagedProcess;
  readonly postgres: ManagedProcess;
  readonly redis: ManagedProcess;
  /** Those that run, for whoever treats them alike. */
  readonly processes: readonly ManagedProcess[];
  stop(): Promise<void>;
}

/** Finds or fetches NATS, Postgres and Redis, and runs private instances of them in a data directory. */
export async function startBackingServices(options: BackingOptions): Promise<BackingServices> {
  const dataDir = await openDataDir(options.dataDir);
  return runBackingServices(dataDir, options, dataDir.unlock);
}

/**
 * As `startBackingServices`, in a data directory that is open already. `release` is called at the end: after a stop, and
 * after a start that failed.
 */
export async function runBackingServices(
  dataDir: DataDir,
  options: Omit<BackingOptions, 'dataDir'>,
  release: () => Promise<void> = async () => {},
): Promise<BackingServices> {
  const { log = silentLog, fsync = true, only = ALL, signal } = options;
  const context = { cacheDir: options.cacheDir ?? cacheDirOf(process.env), env: process.env, log, signal };
  const running = new Map<BackingName, Running>();
  const startOne = async (name: BackingName): Promise<void> => {
    const { url, spec } = await prepare(name, dataDir, { ...options, fsync }, context);
    const output = dataDir.openLog(name);
    const managed = new ManagedProcess(spec, { log, output, pids: dataDir.pids });
    running.set(name, { url, process: managed, output });
    signal?.throwIfAborted();
    await managed.start();
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map(({ process }) => process.stop()));
    for (const { output } of running.values()) output.close();
    await release();
  };
  const giveUp = (): void => {
    for (const { process } of running.values()) void process.stop();
  };
  signal?.addEventListener('abort', giveUp);
  const results = await Promise.allSettled(only.map(startOne));
  signal?.removeEventListener('abort', giveUp);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return asServices(running, stop);
}

interface Running {
  url: string;
  process: ManagedProcess;
  output: RotatingLog;
}

async function prepare(
  name: BackingName,
  dataDir: DataDir,
  { fsync, natsListen, redisListen }: Pick<BackingOptions, 'natsListen' | 'redisListen'> & { fsync: boolean },
  context: FindContext,
): Promise<Server> {
  const home = dataDir.path;
  const listen = { nats: natsListen, redis: redisListen, postgres: undefined }[name];
  const port = listen?.port ?? (await dataDir.ports.take(name));
  const host = listen && { host: listen.host };
  const { natsPassword, postgresPassword, redisPassword } = dataDir.secrets;
  switch (name) {
    case 'nats':
      return natsServer({
        ...{ tool: await find(natsNeed, context), home, port, password: natsPassword, fsync },
        ...host,
      });
    case 'redis':
      return redisServer({ tool: await find(redisNeed, context), home, port, password: redisPassword, ...host });
    case 'postgres':
      return postgresServer({ dir: join(home, name), port, password: postgresPassword });
    default:
      return name satisfies never;
  }
}

async function find(need: ToolNeed, context: FindContext): Promise<Tool> {
  const tool = await findTool(need, context);
  context.log.info(`Using ${need.name} ${formatVersion(tool.version)} (${tool.source}).`);
  return tool;
}

function asServices(running: ReadonlyMap<BackingName, Running>, stop: () => Promise<void>): BackingServices {
  const get = (name: BackingName): Running => {
    const service = running.get(name);
    if (!service) throw new Error(`${name} was not started here`);
    return service;
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
      return get('nats').process;
    },
    get postgres() {
      return get('postgres').process;
    },
    get redis() {
      return get('redis').process;
    },
    processes: [...running.values()].map(({ process }) => process),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
