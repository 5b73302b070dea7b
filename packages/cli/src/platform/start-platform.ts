import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Address } from '../backing/server.js';
import { type BackingName, type BackingServices, runBackingServices } from '../backing/start-backing-services.js';
import { type DataDir, openDataDir } from '../data-dir/data-dir.js';
import { forgetAdminSeed, initialAdminPassword } from '../data-dir/secrets.js';
import { cacheDirOf } from '../find/cache-dir.js';
import { type Log, silentLog } from '../log.js';
import { PlainError } from '../plain-error.js';
import { ManagedProcess } from '../process/managed-process.js';
import type { RotatingLog } from '../process/rotating-log.js';
import { checkExternal } from './check-external.js';
import { claimPort, reachableHost } from './claim-port.js';
import { compileCacheDir } from './compile-cache.js';
import { migrateInChild } from './migrate-in-child.js';
import { REPOSITORY } from './repository.js';
import { type PlannedService, planServices, serviceEntry } from './service-plan.js';
import { serviceSpec } from './service-spec.js';

const FOREIGN_NATS =
  'NATS_URL names a server that is not ours: run it with "sync_interval: always", or a power loss may lose acknowledged runs.';

export interface PlatformOptions {
  dataDir: string;
  cacheDir?: string;
  host?: string;
  /** 0, the default: any free port. */
  port?: number;
  publicUrl?: string;
  handlersDir?: string;
  executors?: number;
  schedulers?: number;
  /** Servers that run already; the others are started here. */
  urls?: { nats?: string; database?: string; redis?: string };
  adminEmail?: string;
  /** Of the first administrator; a random one if left out. */
  adminPassword?: string;
  /** Where the private NATS listens, for workers elsewhere. Default: only this machine reaches it. */
  natsListen?: Address;
  /** Likewise Redis, where workers elsewhere count what is limited. */
  redisListen?: Address;
  /** Whether NATS writes to the disk before it acknowledges. Default true. */
  fsync?: boolean;
  /** Environment of the services; wins over the defaults. What the services inherit besides is `baseEnv`. */
  env?: Readonly<Record<string, string>>;
  baseEnv?: NodeJS.ProcessEnv;
  log?: Log;
  /** Gives a start up that is under way; whatever runs by then is stopped, and the start rejects. */
  signal?: AbortSignal;
  /** For tests of this package: other programs in the place of the services and of the migration. */
  servicesDir?: string;
  migrate?: (databaseUrl: string, signal?: AbortSignal) => Promise<void>;
}

/** Everything that `jobflow start` runs. */
export interface Platform extends AsyncDisposable {
  /** Where people and programs reach it. */
  readonly url: string;
  readonly adminEmail: string;
  /** Only at the first start, or if it was given: it is kept nowhere. */
  readonly adminPassword: string | undefined;
  readonly urls: { nats: string; database: string; redis: string };
  readonly backing: BackingServices;
  readonly services: readonly ManagedProcess[];
  /** What runs still, each with what it is busy with: what a stop waits for. */
  waitingFor(): Promise<string[]>;
  /** Ends the services, then the backing services. May be called twice. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  forceStop(): Promise<void>;
}

/** Brings up the whole platform in a data directory, and keeps it running until `stop`. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { log = silentLog, urls = {}, host = '127.0.0.1' } = options;
  const handlersDir = resolve(options.handlersDir ?? join(REPOSITORY, 'examples/handlers'));
  await checkHandlers(handlersDir);
  const port = await claimPort(options.port ?? 0, host);
  await checkExternal(urls);
  await checkListen('--nats-listen', 'NATS', options.natsListen, urls.nats);
  await checkListen('--redis-listen', 'REDIS', options.redisListen, urls.redis);
  if (urls.nats !== undefined) log.warn(FOREIGN_NATS);
  const dataDir = await openDataDir(options.dataDir);
  for (const name of dataDir.leftovers) log.info(`Ended ${name}, left running by a start that crashed.`);
  const starting = new Starting(options, dataDir, { host, port, handlersDir, log });
  try {
    return await starting.run();
  } catch (error) {
    await starting.stop();
    throw error;
  }
}

interface Settled {
  host: string;
  port: number;
  handlersDir: string;
  log: Log;
}

/** What runs so far, so that a start that fails half-way leaves nothing behind. */
class Starting {
  readonly #services: ManagedProcess[] = [];
  readonly #outputs: RotatingLog[] = [];
  #backing: BackingServices | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    private readonly options: PlatformOptions,
    private readonly dataDir: DataDir,
    private readonly settled: Settled,
  ) {}

