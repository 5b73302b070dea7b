import { resolve } from 'node:path';
import { PlainError } from '../plain-error.js';
import type { PlatformOptions } from '../platform/start-platform.js';
import { parseOptions, wholeNumber } from './parse-options.js';

export const DEFAULT_PORT = 4000;

type StartOptions = Pick<
  PlatformOptions,
  | 'dataDir'
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'handlersDir'
  | 'executors'
  | 'schedulers'
  | 'urls'
  | 'natsListen'
  | 'redisListen'
  | 'adminEmail'
  | 'adminPassword'
>;

/** Reads flags, then the environment: a flag wins. undefined if only help was asked for. */
export function readStartOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  folders: { cwd: string; defaultDataDir: string },
): StartOptions | undefined {
  const flags = parseOptions('start', args, {
    port: { type: 'string' },
    host: { type: 'string' },
    'data-dir': { type: 'string' },
    handlers: { type: 'string' },
    executors: { type: 'string' },
    schedulers: { type: 'string' },
    'nats-listen': { type: 'string' },
    'redis-listen': { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) return undefined;
  type Flag = Exclude<keyof typeof flags, 'help'>;
  const text = (flag: Flag, variable: string): { value: string; from: string } | undefined => {
    const given = flags[flag];
    if (given === '') throw new PlainError(`--${flag} needs a value: see "jobflow start --help".`);
    if (given !== undefined) return { value: given, from: `--${flag}` };
    const value = env[variable];
    return value ? { value, from: variable } : undefined;
  };
  const number = (flag: Flag, variable: string, least: number, most: number): number | undefined => {
    const given = text(flag, variable);
    return given && wholeNumber(given.value, given.from, least, most);
  };
  const path = (flag: Flag, variable: string): string | undefined => {
    const given = text(flag, variable);
    return given && resolve(folders.cwd, given.value);
  };
  const address = (flag: Flag, variable: string) => {
    const given = text(flag, variable);
    return given && listenAddress(given.value, given.from);
  };
  return withoutUndefined({
    natsListen: address('nats-listen', 'JOBFLOW_NATS_LISTEN'),
    redisListen: address('redis-listen', 'JOBFLOW_REDIS_LISTEN'),
    port: number('port', 'PORT', 0, 65_535) ?? DEFAULT_PORT,
    host: text('host', 'HOST')?.value,
    dataDir: path('data-dir', 'JOBFLOW_DATA_DIR') ?? folders.defaultDataDir,
    handlersDir: path('handlers', 'JOBFLOW_HANDLERS'),
    executors: number('executors', 'JOBFLOW_EXECUTORS', 0, 64),
    schedulers: number('schedulers', 'JOBFLOW_SCHEDULERS', 1, 16),
    publicUrl: env.JOBFLOW_PUBLIC_URL ? publicUrl(env.JOBFLOW_PUBLIC_URL) : undefined,
    urls: withoutUndefined({
      nats: env.NATS_URL || undefined,
      database: env.DATABASE_URL || undefined,
      redis: env.REDIS_URL || undefined,
    }),
    adminEmail: env.JOBFLOW_ADMIN_EMAIL || undefined,
    adminPassword: env.JOBFLOW_ADMIN_PASSWORD || undefined,
  });
}

/** `0.0.0.0:4222`, `[::]:4222`. */
function listenAddress(text: string, from: string): { host: string; port: number } {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:\s/]+):(\d+)$/.exec(text) ?? [];
  if (host === undefined || port === undefined) {
    throw new PlainError(`${from} must be an address and a port, like 0.0.0.0:4222, not "${text}".`);
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: wholeNumber(port, `The port of ${from}`, 1, 65_535) };
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new PlainError(`JOBFLOW_PUBLIC_URL must be an http or https URL, not "${text}".`);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const withoutUndefined = <T extends object>(object: T): Defined<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