  async run(): Promise<Platform> {
    const { options, dataDir } = this;
    const { host, port, handlersDir, log } = this.settled;
    const urls = await this.#startBacking();
    log.info('Preparing the database …');
    await (options.migrate ?? migrateInChild)(urls.database, options.signal);
    options.signal?.throwIfAborted();

    const loopback = reachableHost(host);
    const url = options.publicUrl ?? `http://${loopback.includes(':') ? `[${loopback}]` : loopback}:${port}`;
    const email = options.adminEmail ?? 'admin@jobflow.local';
    const initial = await initialAdminPassword(dataDir.secrets);
    const password = options.adminPassword ?? initial;
    const plan = planServices({
      urls,
      secrets: dataDir.secrets,
      executors: options.executors ?? 1,
      schedulers: options.schedulers ?? 1,
      host,
      port,
      publicUrl: url,
      admin: { email, password },
      handlersDir,
      env: { ...(options.baseEnv ?? process.env), ...options.env },
    });
    log.info(`Starting ${plan.map(({ name }) => name).join(', ')} …`);
    await this.#startServices(plan);

    const works = initial === undefined ? 'no' : await this.#signsIn({ host: loopback, port }, email, password);
    // From here on the password is in the hands of whoever called this.
    if (initial !== undefined && works !== 'unknown') await forgetAdminSeed(dataDir.path, dataDir.secrets);
    return {
      url,
      adminEmail: email,
      adminPassword: works === 'yes' ? password : options.adminPassword,
      urls,
      backing: this.#backing as BackingServices,
      services: this.#services,
      waitingFor: () => this.#waitingFor(),
      stop: () => this.stop(),
      forceStop: () => this.#forceStop(),
      [Symbol.asyncDispose]: () => this.stop(),
    };
  }

  async #signsIn(
    gateway: { host: string; port: number },
    email: string,
    password = '',
  ): Promise<'yes' | 'no' | 'unknown'> {
    const { trySignIn } = await import('./try-sign-in.js');
    return trySignIn(gateway, email, password);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopNow();
    return this.#stopping;
  }

  async #stopNow(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
    await this.#backing?.stop();
    for (const output of this.#outputs) output.close();
    await this.dataDir.unlock();
  }

  /** The servers are stopped after the services: as long as there are any of those, they are what is waited for. */
  async #waitingFor(): Promise<string[]> {
    for (const group of [this.#services, this.#backing?.processes ?? []]) {
      const running = await Promise.all(group.map((process) => process.stillRunning()));
      const named = running.filter((one) => one !== undefined);
      if (named.length > 0) return named;
    }
    return [];
  }

  async #forceStop(): Promise<void> {
    const everything = [...this.#services, ...(this.#backing?.processes ?? [])];
    await Promise.all(everything.map((process) => process.forceStop()));
    await this.stop();
  }

  async #startBacking(): Promise<Platform['urls']> {
    const { urls = {}, cacheDir, fsync, natsListen, redisListen } = this.options;
    const given = { nats: urls.nats, postgres: urls.database, redis: urls.redis };
    const only = (Object.keys(given) as BackingName[]).filter((name) => given[name] === undefined);
    this.#backing = await runBackingServices(this.dataDir, {
      only,
      signal: this.options.signal,
      log: this.settled.log,
      ...(cacheDir !== undefined && { cacheDir }),
      ...(fsync !== undefined && { fsync }),
      ...(natsListen && { natsListen }),
      ...(redisListen && { redisListen }),
    });
    return {
      nats: urls.nats ?? this.#backing.natsUrl,
      database: urls.database ?? this.#backing.databaseUrl,
      redis: urls.redis ?? this.#backing.redisUrl,
    };
  }

  async #startServices(plan: readonly PlannedService[]): Promise<void> {
    const servicesDir = this.options.servicesDir ?? join(REPOSITORY, 'services');
    const compileCache = await compileCacheDir(this.options.cacheDir ?? cacheDirOf(process.env));
    const { signal } = this.options;
    const { log } = this.settled;
    for (const planned of plan) {
      const output = this.dataDir.openLog(planned.name);
      this.#outputs.push(output);
      const spec = serviceSpec({
        planned,
        entry: serviceEntry(servicesDir, planned.service),
        compileCache,
        logFile: join(this.dataDir.path, 'logs', `${planned.name}.log`),
        log,
        isStopping: () => this.#stopping !== undefined || signal?.aborted === true,
      });
      this.#services.push(new ManagedProcess(spec, { log, output, pids: this.dataDir.pids }));
    }
    const giveUp = (): void => {
      for (const service of this.#services) void service.stop();
    };
    signal?.addEventListener('abort', giveUp);
    await Promise.all(this.#services.map((service) => service.start()));
    signal?.removeEventListener('abort', giveUp);
  }
}

async function checkListen(
  flag: string,
  server: 'NATS' | 'REDIS',
  listen: Address | undefined,
  url: string | undefined,
): Promise<void> {
  if (!listen) return;
  if (url !== undefined) {
    throw new PlainError(`${flag} is for the private server, and ${server}_URL names another: leave one out.`);
  }
  await claimPort(listen.port, listen.host, { port: flag, host: flag });
}

async function checkHandlers(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new PlainError(`The handlers directory ${dir} does not exist: create it or choose another with --handlers.`);
  }
}
